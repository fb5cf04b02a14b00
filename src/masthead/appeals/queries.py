"""Reading appeals: the snapshot that edge decides by, and why an appeal is missing from it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from masthead.appeals.connections import fresh_connection
from masthead.appeals.models import DEVICES, PLACEMENTS, Appeal, AppealVariant, AskingSettings, SnapshotVersion
from masthead.appeals.rendering import Pictures, render_variant
from masthead.appeals.vocabulary import get_publication_name, list_sections, list_topics
from masthead.community.models import TierPrice
from masthead.community.words import say_amount
from masthead.rules import choosing
from masthead.rules.audience import Condition, get_check
from masthead.rules.errors import MastheadError
from masthead.rules.pledges import Interval

logger = logging.getLogger(__name__)

WINDOW_DAYS = 30
_TAGS = re.compile(r"<[^>]*>")
# The list fields of an appeal, and the kind of condition that each becomes.
_LISTS = {
    "sections_in": "section_in",
    "sections_out": "section_out",
    "topics_in": "topic_in",
    "topics_out": "topic_out",
    "languages": "language_in",
    "devices": "device_in",
    "countries": "country_in",
}


class NothingToShow(MastheadError):
    """The appeal has nothing that a reader could see."""

    code = "nothing-to-show"


class BadAudience(MastheadError):
    """A condition of the audience cannot be understood."""

    code = "bad-audience"


@dataclass(slots=True)
class Compiler:
    """Turns appeals into what edge decides by; what they have in common is looked up once."""

    values: dict[str, str]
    dedicated_reads: int
    join_url: str
    pictures: Pictures = field(default_factory=Pictures)

    def compile(self, appeal: Appeal) -> choosing.Appeal:
        """Return the appeal with its finished markup.

        Raises a MastheadError that says why, where the appeal cannot be shown.
        """
        if any(not variant.heading or not _TAGS.sub("", variant.body).strip() for variant in appeal.variants.all()):
            raise NothingToShow(_("A variant has no heading or no message."))
        variants = tuple(
            choosing.Variant(key=str(variant.key), weight=variant.weight, html=self.render(appeal, variant))
            for variant in appeal.variants.all()
        )
        if not any(variant.weight for variant in variants):
            raise NothingToShow(_("No variant has a weight above 0."))
        if not appeal.placements:
            raise NothingToShow(_("No place is chosen where it could show."))
        audience = tuple(_list_conditions(appeal, dedicated_reads=self.dedicated_reads))
        for condition in audience:
            if get_check(condition) is None:
                raise BadAudience(_("The condition “%(kind)s” cannot be understood.") % {"kind": condition.kind})
        return choosing.Appeal(
            key=appeal.key,
            name=appeal.name,
            placements=tuple(choosing.Placement(placement) for placement in appeal.placements),
            audience=audience,
            starts_at=appeal.go_live_at,
            ends_at=appeal.expire_at,
            cap_showings=appeal.cap_showings,
            cap_days=appeal.cap_days,
            closed_days=appeal.closed_days,
            not_now_days=appeal.not_now_days,
            variants=variants,
        )

    def render(self, appeal: Appeal, variant: AppealVariant) -> str:
        """Return the finished markup of one variant."""
        return render_variant(appeal, variant, values=self.values, join_url=self.join_url, pictures=self.pictures)

    def find_fault(self, appeal: Appeal) -> str:
        """Say why the appeal cannot be shown; empty where it can."""
        try:
            self.compile(appeal)
        except MastheadError as mistake:
            return str(mistake)
        except Exception as trouble:
            logger.exception("Appeal %s cannot be compiled", appeal.key)
            return _("Something unforeseen is wrong with it: %(trouble)s") % {"trouble": trouble}
        return ""


def make_compiler(*, now: datetime) -> Compiler:
    """Look up what all appeals share: the settings, the values of the placeholders, the way to join."""
    asking = get_asking_settings()
    return Compiler(
        values=get_placeholder_values(now=now), dedicated_reads=asking.dedicated_reads, join_url=reverse("join")
    )


def get_asking_settings() -> AskingSettings:
    """Return the settings of the default site; the defaults where there are none yet."""
    return AskingSettings.objects.filter(site__is_default_site=True).first() or AskingSettings()


def get_placeholder_values(*, now: datetime) -> dict[str, str]:
    """Return what stands for each placeholder, in the site's language; empty where there is no value."""
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "publication": get_publication_name(),
            "month": date_format(timezone.localtime(now), "F"),
            "floor": _get_floor(),
        }


def _get_floor() -> str:
    """Return the least that membership costs a month, in the currency of the first tier on offer."""
    prices = TierPrice.objects.filter(tier__active=True, interval=Interval.MONTH).order_by(
        "tier__order", "tier__pk", "pk"
    )
    floors = [price.floor for price in prices]
    return say_amount(min(floor for floor in floors if floor.currency == floors[0].currency)) if floors else ""


def list_live_appeals(*, now: datetime) -> QuerySet[Appeal]:
    """List the published appeals that have not ended, the first asked first."""
    return (
        Appeal.objects.filter(live=True)
        .filter(Q(expire_at=None) | Q(expire_at__gt=now))
        .select_related("portrait", "signature_image")
        .prefetch_related("variants")
        .order_by("sort_order", "pk")
    )


def compile_snapshot(*, now: datetime, version: str = "") -> choosing.Snapshot:
    """Compile what edge decides by: the live appeals in their order, and the settings of asking.

    An appeal that cannot be compiled is left out and logged; the console says why. With everything
    stopped there are no appeals.
    """
    asking = get_asking_settings()
    compiler = make_compiler(now=now)
    with translation.override(settings.LANGUAGE_CODE):
        appeals = () if asking.stopped else tuple(_compile_sound(compiler, list_live_appeals(now=now)))
    wanted = [condition for appeal in appeals for condition in appeal.audience]
    return choosing.Snapshot(
        version=version or get_snapshot_version(now=now),
        dedicated_reads=asking.dedicated_reads,
        window_days=WINDOW_DAYS,
        appeals=appeals,
        sections=_vocabulary((name.slug for name in list_sections()), wanted, ("section_in", "section_out")),
        topics=_vocabulary((name.slug for name in list_topics()), wanted, ("topic_in", "topic_out")),
        holdout_percent=asking.holdout_percent,
        needs_consent=asking.needs_consent,
    )


def load_snapshot(version: str) -> bytes | None:
    """Return the snapshot as JSON if it is newer than `version`, else None. One query where nothing changed.

    Fits edge's SnapshotSource: it reads the clock, and may be called from a thread of its own.
    """
    with fresh_connection():
        now = timezone.now()
        newest = get_snapshot_version(now=now)
        if newest == version:
            return None
        # The version is read before the rows: a change in between is fetched again at the next look.
        return msgspec.json.encode(compile_snapshot(now=now, version=newest))


def get_snapshot_version(*, now: datetime) -> str:
    """Return the version that edge should hold; it changes with every change to asking, and with the month."""
    number = SnapshotVersion.objects.values_list("number", flat=True).first() or 0
    return f"{number}.{timezone.localtime(now):%Y-%m}"


def say_places(appeal: Appeal) -> str:
    """Name the places where the appeal shows."""
    return ", ".join(str(words) for placement, words in PLACEMENTS.items() if placement in appeal.placements)


def say_audience(appeal: Appeal, *, dedicated_reads: int) -> str:
    """Say in plain words whom the appeal asks, as "5 articles or more · not in obituaries"."""
    least = dedicated_reads if appeal.reads_at_least is None else appeal.reads_at_least
    most = appeal.reads_at_most
    parts = []
    if least and most is not None:
        parts.append(_("%(least)d to %(most)d articles read") % {"least": least, "most": most})
    elif most is not None:
        parts.append(_("at most %(most)d articles read") % {"most": most})
    elif least:
        parts.append(_("%(least)d articles read, or more") % {"least": least})
    for name, sentence in (
        ("sections_in", _("in %(names)s")),
        ("sections_out", _("not in %(names)s")),
        ("topics_in", _("about %(names)s")),
        ("topics_out", _("not about %(names)s")),
        ("languages", _("in the language %(names)s")),
        ("devices", _("on %(names)s")),
        ("countries", _("from %(names)s")),
    ):
        if names := getattr(appeal, name):
            parts.append(sentence % {"names": ", ".join(str(DEVICES.get(word, word)) for word in names)})
    return " · ".join(parts) or _("every reader")


def _compile_sound(compiler: Compiler, appeals: QuerySet[Appeal]) -> Iterator[choosing.Appeal]:
    for appeal in appeals:
        try:
            yield compiler.compile(appeal)
        except MastheadError as mistake:
            logger.warning("Appeal %s is not shown: %s", appeal.key, mistake)
        except Exception:
            logger.exception("Appeal %s is not shown: it cannot be compiled", appeal.key)


def _list_conditions(appeal: Appeal, *, dedicated_reads: int) -> Iterator[Condition]:
    least = dedicated_reads if appeal.reads_at_least is None else appeal.reads_at_least
    if least:
        yield Condition("reads_at_least", (least,))
    if appeal.reads_at_most is not None:
        yield Condition("reads_at_most", (appeal.reads_at_most,))
    for name, kind in _LISTS.items():
        values = getattr(appeal, name)
        if values:
            yield Condition(kind, tuple(values))


def _vocabulary(known: Iterator[str], wanted: list[Condition], kinds: tuple[str, ...]) -> tuple[str, ...]:
    named = {str(value) for condition in wanted if condition.kind in kinds for value in condition.values}
    return tuple(sorted(named.union(known)))
