"""What makes edge fetch the appeals anew: each of these changes raises the snapshot's version."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import Site
from wagtail.signals import page_slug_changed, post_page_move, published, unpublished

from masthead.appeals import conf
from masthead.appeals.models import Appeal, AppealVariant, AskingSettings
from masthead.appeals.operations import bump_snapshot_version

# A draft is saved beside the live appeal and changes only these of its columns.
_DRAFT_FIELDS = frozenset({"latest_revision", "has_unpublished_changes"})


def connect() -> None:
    """Listen to the rows that an appeal is made of."""
    for signal in (published, unpublished):
        signal.connect(_bump, sender=Appeal, dispatch_uid="appeals.bump")
    post_save.connect(_appeal_saved, sender=Appeal, dispatch_uid="appeals.bump")
    post_save.connect(_variant_saved, sender=AppealVariant, dispatch_uid="appeals.bump")
    for sender in (Appeal, AppealVariant):
        post_delete.connect(_bump, sender=sender, dispatch_uid="appeals.bump")
    for signal in (page_slug_changed, post_page_move):
        signal.connect(_bump, dispatch_uid="appeals.bump")
    told = (conf.publication_model(), conf.section_model(), conf.topic_model())
    rows: list[type[Model] | str] = [AskingSettings, Site, "community.Tier", "community.TierPrice", *filter(None, told)]
    for row in rows:
        for signal in (post_save, post_delete):
            signal.connect(_bump, sender=row, dispatch_uid="appeals.bump")
    post_save.connect(_picture_saved, sender=get_image_model(), dispatch_uid="appeals.bump")
    post_delete.connect(_bump, sender=get_image_model(), dispatch_uid="appeals.bump")


def _bump(*, raw: bool = False, **_facts: Any) -> None:
    if not raw:
        bump_snapshot_version(now=timezone.now())


def _appeal_saved(*, instance: Appeal, created: bool, update_fields: frozenset[str] | None, **facts: Any) -> None:
    is_draft = bool(update_fields) and set(update_fields or ()) <= _DRAFT_FIELDS
    if not is_draft and (instance.live or not created):
        _bump(**facts)


def _variant_saved(*, instance: AppealVariant, **facts: Any) -> None:
    appeal: Any = instance.appeal
    if appeal.live:
        _bump(**facts)


def _picture_saved(*, instance: Any, created: bool, **facts: Any) -> None:
    if not created and Appeal.objects.filter(Q(portrait=instance) | Q(signature_image=instance)).exists():
        _bump(**facts)
