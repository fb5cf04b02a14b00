"""Forms of the console that the models alone do not give."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from masthead.newsroom.models import AdPlace


class HouseAdForm(WagtailAdminModelForm):
    """A house ad, with its places as boxes to tick."""

    places = forms.MultipleChoiceField(
        label=_("Places"),
        choices=AdPlace.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Where it may stand. None chosen: everywhere."),
    )
