"""The membership state machine: whatever arrives, in whatever order and however often, the pledge stays valid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.money import CurrencyMismatch, Money
from masthead.rules.pledges import (
    GRACE,
    AmountChanged,
    BadPledge,
    Began,
    EndAsked,
    Ended,
    EndTakenBack,
    Fact,
    Interval,
    NotBegun,
    Paused,
    PaymentFailed,
    Pledge,
    PledgeState,
    Refunded,
    Renewed,
    Resumed,
    apply,
    is_entitled,
)

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
SIX = Money(600, "USD")

moments = st.integers(min_value=-400, max_value=4000).map(lambda hours: START + timedelta(hours=hours))
dollars = st.integers(min_value=1, max_value=10**6).map(lambda minor: Money(minor, "USD"))


@st.composite
def beginnings(draw: st.DrawFn) -> Began:
    at = draw(moments)
    return Began(
        at=at,
        amount=draw(dollars),
        interval=draw(st.sampled_from(Interval)),
        paid_until=at + timedelta(hours=draw(st.integers(min_value=0, max_value=9000))),
    )


later: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Renewed, paid_until=moments),
    st.just(PaymentFailed()),
    st.builds(AmountChanged, amount=dollars),
    st.just(EndAsked()),
    st.just(EndTakenBack()),
    st.builds(Ended, at=moments),
    st.builds(Refunded, paid_until=moments),
    st.just(Paused()),
    st.just(Resumed()),
)
facts = st.lists(later | beginnings(), max_size=12)


def live_through(began: Began, story: list[Fact]) -> Pledge:
    pledge = apply(None, began)
    for fact in story:
        pledge = apply(pledge, fact)
    return pledge


@pytest.fixture
def pledge() -> Pledge:
    return apply(None, Began(at=START, amount=SIX, interval=Interval.MONTH, paid_until=START + timedelta(days=28)))


class TestApply:
    @given(beginnings(), facts)
    def test_any_sequence_leaves_a_valid_pledge(self, began: Began, story: list[Fact]) -> None:
        # An invalid pledge cannot be made: its constructor raises BadPledge.
        pledge = live_through(began, story)
        over = pledge.state in {PledgeState.ENDING, PledgeState.ENDED}
        assert over == (pledge.ends_at is not None)
        assert pledge.paid_until >= pledge.since
        assert pledge.amount.minor > 0

    @given(beginnings(), facts, later | beginnings())
    def test_a_fact_applied_twice_equals_once(self, began: Began, story: list[Fact], fact: Fact) -> None:
        once = apply(live_through(began, story), fact)
        assert apply(once, fact) == once

    @given(beginnings(), facts, later | beginnings())
    def test_paid_time_never_goes_back_but_by_a_refund(self, began: Began, story: list[Fact], fact: Fact) -> None:
        before = live_through(began, story)
        after = apply(before, fact)
        assert after.paid_until >= before.paid_until or isinstance(fact, Refunded)

    @given(beginnings(), facts, later)
    def test_what_ended_stays_ended_until_it_begins_anew(self, began: Began, story: list[Fact], fact: Fact) -> None:
        pledge = live_through(began, story)
        if pledge.state is PledgeState.ENDED:
            assert apply(pledge, fact).state is PledgeState.ENDED

    @given(beginnings(), st.lists(st.builds(Renewed, paid_until=moments), max_size=8), st.randoms())
    def test_renewals_may_arrive_in_any_order(self, began: Began, renewals: list[Fact], chance: object) -> None:
        shuffled = list(renewals)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis's own random
        assert live_through(began, renewals) == live_through(began, shuffled)

    @given(later)
    def test_needs_a_beginning(self, fact: Fact) -> None:
        with pytest.raises(NotBegun):
            apply(None, fact)

    def test_a_failed_payment_is_forgotten_by_a_renewal(self, pledge: Pledge) -> None:
        late = apply(pledge, PaymentFailed())
        assert late.state is PledgeState.PAST_DUE
        assert apply(late, Renewed(paid_until=START + timedelta(days=59))).state is PledgeState.ACTIVE

    def test_a_pause_ends_where_it_began(self, pledge: Pledge) -> None:
        paused = apply(pledge, Paused())
        assert (paused.state, paused.paid_until) == (PledgeState.PAUSED, pledge.paid_until)
        assert apply(paused, Resumed()) == pledge

    def test_a_pause_does_not_hide_an_end_or_a_failure(self, pledge: Pledge) -> None:
        for fact in (EndAsked(), PaymentFailed()):
            changed = apply(pledge, fact)
            assert apply(changed, Paused()) == changed

    def test_an_end_that_is_asked_for_comes_with_the_paid_time(self, pledge: Pledge) -> None:
        ending = apply(pledge, EndAsked())
        assert (ending.state, ending.ends_at) == (PledgeState.ENDING, pledge.paid_until)
        assert apply(ending, EndTakenBack()) == pledge

    def test_ending_keeps_what_was_paid_for(self, pledge: Pledge) -> None:
        ended = apply(pledge, Ended(at=START + timedelta(days=3)))
        assert (ended.state, ended.paid_until) == (PledgeState.ENDED, pledge.paid_until)

    def test_the_end_of_an_earlier_membership_does_not_end_this_one(self, pledge: Pledge) -> None:
        assert apply(pledge, Ended(at=START - timedelta(days=1))) == pledge

    def test_begins_anew_after_an_end(self, pledge: Pledge) -> None:
        ended = apply(pledge, Ended(at=START + timedelta(days=28)))
        back = START + timedelta(days=90)
        again = apply(ended, Began(at=back, amount=SIX, interval=Interval.YEAR, paid_until=back + timedelta(days=365)))
        assert (again.state, again.since, again.interval) == (PledgeState.ACTIVE, back, Interval.YEAR)

    def test_refuses_another_currency(self, pledge: Pledge) -> None:
        with pytest.raises(CurrencyMismatch):
            apply(pledge, AmountChanged(amount=Money(600, "EUR")))

    def test_refuses_an_amount_of_nothing(self) -> None:
        with pytest.raises(BadPledge):
            apply(None, Began(at=START, amount=Money(0, "USD"), interval=Interval.MONTH, paid_until=START))


class TestIsEntitled:
    @given(beginnings(), facts, moments, st.integers(min_value=0, max_value=2000))
    def test_looks_at_the_paid_time_and_nothing_else(
        self, began: Began, story: list[Fact], now: datetime, hours: int
    ) -> None:
        pledge = live_through(began, story)
        grace = timedelta(hours=hours)
        assert is_entitled(pledge, now, grace) == (now < pledge.paid_until + grace)

    def test_ends_with_the_grace_to_the_second(self, pledge: Pledge) -> None:
        end = pledge.paid_until + GRACE
        assert is_entitled(pledge, end - timedelta(seconds=1))
        assert not is_entitled(pledge, end)

    def test_outlives_the_retries_of_the_provider(self) -> None:
        assert timedelta(days=14) < GRACE
