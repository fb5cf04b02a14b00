"""The form in which staff word a letter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from masthead.letters.wording import Vocabulary, check_words


class WordsForm(forms.Form):
    """Subject and words; what is wrong with the placeholders is said at saving."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(
        label=_("Words"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "true"})
    )

    def __init__(self, *args: Any, vocabulary: Vocabulary, direction: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vocabulary = vocabulary
        for field in self.fields.values():
            field.widget.attrs["dir"] = direction

    def clean(self) -> dict[str, Any]:
        """Refuse placeholders that nothing fills and words without those that must be there."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "subject" in cleaned and "body" in cleaned:
            for sentence in check_words(cleaned["subject"], cleaned["body"], self.vocabulary):
                self.add_error("body", sentence)
        return cleaned
