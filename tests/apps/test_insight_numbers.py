"""The numbers: every count in one place, and money that adds up to the ledger."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Page

from masthead.appeals.models import Appeal, AppealVariant
from masthead.insight import queries
from masthead.insight.charts import make_chart
from masthead.insight.queries import NOT_KNOWN, Period, Tally, last_days
from masthead.insight.queries.tallies import COUNTED
from masthead.insight.spreadsheets import write_csv
from masthead.insight.stores.sql import write_batch
from masthead.kit.keyring import get_showing_signer
from masthead.payments.models import Checkout, CheckoutState, Payment
from masthead.rules.counting import CountBatch, ReadCount, ReadFact, ShowingCount, ShowingFact, hour_of
from masthead.rules.money import Money
from masthead.rules.showings import Showing

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PERIOD = last_days(7, now=NOW)
_batch_ids = itertools.count()
_references = itertools.count()


def count(*, showings: dict[ShowingCount, int] | None = None, reads: dict[ReadCount, int] | None = None) -> None:
    batch = CountBatch(id=f"test-{next(_batch_ids)}", showings=showings or {}, reads=reads or {})
    write_batch(batch, now=NOW)


def showing(
    what: ShowingFact, *, appeal: str = "1", variant: str = "a", at: datetime = NOW, **rest: Any
) -> ShowingCount:
    values: dict[str, Any] = {"placement": "banner", "country": "", "device": "", **rest}
    return ShowingCount(hour=hour_of(at.timestamp()), what=what, appeal=appeal, variant=variant, **values)


def read(what: ReadFact, article: str = "x", *, at: datetime = NOW, dedicated: bool = False) -> ReadCount:
    return ReadCount(
        hour=hour_of(at.timestamp()), what=what, article=article, section="", dedicated=dedicated, member=False
    )


def token(appeal: str, variant: str) -> str:
    mark = Showing(appeal, variant, "banner", "x", int(NOW.timestamp()), b"12345678")
    return get_showing_signer().sign(mark.encode())


def pay(minor: int, currency: str = "USD", *, refunded: int = 0, at: datetime = NOW, token: str = "") -> Payment:
    return Payment.objects.create(
        provider="sandbox", reference=f"p{next(_references)}", product="community", product_name="Community",
        amount_minor=minor, refunded_minor=refunded, currency=currency, paid_at=at, token=token,
    )  # fmt: skip


def complete(interval: str = "month", *, at: datetime = NOW, token: str = "", state: str = "completed") -> Checkout:
    return Checkout.objects.create(
        product="community", product_name="Community", amount_minor=600, currency="USD", interval=interval,
        state=CheckoutState(state), provider="sandbox", reference=f"c{next(_references)}", token=token,
        created_at=at, completed_at=at if state == "completed" else None,
    )  # fmt: skip


def make_appeal(name: str = "The editor asks", *keys: str) -> Appeal:
    variants = [AppealVariant(heading=f"Heading {key}", body="<p>a</p>", key=key) for key in keys or ("a", "b")]
    appeal = Appeal(name=name, placements=["banner"], variants=variants)
    appeal.save()
    return appeal


class TestPeriod:
    def test_ends_with_today_in_the_newsrooms_zone(self, settings: Any) -> None:
        settings.TIME_ZONE = "Pacific/Auckland"

        assert last_days(7, now=datetime(2026, 11, 22, 12, tzinfo=UTC)) == Period(
            date(2026, 11, 17), date(2026, 11, 24)
        )

    def test_is_half_open(self) -> None:
        count(
            reads={
                read(ReadFact.VISIT, at=PERIOD.starts_at): 1,
                read(ReadFact.VISIT, at=PERIOD.starts_at - timedelta(hours=1)): 10,
                read(ReadFact.VISIT, at=PERIOD.ends_at - timedelta(hours=1)): 100,
                read(ReadFact.VISIT, at=PERIOD.ends_at): 1000,
            }
        )

        assert queries.get_numbers(PERIOD).total.visits == 101

    def test_days_follow_the_newsrooms_zone(self, settings: Any) -> None:
        settings.TIME_ZONE = "America/New_York"
        count(reads={read(ReadFact.VISIT, at=datetime(2026, 11, 22, 3, tzinfo=UTC)): 7})

        numbers = queries.get_numbers(last_days(7, now=NOW))

        assert {day: tally.visits for day, tally in numbers.by_day if tally.visits} == {date(2026, 11, 21): 7}


class TestReads:
    def test_are_told_apart_by_kind_and_dedication(self) -> None:
        count(
            reads={
                read(ReadFact.VISIT): 10,
                read(ReadFact.VISIT, dedicated=True): 4,
                read(ReadFact.READ): 6,
                read(ReadFact.READ, dedicated=True): 3,
            }
        )

        total = queries.get_numbers(PERIOD).total

        assert (total.visits, total.dedicated_visits, total.reads, total.dedicated_reads) == (14, 4, 9, 3)

    def test_bring_the_articles_read_most_with_their_headlines(self) -> None:
        page = Page.objects.get(depth=1).add_child(instance=Page(title="Harbour bridge opens", slug="bridge"))
        key = str(page.translation_key)
        count(
            reads={
                read(ReadFact.READ, key): 5, read(ReadFact.READ, key, dedicated=True): 2,
                read(ReadFact.READ, "old-cms/77"): 6, read(ReadFact.READ, ""): 1, read(ReadFact.VISIT, "visited"): 99,
            }
        )  # fmt: skip

        rows = queries.list_top_articles(PERIOD)

        assert [(row.title, row.reads, row.dedicated_reads) for row in rows] == [
            ("Harbour bridge opens", 7, 2), ("old-cms/77", 6, 0), ("All other articles", 1, 0),
        ]  # fmt: skip
        assert len(queries.list_top_articles(PERIOD, most=2)) == 2


class TestByAppeal:
    def test_sums_each_variant_over_places_countries_and_devices(self) -> None:
        appeal = make_appeal()
        key = appeal.key
        count(
            showings={
                showing(ShowingFact.SHOWN, appeal=key): 9,
                showing(ShowingFact.SEEN, appeal=key, country="PT"): 5,
                showing(ShowingFact.SEEN, appeal=key, device="mobile"): 2,
                showing(ShowingFact.CLICKED, appeal=key, variant="b", placement="letter"): 1,
                showing(ShowingFact.DISMISSED, appeal=key): 3,
                showing(ShowingFact.DECLINED, appeal=key): 4,
            }
        )

        (row,) = queries.get_numbers(PERIOD).by_appeal

        assert (row.name, row.pk) == ("The editor asks", appeal.pk)
        assert [(variant.name, variant.heading) for variant in row.variants] == [("1", "Heading a"), ("2", "Heading b")]
        first, second = (variant.tally for variant in row.variants)
        assert (first.shown, first.seen, first.clicked, first.closed, first.not_now) == (9, 7, 0, 3, 4)
        assert (second.clicked, second.clicks_per_seen) == (1, None)
        assert (row.tally.seen, row.tally.clicked) == (7, 1)

    def test_keeps_the_numbers_of_what_was_deleted(self) -> None:
        appeal = make_appeal()
        count(
            showings={
                showing(ShowingFact.SEEN, appeal=appeal.key, variant="gone"): 1,
                showing(ShowingFact.SEEN, appeal="999999999"): 2,
            }
        )

        rows = {row.key: row for row in queries.get_numbers(PERIOD).by_appeal}

        assert rows[appeal.key].variants[-1].name == "Removed (gone)"
        assert rows["999999999"].name == "An appeal that was deleted (999999999)"
        assert rows["999999999"].pk is None


class TestOutcomes:
    def test_stand_with_the_variant_that_won_them(self) -> None:
        appeal = make_appeal()
        won = token(appeal.key, "b")
        complete(token=won)
        complete("once", token=won)
        complete(state="open", token=won)
        pay(600, token=won)
        pay(1000, token=won)

        (row,) = queries.get_numbers(PERIOD).by_appeal

        assert [(v.tally.joins, v.tally.contributions, v.tally.money) for v in row.variants] == [
            (0, 0, ()), (1, 1, (Money(1600, "USD"),)),
        ]  # fmt: skip

    @pytest.mark.parametrize("mark", ["", "rubbish", "x" * 1000])
    def test_are_not_known_without_a_mark_of_ours(self, mark: str) -> None:
        complete(token=mark)
        pay(600, token=mark)

        (row,) = queries.get_numbers(PERIOD).by_appeal

        assert (row.key, row.is_known, row.variants) == ("", False, ())
        assert (row.tally.joins, row.tally.money) == (1, (Money(600, "USD"),))

    def test_are_not_known_for_a_mark_that_holds_no_showing(self) -> None:
        sealed = get_showing_signer().sign(b"no showing at all")

        assert queries.outcomes.find_winner(sealed, get_showing_signer()) == NOT_KNOWN

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        rows=st.lists(
            st.tuples(
                st.integers(1, 10**7), st.integers(0, 100), st.sampled_from(["USD", "EUR", "JPY"]),
                st.integers(-8 * 24, 48), st.sampled_from(["", "rubbish", "won"]),
            ),
            max_size=8,
        )
    )  # fmt: skip
    def test_add_up_to_the_ledger_in_every_table(self, rows: list[tuple[int, int, str, int, str]]) -> None:
        Payment.objects.all().delete()
        for minor, percent, currency, hours, mark in rows:
            pay(
                minor, currency, refunded=minor * percent // 100, at=NOW + timedelta(hours=hours),
                token=token("1", "a") if mark == "won" else mark,
            )  # fmt: skip
        ledger: Counter[str] = Counter()
        for payment in Payment.objects.filter(paid_at__gte=PERIOD.starts_at, paid_at__lt=PERIOD.ends_at):
            ledger[payment.currency] += payment.amount_minor - payment.refunded_minor

        numbers = queries.get_numbers(PERIOD)

        assert +numbers.total.minor_by_currency == +ledger
        assert +_money_of(tally for _day, tally in numbers.by_day) == +ledger
        assert +_money_of(row.tally for row in numbers.by_appeal) == +ledger
        assert +_money_of(numbers.cells.values()) == +ledger


def _money_of(tallies: Any) -> Counter[str]:
    sums: Counter[str] = Counter()
    for tally in tallies:
        sums.update(tally.minor_by_currency)
    return sums


class TestSpreadsheet:
    def _rows(self, period: Period = PERIOD) -> list[dict[str, str]]:
        text = "".join(write_csv(queries.get_numbers(period)))
        assert text.startswith("\ufeff")
        return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))

    def test_adds_up_to_the_totals_column_by_column(self) -> None:
        appeal = make_appeal()
        count(
            showings={showing(ShowingFact.SEEN, appeal=appeal.key): 5, showing(ShowingFact.SHOWN, appeal="77"): 3},
            reads={read(ReadFact.VISIT): 4, read(ReadFact.READ, at=NOW - timedelta(days=1), dedicated=True): 2},
        )
        complete(token=token(appeal.key, "a"))
        pay(650, token=token(appeal.key, "a"))
        pay(500, "JPY")

        rows = self._rows()
        total = queries.get_numbers(PERIOD).total

        assert {name: sum(int(row[name]) for row in rows) for name in COUNTED} == {
            name: getattr(total, name) for name in COUNTED
        }
        assert sum(float(row["money_USD"]) for row in rows) == 6.5
        assert [row["money_JPY"] for row in rows if row["money_JPY"] != "0"] == ["500"]

    def test_gives_no_name_to_a_spreadsheet_as_a_formula(self) -> None:
        appeal = make_appeal('=HYPERLINK("https://evil.example")')
        count(showings={showing(ShowingFact.SEEN, appeal=appeal.key): 1})

        assert [row["appeal"] for row in self._rows()] == ['\'=HYPERLINK("https://evil.example")']

    def test_holds_only_its_head_when_nothing_happened(self) -> None:
        assert self._rows() == []


class TestChart:
    @given(values=st.lists(st.integers(-5, 10**12), min_size=1, max_size=90))
    def test_keeps_every_bar_inside_its_frame(self, values: list[int]) -> None:
        chart = make_chart(values, width=180, height=36)

        for bar in chart.series[0]:
            assert bar.x >= 0
            assert bar.x + bar.width <= 180.01
            assert bar.y >= -0.01
            assert bar.y + bar.height <= 36.01
        assert len(chart.series[0]) == sum(value > 0 for value in values)

    def test_is_empty_where_nothing_happened(self) -> None:
        assert make_chart([0, 0], width=10, height=10).series == ((),)


def test_an_empty_tally_is_empty() -> None:
    assert Tally().is_empty
    assert not Tally(joins=1).is_empty
