"""Prices, amounts and their words."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from masthead.community import benefits
from masthead.community.forms import AmountForm, read_amount
from masthead.community.joining import lay_out, offer_amounts, to_major
from masthead.community.models import Tier, TierPrice
from masthead.community.offers import find_price, get_lowest, list_currencies, list_intervals, pick_price
from masthead.community.words import say_price
from masthead.rules.money import BadAmount, Money, exponent
from masthead.rules.pledges import Interval

KEYS = ["community", "patron", "friend"]
CURRENCIES = ["USD", "EUR", "JPY", "KWD"]
INTERVALS = [interval.value for interval in Interval]


def make_price(tier: str, currency: str, interval: str, floor: int = 600) -> TierPrice:
    return TierPrice(tier=Tier(key=tier, name=tier.title()), currency=currency, interval=interval, floor_minor=floor)


prices_on_offer = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(CURRENCIES), st.sampled_from(INTERVALS), st.integers(1, 9999)),
    unique_by=lambda name: name[:3],
    max_size=12,
).map(lambda names: [make_price(*name) for name in names])
wanted = st.fixed_dictionaries(
    {
        "tier": st.sampled_from([*KEYS, "", "gold", "\x00"]),
        "currency": st.sampled_from([*CURRENCIES, "", "XXX"]),
        "interval": st.sampled_from([*INTERVALS, "", "week"]),
    }
)


class TestPickPrice:
    @given(prices_on_offer, wanted)
    def test_always_gives_a_price_on_offer_and_the_very_one_where_it_is_there(
        self, prices: list[TierPrice], want: dict[str, str]
    ) -> None:
        picked = pick_price(prices, **want)
        exact = find_price(prices, **want)
        assert (picked is None) == (not prices)
        assert picked is None or picked in prices
        if exact is not None:
            assert picked is exact

    @given(prices_on_offer, wanted)
    def test_never_gives_another_interval_where_the_wanted_one_is_offered(
        self, prices: list[TierPrice], want: dict[str, str]
    ) -> None:
        picked = pick_price(prices, **want)
        if picked is not None and want["interval"] in list_intervals(prices):
            assert picked.interval == want["interval"]

    @given(prices_on_offer, wanted)
    def test_what_it_gives_can_be_shown_beside_its_neighbours(
        self, prices: list[TierPrice], want: dict[str, str]
    ) -> None:
        picked = pick_price(prices, **want)
        if picked is None:
            return
        page = lay_out(prices, picked, {})
        assert [card.key for card in page.tiers if card.chosen] == [picked.tier.key]
        assert [option.value for option in page.intervals if option.chosen] == [picked.interval]
        assert [option.value for option in page.currencies if option.chosen] == [picked.currency]
        assert sum(card.chosen for card in page.amounts.cards) == 1

    def test_takes_the_month_and_the_first_tier_where_nothing_is_wanted(self) -> None:
        prices = [make_price("community", "USD", "year"), make_price("community", "USD", "month")]
        picked = pick_price(prices)
        assert picked is not None
        assert (picked.tier.key, picked.interval) == ("community", "month")

    @given(prices_on_offer.filter(bool), st.data())
    def test_the_lowest_is_no_higher_than_any_beside_it(self, prices: list[TierPrice], data: st.DataObject) -> None:
        beside = data.draw(st.sampled_from(prices))
        lowest = get_lowest(prices, beside=beside)
        assert lowest.currency == beside.currency
        peers = [one for one in prices if (one.interval, one.currency) == (lowest.interval, lowest.currency)]
        assert lowest.floor_minor == min(one.floor_minor for one in peers)

    def test_lists_intervals_in_their_order_and_currencies_as_offered(self) -> None:
        prices = [make_price("a", "EUR", "once"), make_price("a", "USD", "month"), make_price("a", "EUR", "month")]
        assert list_intervals(prices) == [Interval.MONTH, Interval.ONCE]
        assert list_currencies(prices, interval="month") == ["USD", "EUR"]


amounts = st.builds(Money, st.integers(1, 10**9), st.sampled_from(CURRENCIES))


class TestReadAmount:
    @given(amounts)
    def test_reads_back_what_a_form_posts(self, amount: Money) -> None:
        assert read_amount(to_major(amount), amount.currency) == amount

    @given(amounts, st.sampled_from(["{} {}", "{}{}", " {}  {} ", "{}\u00a0{}"]))
    def test_does_not_mind_the_code_of_the_currency(self, amount: Money, pattern: str) -> None:
        assert read_amount(pattern.format(amount.currency, amount.text), amount.currency) == amount
        assert read_amount(pattern.format(amount.text, amount.currency.lower()), amount.currency) == amount

    @pytest.mark.parametrize(
        ("text", "minor"),
        [("12", 1200), ("$12", 1200), ("12,50", 1250), ("$ 1,200", 120000), ("1.200,50", 120050), ("١٢٫٥", 1250)],
    )
    def test_reads_amounts_as_people_type_them(self, text: str, minor: int) -> None:
        assert read_amount(text, "USD") == Money(minor, "USD")

    @given(st.text(max_size=60), st.sampled_from(CURRENCIES))
    def test_gives_an_amount_above_or_at_zero_or_says_no(self, text: str, currency: str) -> None:
        try:
            amount = read_amount(text, currency)
        except BadAmount:
            return
        assert amount.minor >= 0
        assert amount.currency == currency

    @pytest.mark.parametrize("text", ["", "-6", "6.005", "1e3", "NaN", "twelve", "6 dollars", "6€ or more", "€"])
    def test_refuses_what_is_no_amount(self, text: str) -> None:
        with pytest.raises(BadAmount):
            read_amount(text, "USD")


def check(floor: Money, **posted: str) -> AmountForm:
    form = AmountForm(posted, floor=floor, interval="month")
    form.is_valid()
    return form


class TestAmountForm:
    @given(amounts, amounts, st.booleans())
    def test_never_lets_an_amount_below_the_floor_through(self, floor: Money, amount: Money, typed: bool) -> None:
        posted = {"amount": "other", "other": amount.text} if typed else {"amount": amount.text}
        money = check(floor, **posted).cleaned_data.get("money")
        same = Money.of(amount.text, floor.currency) if exponent(amount.currency) <= exponent(floor.currency) else None
        assert money is None or floor <= money <= floor * 1000
        if same is not None and floor <= same <= floor * 1000 and same.is_chargeable:
            assert money == same

    @given(st.dictionaries(st.sampled_from(["amount", "other"]), st.text(max_size=50)))
    def test_answers_nonsense_with_an_error_and_never_breaks(self, posted: dict[str, str]) -> None:
        form = check(Money(600, "USD"), **posted)
        assert bool(form.errors) != ("money" in form.cleaned_data)

    def test_says_the_lowest_price_in_words(self) -> None:
        form = check(Money(600, "USD"), amount="other", other="5.99")
        assert form.errors["other"] == ["The lowest amount is $6 a month."]

    def test_takes_a_chosen_amount_over_one_that_was_typed_before(self) -> None:
        assert check(Money(600, "USD"), amount="12", other="900").cleaned_data["money"] == Money(1200, "USD")


class TestWords:
    @pytest.mark.parametrize(
        ("amount", "interval", "words"),
        [
            (Money(1200, "USD"), "month", "$12 a month"),
            (Money(6050, "USD"), "year", "$60.50 a year"),
            (Money(500, "JPY"), "month", "¥500 a month"),
            (Money(2500, "EUR"), "once", "€25 once"),
        ],
    )
    def test_say_a_price(self, amount: Money, interval: str, words: str) -> None:
        with override("en"):
            assert say_price(amount, interval) == words

    def test_every_benefit_has_words(self) -> None:
        assert set(benefits.WORDS) == set(benefits.Benefit)

    @given(st.lists(st.sampled_from(["ad_free", "community_content", "name_in_thanks", "gold_bars", ""])))
    def test_keeps_known_benefits_each_once(self, keys: list[str]) -> None:
        kept = benefits.keep_known(keys)
        assert set(kept) == set(keys) & {benefit.value for benefit in benefits.Benefit}
        assert len(kept) == len(set(kept))


class TestOfferAmounts:
    def offer(self, chosen: str, other: str = "") -> tuple[list[str], bool, str]:
        money = [Money(600, "USD"), Money(1250, "USD")]
        offered = offer_amounts(floor=money[0], suggested=money, interval="month", chosen=chosen, other=other)
        return [card.value for card in offered.cards if card.chosen], offered.other_chosen, offered.other

    def test_marks_the_first_where_nothing_is_chosen(self) -> None:
        assert self.offer("") == (["6"], False, "")

    def test_marks_what_was_chosen(self) -> None:
        assert self.offer("12.50") == (["12.50"], False, "")

    def test_takes_an_amount_that_is_not_suggested_as_ones_own(self) -> None:
        assert self.offer("17") == ([], True, "17")

    def test_keeps_what_was_typed(self) -> None:
        assert self.offer("other", "a lot") == ([], True, "a lot")
