"""The form of an appeal: its audience in plain words."""

from __future__ import annotations

import re
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from masthead.appeals.models import DEVICES, PLACEMENTS
from masthead.appeals.vocabulary import Name, list_sections, list_topics

_NOT_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "QO", "ZZ"}


class TickList(forms.MultipleChoiceField):
    """A closed list to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)


class NameList(forms.Field):
    """Sections or topics: ticked where the site knows its own, else typed with commas between."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.known: tuple[Name, ...] = ()

    def offer(self, known: tuple[Name, ...], *, chosen: list[str]) -> None:
        """Offer the names that the site knows, those chosen earlier first, and of these any that it no longer knows."""
        self.known = known
        if not known:
            self.widget = forms.TextInput()
            self.help_text = _("As the site's addresses write them, with commas between: politics, city-hall.")
            return
        slugs = {name.slug for name in known}
        gone = [(slug, _("%(name)s (no longer there)") % {"name": slug}) for slug in chosen if slug not in slugs]
        ticked_first = sorted(known, key=lambda name: name.slug not in chosen)
        self.widget = forms.CheckboxSelectMultiple(choices=[*gone, *((name.slug, name.label) for name in ticked_first)])

    def prepare_value(self, value: Any) -> Any:
        """Show what was chosen."""
        return value if self.known or not isinstance(value, list) else ", ".join(value)

    def to_python(self, value: Any) -> list[str]:
        """Return the slugs, each once."""
        typed = value if isinstance(value, list) else str(value or "").split(",")
        slugs = list(dict.fromkeys(word.strip().lower() for word in typed if word.strip()))
        for slug in slugs:
            if len(slug) > 100 or not re.fullmatch(r"[\w-]+", slug):
                raise ValidationError(_("“%(name)s” is no name that an address could hold.") % {"name": slug[:100]})
        return slugs

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as sets: the order of ticks means nothing."""
        return set(self.to_python(initial or [])) != set(self.to_python(data))


class CountryList(forms.CharField):
    """Countries, by their names or their two letters, with commas between."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show the two letters of each country."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the two letters of each country, each once."""
        words = [word.strip() for word in str(value or "").split(",") if word.strip()]
        return list(dict.fromkeys(_find_country(word) for word in words))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the countries, not how they are written."""
        try:
            return bool((initial or []) != self.to_python(data))
        except ValidationError:
            return True


def _find_country(word: str) -> str:
    for language in ("en", settings.LANGUAGE_CODE):
        for code, name in Locale.parse(language).territories.items():
            is_country = len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
            if is_country and word.casefold() in (code.casefold(), name.casefold()):
                return str(code)
    raise ValidationError(
        _("There is no country “%(word)s”. Write its name or its two letters, as Portugal or PT.") % {"word": word[:60]}
    )


class AppealForm(WagtailAdminModelForm):
    """What staff fill in."""

    placements = TickList(label=gettext_lazy("Where it shows"), choices=list(PLACEMENTS.items()))
    sections_in = NameList(label=gettext_lazy("Only in these sections"))
    sections_out = NameList(label=gettext_lazy("Never in these sections"))
    topics_in = NameList(label=gettext_lazy("Only on these topics"))
    topics_out = NameList(label=gettext_lazy("Never on these topics"))
    languages = TickList(label=gettext_lazy("Only in these languages"), choices=settings.LANGUAGES)
    devices = TickList(label=gettext_lazy("Only on these devices"), choices=list(DEVICES.items()))
    countries = CountryList(
        label=gettext_lazy("Only in these countries"),
        help_text=gettext_lazy("Names or two letters, with commas between: Portugal, Spain. Empty: everywhere."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, known in (("sections", list_sections()), ("topics", list_topics())):
            for name in (f"{kind}_in", f"{kind}_out"):
                field = self.fields.get(name)
                if isinstance(field, NameList):
                    field.offer(known, chosen=getattr(self.instance, name) or [])
