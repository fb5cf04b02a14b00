"""The console's form of an appeal."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
)

from masthead.appeals.forms import AppealForm
from masthead.appeals.models import MOST_VARIANTS

WORDS = [
    FieldPanel("name"),
    FieldPanel("placements", classname="mh-ticks"),
    InlinePanel(
        "variants",
        heading=_("Variants"),
        label=_("Variant"),
        min_num=1,
        max_num=MOST_VARIANTS,
        panels=[
            FieldPanel("key", widget=forms.HiddenInput, classname="w-hidden"),
            FieldPanel("heading"),
            FieldPanel("body"),
            FieldPanel("highlighted"),
            FieldRowPanel([FieldPanel("join_words"), FieldPanel("not_now_words"), FieldPanel("weight")]),
        ],
    ),
    HelpPanel(template="appeals/placeholders_help.html", heading=_("Words in braces")),
    PublishingPanel(),
]
AUDIENCE = [
    HelpPanel(template="appeals/audience_help.html"),
    MultiFieldPanel([FieldRowPanel([FieldPanel("reads_at_least"), FieldPanel("reads_at_most")])], heading=_("Reads")),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("sections_in"), FieldPanel("sections_out")], classname="mh-ticks")],
        heading=_("Sections"),
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("topics_in"), FieldPanel("topics_out")], classname="mh-ticks")], heading=_("Topics")
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("languages"), FieldPanel("devices")], classname="mh-ticks"),
            FieldPanel("countries"),
        ],
        heading=_("Languages, devices, countries"),
    ),
]
FREQUENCY = [
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("cap_showings"), FieldPanel("cap_days")])], heading=_("One reader is shown it")
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("closed_days"), FieldPanel("not_now_days")])], heading=_("When a reader declines")
    ),
]
SIGNATURE = [
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("signature_name"), FieldPanel("signature_role")]),
            FieldRowPanel([FieldPanel("portrait"), FieldPanel("signature_image")]),
        ],
        heading=_("Who asks"),
    )
]


def make_edit_handler() -> TabbedInterface:
    """Make the tabs of the form."""
    return TabbedInterface(
        [
            ObjectList(WORDS, heading=_("Words and places")),
            ObjectList(AUDIENCE, heading=_("Who is asked")),
            ObjectList(FREQUENCY, heading=_("How often")),
            ObjectList(SIGNATURE, heading=_("Signature")),
        ],
        base_form_class=AppealForm,
    )
