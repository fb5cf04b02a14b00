"""What readers post: checked here from nothing, whatever the page had offered them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from masthead.community.joining import OTHER
from masthead.community.models import TierPrice
from masthead.community.offers import find_price, get_ceiling
from masthead.community.words import say_amount, say_price
from masthead.rules.asking import AmountAboveCeiling, AmountBelowFloor, AmountNotChargeable, Fee, check_amount
from masthead.rules.money import BadAmount, Money


def read_amount(text: str, currency: str) -> Money:
    """Read an amount as people type it: "12", "12.50", "12,50", "$ 1,200", "USD 12", in any script's digits.

    Raises BadAmount.
    """
    # Signs of currency and of direction say nothing that the currency does not say already.
    plain = "".join(sign for sign in text if unicodedata.category(sign) not in {"Sc", "Cf"}).strip()
    if plain.upper().startswith(currency):
        plain = plain[len(currency) :]
    elif plain.upper().endswith(currency):
        plain = plain[: -len(currency)]
    return Money.of(plain, currency)


class AmountForm(forms.Form):
    """One of the suggested amounts, or one's own at or above the floor. Gives `cleaned_data["money"]`."""

    amount = forms.CharField(required=False, max_length=40)
    other = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Mapping[str, Any] | None = None, *, floor: Money, interval: str) -> None:
        super().__init__(data)
        self.floor, self.how_often = floor, interval

    def clean(self) -> dict[str, Any]:
        """Turn what was chosen or typed into money, checked against the floor."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = cleaned.get("amount", "")
        own = chosen in {"", OTHER}
        if "amount" in self.errors or "other" in self.errors:
            return cleaned
        try:
            money = read_amount(cleaned["other"] if own else chosen, self.floor.currency)
            check_amount(money, self.floor, get_ceiling(self.floor))
        except BadAmount:
            self.add_error("other" if own else "amount", _("Enter an amount in figures, as 12 or 12.50."))
        except AmountBelowFloor:
            lowest = say_price(self.floor, self.how_often)
            self.add_error("other" if own else "amount", _("The lowest amount is {price}.").format(price=lowest))
        except AmountAboveCeiling:
            most = say_amount(get_ceiling(self.floor))
            sentence = _("That is more than {amount}. For a gift of this size, please write to us first.")
            self.add_error("other" if own else "amount", sentence.format(amount=most))
        except AmountNotChargeable as error:
            sentence = _("Cards cannot be charged so exactly in this currency: enter {lower} or {higher}.")
            nearest = sentence.format(lower=say_amount(max(error.lower, self.floor)), higher=say_amount(error.higher))
            self.add_error("other" if own else "amount", nearest)
        else:
            cleaned["money"] = money
        return cleaned


class NameForm(forms.Form):
    """What a person is called."""

    name = forms.CharField(max_length=120, strip=True)


class JoinForm(AmountForm):
    """Tier, how often, currency, amount and address, as the join page posts them.

    Gives `cleaned_data["total"]`: the money, with the fee on top where the reader covers it.
    """

    tier = forms.CharField(required=False, max_length=40)
    interval = forms.CharField(required=False, max_length=10)
    currency = forms.CharField(required=False, max_length=3)
    offer = forms.CharField(required=False, max_length=40)
    cover = forms.BooleanField(required=False)
    email = forms.EmailField(
        required=False,
        max_length=254,
        error_messages={"invalid": gettext_lazy("Enter an e-mail address like name@example.org.")},
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        prices: Sequence[TierPrice],
        price: TierPrice,
        asks_email: bool,
        fee: Fee | None = None,
    ) -> None:
        super().__init__(data, floor=price.floor, interval=price.interval)
        self.prices, self.price, self.asks_email, self.fee = prices, price, asks_email, fee

    def clean(self) -> dict[str, Any]:
        """Refuse what is not offered, and an address that is missing."""
        cleaned = super().clean()
        if money := cleaned.get("money"):
            cleaned["total"] = self.fee.cover(money) if self.fee and cleaned.get("cover") else money
        asked = {name: str(cleaned.get(name, "")) for name in ("tier", "interval", "currency")}
        if find_price(self.prices, **asked) is None:
            self.add_error(
                None, _("What you chose is not offered any more. We chose what is nearest to it: please look again.")
            )
        if self.asks_email and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter your e-mail address: the receipt goes there, and you sign in with it."))
        return cleaned
