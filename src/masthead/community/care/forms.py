"""What staff type when they help somebody."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from masthead.accounts.models import User
from masthead.community.forms import read_amount
from masthead.community.joining import to_major
from masthead.community.models import Tier
from masthead.payments.models import Payment
from masthead.rules.money import BadAmount


class CompForm(forms.Form):
    """Which tier, and until when: `cleaned_data["until"]` is the end of that day in the site's zone."""

    tier: forms.ModelChoiceField[Tier] = forms.ModelChoiceField(
        label=gettext_lazy("Tier"), queryset=Tier.objects.all(), empty_label=None
    )
    until = forms.DateField(
        label=gettext_lazy("Until the end of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_until(self) -> datetime:
        """Return the last moment of the day, refusing one that is past."""
        day: date = self.cleaned_data["until"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Name a day that lies ahead."))
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class EndForm(forms.Form):
    """When it ends."""

    at_once = forms.BooleanField(
        label=gettext_lazy("At once, and not when the paid time is over"),
        required=False,
        help_text=gettext_lazy("Nothing goes back by itself: send the last payment back as well, if it should."),
    )


class RefundForm(forms.Form):
    """Which payment, and how much of it: `cleaned_data["money"]`."""

    payment: forms.ModelChoiceField[Payment] = forms.ModelChoiceField(
        queryset=Payment.objects.none(), widget=forms.HiddenInput
    )
    refunded_before = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    amount = forms.CharField(label=gettext_lazy("Amount to send back"), max_length=40)

    def __init__(self, *args: Any, person: User, payment: Payment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["payment"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Payment.objects.filter(person=person)
        if payment is not None:
            self.initial = {
                "payment": payment.pk,
                "refunded_before": payment.refunded_minor,
                "amount": to_major(payment.kept),
            }

    def clean(self) -> dict[str, Any]:
        """Turn what was typed into money, no more than is left."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        payment = cleaned.get("payment")
        if payment is None or "amount" not in cleaned:
            return cleaned
        try:
            money = read_amount(cleaned["amount"], payment.currency)
        except BadAmount:
            self.add_error("amount", _("Enter an amount in figures, as 12 or 12.50."))
            return cleaned
        if money.minor <= 0 or money > payment.kept:
            self.add_error("amount", _("More than nothing, and no more than is left of the payment."))
        cleaned["money"] = money
        return cleaned
