"""Appeals, their variants, and the settings of asking."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import DraftStateMixin, LockableMixin, Orderable, PreviewableMixin, RevisionMixin, WorkflowMixin

from masthead.appeals.cleaning import clean_copy
from masthead.appeals.placeholders import UnknownPlaceholder, check_placeholders
from masthead.rules.audience import Placement
from masthead.rules.reading import MAX_READS

PLACEMENTS = {
    Placement.END_OF_ARTICLE: _("End of the article"),
    Placement.BANNER: _("Banner"),
    Placement.LETTER: _("Letter"),
}
DEVICES = {"mobile": _("Phone"), "tablet": _("Tablet"), "desktop": _("Computer")}
WRITTEN_FIELDS = ("heading", "body", "highlighted", "join_words", "not_now_words")
MOST_VARIANTS = 8


def propose_join_words() -> str:
    """Propose what the join button says, in the language of whoever writes."""
    return gettext("Join from {floor} a month")


def propose_not_now_words() -> str:
    """Propose what the button to decline says."""
    return gettext("Not now")


class Appeal(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, ClusterableModel):
    """A message that asks readers for support, in one or more variants."""

    name = models.CharField(
        _("name"), max_length=120, help_text=_("For the newsroom, in lists and numbers. Readers never see it.")
    )
    placements = models.JSONField(_("where it shows"), default=list, blank=True)

    reads_at_least = models.PositiveSmallIntegerField(
        _("articles read, at least"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_READS)],
        help_text=_("In the last 30 days. Empty: dedicated readers only, as the asking settings say. 0: everyone."),
    )
    reads_at_most = models.PositiveSmallIntegerField(
        _("articles read, at most"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_READS)],
        help_text=_("Empty: no upper limit."),
    )
    sections_in = models.JSONField(_("only in these sections"), default=list, blank=True)
    sections_out = models.JSONField(_("never in these sections"), default=list, blank=True)
    topics_in = models.JSONField(_("only on these topics"), default=list, blank=True)
    topics_out = models.JSONField(_("never on these topics"), default=list, blank=True)
    languages = models.JSONField(_("only in these languages"), default=list, blank=True)
    devices = models.JSONField(_("only on these devices"), default=list, blank=True)
    countries = models.JSONField(_("only in these countries"), default=list, blank=True)

    cap_showings = models.PositiveSmallIntegerField(
        _("at most so many times"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text=_("How often one reader is shown this appeal before it rests."),
    )
    cap_days = models.PositiveSmallIntegerField(
        _("then not for so many days"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("After the last showing; then the count begins anew."),
    )
    closed_days = models.PositiveSmallIntegerField(
        _("quiet days after closing"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("A reader who closes this appeal does not see it again for so long."),
    )
    not_now_days = models.PositiveSmallIntegerField(
        _("quiet days after “not now”"),
        default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("A reader who says “not now” is asked nothing, by any appeal, for so long."),
    )

    signature_name = models.CharField(_("signed by"), max_length=80, blank=True)
    signature_role = models.CharField(_("role"), max_length=80, blank=True)
    portrait = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("portrait"),
    )
    signature_image = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("handwritten signature"),
        help_text=_("A picture of the signature, dark on a clear or white ground."),
    )

    sort_order = models.IntegerField(null=True, blank=True, editable=False)
    sort_order_field = "sort_order"

    revisions = GenericRelation("wagtailcore.Revision", related_query_name="appeal")
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="appeal",
        for_concrete_model=False,
    )

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The name of this appeal in snapshots, showings and counts."""
        return str(self.pk)

    def clean(self) -> None:
        """Refuse an audience or a placement that can never be met."""
        super().clean()
        if not self.placements:
            raise ValidationError({"placements": gettext("Choose at least one place where the appeal shows.")})
        least, most = self.reads_at_least, self.reads_at_most
        if least is not None and most is not None and most < least:
            raise ValidationError(
                {"reads_at_most": gettext("No reader has at least %(least)d and at most %(most)d reads.")
                 % {"least": least, "most": most}}
            )  # fmt: skip
        for wanted, unwanted in (("sections_in", "sections_out"), ("topics_in", "topics_out")):
            both = sorted(set(getattr(self, wanted)) & set(getattr(self, unwanted)))
            if both:
                raise ValidationError(
                    {unwanted: gettext("Both wanted and unwanted: %(names)s.") % {"names": ", ".join(both)}}
                )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the appeal; a new one is asked last. Databases disagree on where an order that is null stands."""
        if self.sort_order is None:
            highest = Appeal.objects.aggregate(highest=models.Max("sort_order"))["highest"]
            self.sort_order = 0 if highest is None else highest + 1
        super().save(*args, **kwargs)

    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        """Keep this version, the copy of its variants cleaned."""
        for variant in self.variants.all():
            variant.settle()
        return super().save_revision(*args, **kwargs)

    def with_content_json(self, content: Any) -> Appeal:
        """Read an earlier version back; the order of the appeals is no version's business."""
        appeal: Appeal = super().with_content_json(content)
        appeal.sort_order = self.sort_order
        return appeal

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """Every variant in every place, and all variants side by side."""
        how_many = self.variants.count()
        modes = [
            (
                f"{number}:{placement}",
                gettext("%(place)s, variant %(number)d") % {"place": PLACEMENTS[placement], "number": number},
            )
            for placement in PLACEMENTS
            if placement in self.placements
            for number in range(1, max(how_many, 1) + 1)
        ]
        return [*modes, ("all", gettext("All variants side by side"))]

    def get_preview_template(self, _request: HttpRequest, _mode_name: str) -> str:
        """Show the appeal on an article."""
        return "appeals/preview.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        """Choose the variants and the place to show."""
        number, _colon, placement = mode_name.partition(":")
        variants = list(enumerate(self.variants.all(), start=1))
        return {
            "appeal": self,
            "request": request,
            "variants": [pair for pair in variants if not placement or str(pair[0]) == number],
            "placement": placement,
        }


class AppealVariant(Orderable):
    """One wording of an appeal."""

    appeal = ParentalKey(Appeal, on_delete=models.CASCADE, related_name="variants")
    # The name of the variant in snapshots, showings and counts; made at the first saving, kept through every draft.
    # Null only until then, so that two new variants on one form are not taken for the same.
    key = models.SlugField(max_length=32, null=True, blank=True, db_index=False)  # noqa: DJ001
    heading = models.CharField(
        _("heading"), max_length=160, help_text=_("As: You’ve read {reads} articles in the last month.")
    )
    body = RichTextField(_("message"), features=["bold", "italic", "link"])
    highlighted = models.CharField(
        _("highlighted sentence"), max_length=280, blank=True, help_text=_("Stands out below the message.")
    )
    join_words = models.CharField(_("words of the join button"), max_length=60, default=propose_join_words)
    not_now_words = models.CharField(_("words of “not now”"), max_length=40, default=propose_not_now_words)
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MaxValueValidator(1000)],
        help_text=_("Its share of the readers: with 1 and 1, half each; with 3 and 1, three quarters. 0: nobody."),
    )

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "key"], name="appeals_variant_key_once"),
        ]

    def __str__(self) -> str:
        return self.heading

    def settle(self) -> None:
        """Drop what copy may not hold, and make the key."""
        self.body = clean_copy(self.body or "")
        self.key = self.key or secrets.token_hex(4)

    def clean(self) -> None:
        """Drop what the copy may not hold; refuse braces that nothing fills in."""
        super().clean()
        self.settle()
        mistakes = {}
        for field in WRITTEN_FIELDS:
            try:
                check_placeholders(getattr(self, field) or "")
            except UnknownPlaceholder as mistake:
                mistakes[field] = str(mistake)
        if mistakes:
            raise ValidationError(mistakes)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the variant, its copy cleaned."""
        self.settle()
        super().save(*args, **kwargs)


@register_setting(icon="comment", order=20)
class AskingSettings(BaseSiteSetting):
    """How this site asks, for all appeals at once."""

    stopped = models.BooleanField(
        _("stop everything"), default=False, help_text=_("Within seconds no reader is asked anything, anywhere.")
    )
    dedicated_reads = models.PositiveSmallIntegerField(
        _("a dedicated reader has read"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_READS)],
        help_text=_("So many different articles in the last 30 days, or more."),
    )
    holdout_percent = models.PositiveSmallIntegerField(
        _("readers never asked, per cent"),
        default=0,
        validators=[MaxValueValidator(50)],
        help_text=_("A fixed share of the readers that no appeal ever reaches, to know what asking brings."),
    )
    needs_consent = models.BooleanField(
        _("count reads only with consent"),
        default=False,
        help_text=_(
            "No cookie and no count for a reader until the page says that they agreed. "
            "Appeals that need a count are not shown to the others."
        ),
    )

    class Meta:
        verbose_name = _("asking settings")


class SnapshotVersion(models.Model):
    """The one row whose number grows with every change that edge has to hear of."""

    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.number)
