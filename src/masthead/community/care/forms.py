"""What staff fill in when they help somebody."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from masthead.accounts.models import User
from masthead.community.forms import read_amount
from masthead.community.joining import to_major
from masthead.community.models import Tier
from masthead.payments.models import Payment
from masthead.rules.money import CURRENCIES, BadAmount, Money


def _read(text: str, currency: str) -> Money:
    try:
        return read_amount(text, currency)
    except BadAmount as error:
        raise ValidationError(_("Write an amount, as 12 or 12.50.")) from error


class LookUpForm(forms.Form):
    """Whom staff look for."""

    q = forms.CharField(label=_("Address, name or reference"), required=False, max_length=200)
    amount = forms.CharField(label=_("Amount paid"), required=False, max_length=20)
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3)
    on = forms.DateField(label=_("Paid on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """Read the amount, in its currency; without one, as of two decimals."""
        values = super().clean() or {}
        values["minor"] = None
        values["currency"] = (values.get("currency") or "").upper()
        if values.get("amount"):
            currency = values["currency"] or "USD"
            if currency not in CURRENCIES:
                raise ValidationError(_("There is no such currency."))
            values["minor"] = _read(values["amount"], currency).minor
        return values


class CompForm(forms.Form):
    """A membership to give."""

    tier = forms.ModelChoiceField(label=_("Tier"), queryset=Tier.objects.filter(active=True), empty_label=None)
    until = forms.DateField(label=_("Until the end of"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_until(self) -> datetime:
        """Return the first moment after the day; refuse a day that is past or more than five years ahead."""
        day = self.cleaned_data["until"]
        if not timezone.localdate() <= day <= timezone.localdate() + timedelta(days=5 * 366):
            raise ValidationError(_("Choose a day that lies ahead, within five years."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


class RefundForm(forms.Form):
    """How much of a payment goes back, and what was left when the page was made."""

    amount = forms.CharField(label=_("Amount to send back"), max_length=20)
    left = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment
        self.initial = {"amount": to_major(payment.kept), "left": payment.kept.minor}

    def clean_amount(self) -> Money:
        """Refuse nothing, nonsense, and more than is left."""
        amount = _read(self.cleaned_data["amount"], self.payment.currency)
        if amount.minor <= 0 or amount > self.payment.kept:
            raise ValidationError(_("More than nothing, and at most what is left."))
        return amount


class CancelForm(forms.Form):
    """When the membership ends."""

    when = forms.ChoiceField(
        label=_("When"),
        widget=forms.RadioSelect,
        choices=[
            ("period", _("With the paid time")),
            ("now", _("At once, and nothing is sent back")),
            ("refund", _("At once, and the last payment is sent back whole")),
        ],
    )


class MergeForm(forms.Form):
    """Who goes into this person."""

    other = forms.CharField(label=_("Address of the account that is closed"), max_length=254)

    def clean_other(self) -> User:
        """Return whom the address names."""
        person: User | None = User.objects.with_email(self.cleaned_data["other"]).first()
        if person is None:
            raise ValidationError(_("Nobody has this address."))
        return person


class TypedForm(forms.Form):
    """A word that is typed to show that it is meant."""

    word = forms.CharField(max_length=254)

    def __init__(self, *args: Any, word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = word
        self.fields["word"].label = _("Type %(word)s to confirm") % {"word": word}
        self.fields["word"].widget.attrs["autocomplete"] = "off"

    def clean_word(self) -> str:
        """Compare, in whatever case."""
        typed: str = self.cleaned_data["word"].strip().lower()
        if typed != self.expected.lower():
            raise ValidationError(_("That is not it."))
        return typed
