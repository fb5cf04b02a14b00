"""The forms in which staff edit tiers: amounts in major units, checked against each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, Panel

from masthead.community.benefits import CHOICES, keep_known
from masthead.community.forms import read_amount
from masthead.community.joining import to_major
from masthead.community.models import TierPrice
from masthead.rules.asking import MOST_SUGGESTIONS
from masthead.rules.money import BadAmount, Money, exponent

CURRENCY_LETTERS = 3


class TierForm(WagtailAdminModelForm):
    """A tier: the key is set once, the benefits come from the closed set."""

    benefits = forms.MultipleChoiceField(
        label=gettext_lazy("Benefits"),
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What members of this tier get. The join page says it in these words."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["key"].disabled = True

    def clean_benefits(self) -> list[str]:
        """Keep the benefits in the order in which they are always told."""
        return [str(benefit) for benefit in keep_known(self.cleaned_data["benefits"])]


class TierPriceForm(WagtailAdminModelForm):
    """A price: what is typed in major units becomes minor units of its currency."""

    currency = forms.CharField(
        label=gettext_lazy("Currency"), max_length=CURRENCY_LETTERS, help_text=gettext_lazy("Three letters, as USD.")
    )
    floor = forms.CharField(
        label=gettext_lazy("Lowest amount"),
        max_length=20,
        help_text=gettext_lazy("For as little as this, as 6 or 6.50."),
    )
    suggested = forms.CharField(
        label=gettext_lazy("Suggested amounts"),
        max_length=120,
        required=False,
        help_text=gettext_lazy(
            "Up to five, smallest first, with spaces between them: 6 12 20. Without any, we suggest."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price: TierPrice = self.instance
        if price.floor_minor and price.currency:
            self.initial["floor"] = to_major(price.floor)
            amounts = [Money(minor, price.currency) for minor in price.suggested_minor]
            self.initial["suggested"] = " ".join(to_major(amount) for amount in amounts)

    def clean_currency(self) -> str:
        """Refuse what is no currency."""
        currency = str(self.cleaned_data["currency"]).strip().upper()
        try:
            exponent(currency)
        except BadAmount as error:
            raise forms.ValidationError(_("There is no such currency. Enter its three letters, as USD.")) from error
        return currency

    def clean(self) -> dict[str, Any]:
        """Read the amounts, and check them against each other."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        currency = cleaned.get("currency")
        if not currency:
            return cleaned
        floor = self._read("floor", str(cleaned.get("floor", "")), currency)
        words = str(cleaned.get("suggested", "")).replace(";", " ").split()
        suggested = [self._read("suggested", word, currency) for word in words]
        if floor is None or None in suggested or "floor" in self.errors:
            return cleaned
        self._check(floor, [amount for amount in suggested if amount is not None])
        return cleaned

    def _read(self, field: str, text: str, currency: str) -> Money | None:
        try:
            amount = read_amount(text, currency)
        except BadAmount:
            if text:
                self.add_error(field, _("“{text}” is no amount in {currency}.").format(text=text, currency=currency))
            return None
        if not amount.is_chargeable:
            self.add_error(field, _("“{text}” cannot be charged so exactly: round it.").format(text=text))
            return None
        return amount

    def _check(self, floor: Money, suggested: list[Money]) -> None:
        if floor.minor <= 0:
            self.add_error("floor", _("The lowest amount must be more than nothing."))
        if len(suggested) > MOST_SUGGESTIONS:
            self.add_error("suggested", _("Suggest five amounts at most: more than that is no help to anyone."))
        if any(later <= earlier for earlier, later in pairwise(suggested)):
            self.add_error("suggested", _("Each amount must be larger than the one before it."))
        if suggested and suggested[0] < floor:
            self.add_error("suggested", _("No suggested amount can be below the lowest amount."))
        self.instance.floor_minor = floor.minor
        self.instance.suggested_minor = [amount.minor for amount in suggested]


class PricesFormSet(BaseChildFormSet):
    """The prices of one tier: one for each currency and interval."""

    def validate_unique(self) -> None:
        """Refuse a price that is there twice, in a sentence beside it."""
        seen: set[tuple[str, str]] = set()
        for form in self.forms:
            if form in self.deleted_forms or not form.is_valid() or not form.cleaned_data:
                continue
            what = (form.cleaned_data["currency"], form.cleaned_data["interval"])
            if what in seen:
                form.add_error("interval", _("There is a price for this currency and interval already."))
            seen.add(what)


class PricesPanel(InlinePanel):
    """The inline prices, with a form of their own."""

    def get_form_options(self) -> dict[str, Any]:
        """Have the prices read and checked by our own form."""
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": TierPriceForm, "formset": PricesFormSet}
        return options


def _required(name: str) -> Panel:
    return FieldPanel(name, required_on_save=True)


class TierPanels:
    """What stands where on the page of a tier."""

    price: ClassVar[list[Panel]] = [
        FieldRowPanel([_required("interval"), _required("currency")]),
        FieldRowPanel([_required("floor"), _required("suggested")]),
    ]
    tier: ClassVar[Panel] = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([_required("name"), _required("key")]),
                    _required("description"),
                    _required("active"),
                ],
                heading=gettext_lazy("Tier"),
            ),
            _required("benefits"),
            PricesPanel(
                "prices",
                panels=price,
                heading=gettext_lazy("Prices"),
                label=gettext_lazy("Price"),
                min_num=1,
                help_text=gettext_lazy("One for each currency and each “how often”. Members keep what they pay now."),
            ),
        ],
        base_form_class=TierForm,
    )
