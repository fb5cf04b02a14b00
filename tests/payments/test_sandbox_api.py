"""The sandbox's API behaves as Stripe's does: keys, idempotency, pages, expansion, errors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from masthead.payments.sandbox.app import make_app
from masthead.payments.sandbox.calendar import add_months, get_period
from masthead.payments.sandbox.cards import CARDS, is_plausible
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.params import Params, parse_form
from masthead.payments.sandbox.serve import RunningSandbox

KEY = "sk_test_sandbox"
HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    path: Path = tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3"
    app = make_app(path, public_url="", webhook_url="", webhook_secret="whsec_x", api_key=KEY)
    sandbox = RunningSandbox(app)
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def api(running: RunningSandbox) -> stripe.V1Services:
    return stripe.StripeClient(KEY, base_addresses={"api": running.url}).v1


def call(running: RunningSandbox, method: str, path: str, **told: Any) -> requests.Response:
    return requests.request(method, running.url + path, timeout=10, **{"headers": HEADERS, **told})


class TestKeys:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk_test_other"}, {"Authorization": "Basic ???"}])
    def test_without_the_right_one_nothing_is_answered(self, running: RunningSandbox, headers: dict[str, str]) -> None:
        answer = call(running, "GET", "/v1/customers", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "invalid_request_error"

    def test_is_taken_as_a_users_name_too(self, running: RunningSandbox) -> None:
        assert call(running, "GET", "/v1/customers", headers={}, auth=(KEY, "")).status_code == 200


class TestIdempotency:
    def test_the_same_request_is_answered_the_same(self, running: RunningSandbox) -> None:
        headers = {**HEADERS, "Idempotency-Key": "same"}
        first, again = (
            call(running, "POST", "/v1/customers", headers=headers, data={"email": "a@example.org"}) for _ in range(2)
        )
        assert first.json() == again.json()
        assert "Idempotent-Replayed" not in first.headers
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_another_request_under_its_key_is_refused(self, api: stripe.V1Services) -> None:
        api.customers.create({"email": "a@example.org"}, {"idempotency_key": "mine"})
        with pytest.raises(stripe.IdempotencyError):
            api.customers.create({"email": "b@example.org"}, {"idempotency_key": "mine"})

    def test_a_request_that_was_refused_can_be_mended(self, api: stripe.V1Services) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            api.refunds.create({"charge": "ch_none"}, {"idempotency_key": "mended"})
        api.customers.create({"email": "a@example.org"}, {"idempotency_key": "mended"})


class TestLists:
    def test_come_in_pages_newest_first(self, api: stripe.V1Services) -> None:
        made = [api.products.create({"name": f"Product {number}"}).id for number in range(7)]
        page = api.products.list({"limit": 3})
        assert [product.id for product in page.data] == made[:-4:-1]
        assert page.has_more
        following = api.products.list({"limit": 3, "starting_after": page.data[-1].id})
        assert [product.id for product in following.data] == made[3:0:-1]
        before = api.products.list({"limit": 2, "ending_before": following.data[0].id})
        assert [product.id for product in before.data] == [made[5], made[4]]
        everything = [product.id for product in api.products.list({"limit": 2}).auto_paging_iter()]
        assert everything[:7] == made[::-1]

    @pytest.mark.parametrize("limit", [0, 101])
    def test_refuse_a_page_of_another_size(self, api: stripe.V1Services, limit: int) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            api.products.list({"limit": limit})

    def test_refuse_to_go_on_after_what_is_not_there(self, api: stripe.V1Services) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            api.products.list({"starting_after": "prod_none"})

    def test_can_be_filtered(self, api: stripe.V1Services) -> None:
        mine = api.customers.create({"email": "only@example.org"})
        assert [one.id for one in api.customers.list({"email": "only@example.org"}).data] == [mine.id]
        assert api.customers.list({"created": {"gt": mine.created + 60}}).data == []
        assert api.events.list({"types": ["customer.created"], "limit": 1}).data[0].type == "customer.created"


class TestErrors:
    def test_name_a_parameter_that_is_unknown(self, api: stripe.V1Services) -> None:
        with pytest.raises(stripe.InvalidRequestError) as raised:
            api.customers.create({"emial": "a@example.org"})  # type: ignore[typeddict-unknown-key]
        assert (raised.value.code, raised.value.param) == ("parameter_unknown", "emial")

    def test_name_a_nested_parameter(self, api: stripe.V1Services) -> None:
        with pytest.raises(stripe.InvalidRequestError) as raised:
            api.prices.create({"currency": "usd", "unit_amount": 5, "product_data": {"nmae": "A"}})  # type: ignore[typeddict-unknown-key]
        assert raised.value.param == "product_data[name]"

    def test_undo_what_the_request_had_begun(self, api: stripe.V1Services) -> None:
        before = len(api.products.list({"limit": 100}).data)
        with pytest.raises(stripe.InvalidRequestError):
            api.prices.create(
                {"currency": "usd", "unit_amount": 5, "product_data": {"name": "A"}, "tiers_mode": "volume"}
            )
        assert len(api.products.list({"limit": 100}).data) == before

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/v1/nothing", 404),
            ("PUT", "/v1/customers", 404),
            ("GET", "/v1/customers/cus_none", 404),
            ("GET", "/v1/customers/%00", 404),
            ("GET", "/v1/", 404),
        ],
    )
    def test_of_addresses_have_stripes_shape(
        self, running: RunningSandbox, method: str, path: str, status: int
    ) -> None:
        answer = call(running, method, path)
        assert answer.status_code == status
        assert answer.json()["error"]["message"]

    def test_refuse_a_large_body(self, running: RunningSandbox) -> None:
        assert call(running, "POST", "/v1/customers", data="x" * 100_000).status_code == 413

    def test_refuse_what_is_not_text(self, running: RunningSandbox) -> None:
        assert call(running, "POST", "/v1/customers", data=b"\xff\xfe=1").status_code == 400

    @pytest.mark.parametrize("path", ["data.metadata", "data.customer.email", "data.a.b.c.d", "nothing"])
    def test_refuse_to_expand_what_cannot_be(self, api: stripe.V1Services, path: str) -> None:
        api.products.create({"name": "A"})
        with pytest.raises(stripe.InvalidRequestError):
            api.products.list({"expand": [path]})


class TestClock:
    def test_turns_forward_only(self, api: stripe.V1Services) -> None:
        clock = api.test_helpers.test_clocks.retrieve("clock_sandbox")
        with pytest.raises(stripe.InvalidRequestError):
            api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.frozen_time - 3600})
        with pytest.raises(stripe.InvalidRequestError):
            api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.frozen_time + 10 * 366 * 86_400})
        turned = api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.frozen_time + 86_400})
        assert 0 <= turned.frozen_time - clock.frozen_time - 86_400 <= 5

    def test_keeps_the_day_of_the_month(self) -> None:
        january = 1_769_860_800  # 31 January 2026, noon
        days = [time.gmtime(add_months(january, months))[:3] for months in range(1, 5)]
        assert days == [(2026, 2, 28), (2026, 3, 31), (2026, 4, 30), (2026, 5, 31)]

    @given(st.integers(0, 4_000_000_000), st.integers(0, 200), st.sampled_from(["day", "week", "month", "year"]))
    def test_periods_follow_one_another(self, anchor: int, number: int, interval: str) -> None:
        begin, end = get_period(anchor, number, interval)
        assert begin < end == get_period(anchor, number + 1, interval)[0]


class TestWebhookEndpoints:
    def test_are_made_listed_and_deleted(self, api: stripe.V1Services) -> None:
        made = api.webhook_endpoints.create({"url": "http://127.0.0.1:9/hook", "enabled_events": ["invoice.paid"]})
        assert made.secret
        assert made.secret.startswith("whsec_")
        assert getattr(api.webhook_endpoints.retrieve(made.id), "secret", None) is None
        assert made.id in [endpoint.id for endpoint in api.webhook_endpoints.list().data]
        api.webhook_endpoints.delete(made.id)
        with pytest.raises(stripe.InvalidRequestError):
            api.webhook_endpoints.retrieve(made.id)


class TestParams:
    def test_nest(self) -> None:
        assert parse_form("a[0][b]=1&a[0][c][]=2&a[0][c][]=3&d=") == {
            "a": {"0": {"b": "1", "c": {"0": "2", "1": "3"}}},
            "d": "",
        }

    @given(st.text(max_size=80))
    @hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
    def test_of_any_text_raise_one_error(self, text: str) -> None:
        try:
            params = Params(parse_form(text))
            params.words("expand")
            params.metadata()
            params.refuse_rest()
        except ApiError:
            pass

    @given(st.dictionaries(st.text("ab[]01", min_size=1, max_size=8), st.text("x&=%", max_size=4), max_size=6))
    def test_of_hostile_names_raise_one_error(self, fields: dict[str, str]) -> None:
        try:
            parse_form("&".join(f"{name}={value}" for name, value in fields.items()))
        except ApiError:
            pass


class TestCards:
    def test_are_stripes_own_and_plausible(self) -> None:
        assert all(is_plausible(card.number) for card in CARDS)
        assert len({card.last4 for card in CARDS}) == len(CARDS)

    @pytest.mark.parametrize("number", ["4242424242424241", "1234567890123456"])
    def test_with_a_wrong_digit_are_not(self, number: str) -> None:
        assert not is_plausible(number)
