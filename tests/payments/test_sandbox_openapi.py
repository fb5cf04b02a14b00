"""Every call that the sandbox answers is one of Stripe's, and every answer is valid by Stripe's own document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import stripe
from jsonschema import Draft202012Validator
from tests.payments.fetch_openapi import TARGET
from tests.payments.test_sandbox_cards import open_portal, open_setup
from tests.payments.test_sandbox_changes import change, price_of, subscribe
from tests.payments.test_sandbox_disputes import DISPUTED_CARD, dispute
from tests.payments.test_sandbox_offers import open_page
from tests.payments.world import CONFIRMED_CARD, DECLINED_CARD, FAILING_CARD, GOOD_CARD, SITE, Bank, now

from masthead.payments.providers.base import CheckoutOrder
from masthead.payments.providers.stripe import StripeProvider
from masthead.payments.sandbox import app as application
from masthead.payments.sandbox.api.dispatch import ADVANCE, ROUTES, ApiAnswer, ApiRequest, respond
from masthead.payments.sandbox.clock import CLOCK
from masthead.payments.sandbox.params import parse_form
from masthead.payments.sandbox.serve import RunningSandbox
from masthead.payments.sandbox.store import Store
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.skipif(
    not TARGET.exists(),
    reason="Stripe's OpenAPI document is not here; python tests/payments/fetch_openapi.py fetches it",
)
KEY = "sk_test_masthead_sandbox"
Call = tuple[ApiRequest, ApiAnswer]


@cache
def load() -> dict[str, Any]:
    """Return the document, with `nullable` said as JSON Schema says it."""
    document: dict[str, Any] = _translate(json.loads(TARGET.read_text()))
    return document


def _translate(value: Any) -> Any:
    if isinstance(value, list):
        return [_translate(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    translated = {name: _translate(inner) for name, inner in value.items()}
    if translated.pop("nullable", None) is True:
        return {"anyOf": [translated, {"type": "null"}]}
    return translated


def find_faults(value: Any, schema: dict[str, Any]) -> list[str]:
    """Say what in a value is against a schema."""
    validator = Draft202012Validator({**schema, "components": load()["components"]})
    return [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in validator.iter_errors(value)
    ]


PATTERNS = [*ROUTES, ("POST", ADVANCE.replace(CLOCK, "*"))]


@cache
def find_path(method: str, path: str) -> str:
    """Return the path of the document that a request to the sandbox is for."""
    patterns = [
        pattern
        for wanted, pattern in PATTERNS
        if wanted == method and re.fullmatch(pattern.replace("*", "[^/]+"), path)
    ]
    for known in load()["paths"]:
        if re.sub(r"\{\w+\}", "*", known) in {f"/v1/{pattern}" for pattern in patterns}:
            return str(known)
    raise AssertionError(f"Stripe has no {method} {path}")


def list_invented_fields(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """List the fields of an answer that Stripe's document does not name."""
    if "$ref" in schema:
        schema = load()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        # Of several shapes, the one that knows most of the fields is meant.
        yield from min((list(list_invented_fields(value, one, path)) for one in schema["anyOf"]), key=len)
    elif isinstance(value, list):
        for inner in value:
            yield from list_invented_fields(inner, schema.get("items", {}), path)
    elif isinstance(value, dict) and "properties" in schema:
        for name, inner in value.items():
            if name in schema["properties"]:
                yield from list_invented_fields(inner, schema["properties"][name], f"{path}{name}.")
            else:
                yield f"{path}{name}"
    elif isinstance(value, dict) and schema.get("type") not in {"object", None}:
        yield from (f"{path}{name}" for name in value)


def list_unknown_names(values: dict[str, Any], schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """List the parameters of a request that Stripe's document does not know."""
    for name, value in values.items():
        shape = schema.get("properties", {}).get(name)
        if shape is None:
            if "additionalProperties" not in schema or schema["additionalProperties"] is False:
                yield f"{path}{name}"
            continue
        if isinstance(value, dict):
            yield from _list_unknown_inside(value, shape, f"{path}{name}.")


def _list_unknown_inside(value: dict[str, Any], shape: dict[str, Any], path: str) -> Iterator[str]:
    shapes = [one for one in shape.get("anyOf", [shape]) if one.get("type") in {"object", "array"}]
    assert shapes, path
    shape = shapes[0]
    if shape["type"] == "array":
        for inner in value.values():
            if isinstance(inner, dict):
                yield from list_unknown_names(inner, shape["items"], path)
    elif "properties" in shape:
        yield from list_unknown_names(value, shape, path)


def check(call: Call) -> list[str]:
    """Say what in one call is against Stripe's document."""
    request, answer = call
    operation = load()["paths"][find_path(request.method, request.path)][request.method.lower()]
    faults = []
    if request.method == "POST":
        body = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        faults += [f"unknown: {name}" for name in list_unknown_names(parse_form(request.body.decode()), body)]
    else:
        known = {parameter["name"] for parameter in operation["parameters"]}
        faults += [f"unknown: {name}" for name in parse_form(request.query) if name not in known]
    status = str(answer.status) if str(answer.status) in operation["responses"] else "default"
    [content] = operation["responses"][status]["content"].values()
    faults += find_faults(answer.document, content["schema"])
    faults += [f"invented: {name}" for name in list_invented_fields(answer.document, content["schema"])]
    return [f"{request.method} {request.path}: {fault}" for fault in faults]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Call]]:
    """Every call of one long story, and its answer."""
    made: list[Call] = []

    def listen(store: Store, request: ApiRequest, *, api_key: str) -> ApiAnswer:
        answer = respond(store, request, api_key=api_key)
        made.append((request, answer))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "respond", listen)
        path: Path = tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3"
        app = application.make_app(path, public_url="", webhook_url="", webhook_secret="whsec_x", api_key=KEY)
        running = RunningSandbox(app)
        running.start()
        provider = StripeProvider("sandbox", api_key=KEY, webhook_secret="", base_address=running.url)
        live(Bank(running, provider), stripe.StripeClient(KEY, base_addresses={"api": running.url}).v1)
        yield made
        running.close()


def live(bank: Bank, api: stripe.V1Services) -> None:
    """Tell the story: everything that the sandbox can do, once."""
    references = {}
    stories = [
        ("good", GOOD_CARD, Interval.MONTH),
        ("failing", FAILING_CARD, Interval.YEAR),
        ("once", GOOD_CARD, Interval.ONCE),
        ("declined", DECLINED_CARD, Interval.MONTH),
        ("declined-once", DECLINED_CARD, Interval.ONCE),
        ("asking", CONFIRMED_CARD, Interval.MONTH),
        ("asking-once", CONFIRMED_CARD, Interval.ONCE),
    ]
    for key, card, interval in stories:
        started = bank.provider.start_checkout(
            CheckoutOrder(
                key=key,
                email="alma@example.org",
                product="community",
                product_name="Community",
                amount=Money(1200, "USD"),
                interval=interval,
                language="en",
                return_url=f"{SITE}/return/",
                cancel_url=f"{SITE}/join/",
            )
        )
        answer = bank.pay(started.url, card)
        if card == CONFIRMED_CARD and key == "asking":
            bank.confirm(answer, approve=True)
        references[key] = started.reference
        bank.provider.read_checkout(started.reference)
    good = bank.provider.read_checkout(references["good"])
    assert good.subscription is not None
    bank.provider.change_amount(good.subscription.reference, amount=Money(2000, "USD"), key="c")
    bank.provider.set_ending(good.subscription.reference, ending=True, key="e")
    bank.provider.set_ending(good.subscription.reference, ending=False, key="f")
    clock = api.test_helpers.test_clocks.retrieve("clock_sandbox")
    api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.frozen_time + 367 * 86_400})
    bank.provider.read_subscription(good.subscription.reference)
    for key in ("good", "once"):
        payment = bank.provider.read_checkout(references[key]).payments[0]
        bank.provider.refund(payment.reference, amount=Money(200, "USD"), key=f"r-{key}")
        bank.provider.read_payment(payment.reference)
    change_subscriptions(api, bank)
    change_cards(api, bank)
    make_offers(api, bank)
    dispute_charges(api, bank)
    look_at_everything(api)
    bank.provider.cancel(good.subscription.reference)
    bank.provider.expire_checkout(
        bank.provider.start_checkout(
            CheckoutOrder(
                key="closed",
                email="alma@example.org",
                product="community",
                product_name="Community",
                amount=Money(1200, "USD"),
                interval=Interval.ONCE,
                language="he",
                return_url=f"{SITE}/return/",
                cancel_url=f"{SITE}/join/",
            )
        ).reference
    )
    list(bank.provider.list_since(now()))


def change_subscriptions(api: stripe.V1Services, bank: Bank) -> None:
    """Change a subscription in every way: up, down, to another interval, paused three ways, ended and kept."""
    subscription = subscribe(api, bank)
    for amount, interval in [(3000, "month"), (1000, "month"), (9000, "year"), (1000, "month")]:
        change(api, subscription, price_of(amount, interval))
    for behavior in ("void", "mark_uncollectible", "keep_as_draft"):
        api.subscriptions.update(subscription.id, {"pause_collection": {"behavior": behavior}})  # type: ignore[typeddict-item]
        bank.turn_clock(31)
    api.subscriptions.update(subscription.id, {"pause_collection": ""})


def make_offers(api: stripe.V1Services, bank: Bank) -> None:
    """Make coupons and codes, use them with and without a trial, and take them away."""
    coupon = api.coupons.create({"percent_off": 12.5, "duration": "repeating", "duration_in_months": 2, "name": "Two"})
    other = api.coupons.create({"amount_off": 200, "currency": "usd", "duration": "once", "id": "TWOLESS"})
    api.coupons.update(other.id, {"name": "Two less"})
    code = api.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"})
    api.promotion_codes.update(code.id, {"metadata": {"shelf": "1"}})
    for told in (
        {"allow_promotion_codes": True},
        {"discounts": [{"promotion_code": code.id}]},
        {"discounts": [{"coupon": other.id}], "mode": "payment"},
        {"discounts": [{"coupon": other.id}], "subscription_data": {"trial_period_days": 7}},
        {"subscription_data": {"trial_period_days": 7}},
    ):
        session = open_page(api, **told)
        for card in (DECLINED_CARD, GOOD_CARD):
            bank.pay(session.url, card)
    bank.turn_clock(8)
    api.coupons.retrieve(coupon.id)
    api.coupons.list()
    api.promotion_codes.retrieve(code.id, {"expand": ["promotion.coupon"]})
    api.promotion_codes.list({"code": "SPRING"})
    api.subscriptions.list({"expand": ["data.discounts.source.coupon"]})
    api.invoices.list({"expand": ["data.discounts"]})
    api.events.list({"limit": 100})
    api.coupons.delete(other.id)


def change_cards(api: stripe.V1Services, bank: Bank) -> None:
    """Keep cards for later, by Checkout and by the portal."""
    customer = subscribe(api, bank).customer
    session = open_setup(api, customer)
    for card in (DECLINED_CARD, GOOD_CARD):
        bank.pay(session.url, card)
    api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    [intent] = api.setup_intents.list({"customer": str(customer)}).data
    api.setup_intents.retrieve(intent.id, {"expand": ["payment_method", "customer"]})
    asked = bank.pay(open_setup(api, customer).url, CONFIRMED_CARD)
    bank.confirm(asked, approve=False)
    api.setup_intents.list()
    method = api.payment_methods.list({"customer": str(customer), "type": "card"}).data[0]
    api.customers.update(str(customer), {"invoice_settings": {"default_payment_method": method.id}})
    bank.pay(f"{open_portal(api, customer).url}/card")
    api.events.list({"limit": 100})


def dispute_charges(api: stripe.V1Services, bank: Bank) -> None:
    """Have charges disputed, win one and lose the others."""
    for words in ("winning_evidence", "losing_evidence", ""):
        made = dispute(api, bank) if not api.disputes.list().data else dispute_again(api, bank)
        api.disputes.retrieve(made.id)
        if words:
            api.disputes.update(made.id, {"evidence": {"uncategorized_text": words}})
        else:
            api.disputes.close(made.id)
    api.events.list({"limit": 100})


def dispute_again(api: stripe.V1Services, bank: Bank) -> stripe.Dispute:
    """Have another charge disputed."""
    subscribe(api, bank, card=DISPUTED_CARD)
    bank.turn_clock(1)
    return api.disputes.list({"limit": 1}).data[0]


def look_at_everything(api: stripe.V1Services) -> None:
    """List every kind of object, look at one of each alone, make what the site never makes, and err."""
    product = api.products.create({"name": "A mug", "metadata": {"shelf": "3"}})
    price = api.prices.create({"currency": "jpy", "unit_amount": 900, "product": product.id, "nickname": "Mug"})
    customer = api.customers.create({"email": "noor@example.org", "name": "Noor Example"})
    api.customers.update(customer.id, {"name": "Noor E.", "metadata": {"since": "2026"}})
    hook = api.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["invoice.paid"]})
    api.webhook_endpoints.list()
    api.webhook_endpoints.retrieve(hook.id)
    api.webhook_endpoints.delete(hook.id)
    api.products.list()
    api.products.retrieve(product.id)
    api.prices.list({"product": product.id})
    api.prices.retrieve(price.id, {"expand": ["product"]})
    api.customers.retrieve(customer.id)
    api.customers.list({"email": "noor@example.org"})
    api.customers.delete(customer.id)
    sessions = api.checkout.sessions.list({"limit": 100, "expand": ["data.line_items"]}).data
    api.checkout.sessions.line_items.list(sessions[0].id)
    api.subscriptions.list({"status": "all", "expand": ["data.latest_invoice", "data.customer"]})
    api.subscriptions.list({"status": "canceled"})
    invoices = api.invoices.list({"limit": 100, "expand": ["data.payments"]}).data
    api.invoices.retrieve(invoices[0].id)
    api.invoice_payments.list({"invoice": invoices[0].id, "expand": ["data.invoice", "data.payment.payment_intent"]})
    intents = api.payment_intents.list({"limit": 100, "expand": ["data.latest_charge", "data.payment_method"]}).data
    paid = next(intent for intent in intents if intent.payment_method)
    method = paid.payment_method
    api.payment_methods.retrieve(method if isinstance(method, str) else method.id)  # type: ignore[union-attr]
    charges = api.charges.list({"limit": 100, "expand": ["data.refunds"]}).data
    api.charges.retrieve(charges[0].id, {"expand": ["customer", "payment_intent"]})
    refunds = api.refunds.list({"expand": ["data.charge"]}).data
    api.refunds.retrieve(refunds[0].id)
    events = api.events.list({"limit": 100}).data
    api.events.retrieve(events[0].id)
    for err in (
        lambda: api.customers.retrieve("cus_none"),
        lambda: api.refunds.create({"charge": charges[0].id, "amount": 10**8}),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            err()


class TestSandbox:
    def test_answers_only_what_stripe_answers(self) -> None:
        for method, path in PATTERNS:
            assert method.lower() in load()["paths"][find_path(method, path)], f"{method} {path}"

    def test_answers_and_is_asked_as_stripe_says(self, calls: list[Call]) -> None:
        faults = sorted({fault for call in calls for fault in check(call)})
        assert faults == []

    def test_was_asked_for_everything_it_can_do(self, calls: list[Call]) -> None:
        asked = {(request.method, find_path(request.method, request.path)) for request, _ in calls}
        assert {(method, find_path(method, path)) for method, path in PATTERNS} - asked == set()

    def test_sends_events_whose_objects_are_as_stripe_says(self, calls: list[Call]) -> None:
        events = {
            event["id"]: event
            for request, answer in calls
            if request.path == "events" and answer.status == 200
            for event in answer.document["data"]
        }
        assert len(events) >= 60
        faults = {
            f"{event['type']}: {fault}"
            for event in events.values()
            for fault in find_faults(
                event["data"]["object"],
                {"$ref": f"#/components/schemas/{event['data']['object']['object']}"},
            )
        }
        assert sorted(faults) == []
        kinds = {event["type"] for event in events.values()}
        known = load()["paths"]["/v1/webhook_endpoints"]["post"]["requestBody"]["content"]
        schema = known["application/x-www-form-urlencoded"]["schema"]
        enabled = set(schema["properties"]["enabled_events"]["items"]["enum"])
        assert kinds - enabled == set()
