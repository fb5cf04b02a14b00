"""Money: how fast renewals drain, whether one costs the same among 10,000 as among 100, and repeated messages.

Run as a program (`python -m bench.money COUNT`), it renews so many memberships of the site in MASTHEAD_DATA and prints
what that took, as JSON: sandbox, inbox and jobs in one process, so the provider's own work is in the figures.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.load import ROOT, Trouble, serving
from bench.tables import compare

if TYPE_CHECKING:
    from masthead.payments.sandbox.app import Sandbox

FEW, MANY = 100, 10_000
TIER, FLOOR, MONTH = "community", 600, 30 * 86_400
WEBHOOK = "/payments/webhook/sandbox/"


def measure_money(stack: ExitStack, seconds: int, repeats: int) -> str:
    """Drain renewals of few and of many members, and compare a repeated message with a constant answer."""
    many = min(MANY, MANY // 3 * seconds + 1)
    drained = [_run(_make_data(stack), str(count)) for count in (FEW, many)]
    rows = "\n".join(
        f"| {each['count']:,} | {each['count'] / each['seconds']:.1f} | {each['seconds'] / each['count'] * 1000:.1f} "
        f"| {each['cpu'] / each['count'] * 1000:.1f} | {each['messages'] / each['count']:.1f} |"
        for each in drained
    )
    few_cost, many_cost = (each["cpu"] / each["count"] for each in drained)
    table = (
        "## Renewals on the turned clock\n\nOne process: sandbox, inbox, jobs and receipts (SQLite); rendering and "
        "sending letters is not in it.\n\n| members who renew | renewals/s | ms each | CPU ms each | messages each |\n"
        f"| ---: | ---: | ---: | ---: | ---: |\n{rows}\n\n"
        f"A renewal among {many:,} costs {many_cost / few_cost:.2f} times the CPU of one among {FEW}.\n"
    )
    return table + "\n" + _measure_repeats(stack, seconds, repeats)


def _measure_repeats(stack: ExitStack, seconds: int, repeats: int) -> str:
    data = _make_data(stack)
    message = _run(data, "message")
    body = message["body"].encode()
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    request = f"{head}Stripe-Signature: {message['signature']}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    constant = stack.enter_context(serving("constant"))
    site = stack.enter_context(serving("site:100", env=data, threads=8))
    # The first one is kept; and the site loads what reads it.
    first = http.client.HTTPConnection("localhost", site.port, timeout=30)
    first.request("POST", WEBHOOK, body, {"Stripe-Signature": message["signature"]})
    if first.getresponse().status != 200:
        raise Trouble("The webhook refuses the message.")
    first.close()
    return compare(
        "A message of the provider, again and again",
        {
            "constant answer": lambda seconds: constant.run([request], seconds=seconds),
            "webhook, known already": lambda seconds: site.run([request], seconds=seconds),
        },
        seconds=seconds,
        repeats=repeats,
    )


def _make_data(stack: ExitStack) -> dict[str, str]:
    data = {"MASTHEAD_DATA": stack.enter_context(tempfile.TemporaryDirectory())}
    words = [sys.executable, "-m", "masthead.config.cli", "migrate"]
    subprocess.run(words, env=_environ(data), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return data


def _run(data: dict[str, str], word: str) -> dict[str, Any]:
    """Run this module as a program of its own, for its settings and its memory are the site's."""
    words = [sys.executable, "-m", "bench.money", word]
    said = subprocess.run(words, env=_environ(data), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told


def _environ(data: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **data,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        "DJANGO_SETTINGS_MODULE": "masthead.config.settings",
    }


def _renew(count: int) -> dict[str, float]:
    """Make so many members, turn the clock by a month, carry every message to the inbox and follow it."""
    from django.conf import settings

    from masthead.payments.models import Payment
    from masthead.payments.sandbox.app import make_app
    from masthead.payments.sandbox.clock import advance
    from masthead.payments.sandbox.serve import RunningSandbox

    app = make_app(
        Path(os.environ["MASTHEAD_DATA"]) / "bench-sandbox.sqlite3",
        public_url="",
        webhook_url="",
        webhook_secret=settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET,
        api_key=settings.MASTHEAD_SANDBOX_KEY,
    )
    running = RunningSandbox(app)
    running.start()
    settings.MASTHEAD_SANDBOX_URL = running.url
    try:
        _make_members(app, count)
        with app.store.transaction(writes=False) as book:
            known, target = _last_event(book), book.now + MONTH + 3 * 86_400
        advance(app.store, target)
        with app.store.transaction(writes=False) as book:
            rows = book.connection.execute(
                "SELECT body FROM objects WHERE kind = 'event' AND seq > ? ORDER BY seq", (known,)
            )
            events = [row[0].encode() for row in rows]
        began, used = time.monotonic(), time.process_time()
        messages = sum(_carry(event, settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET) for event in events)
        _follow_all()
        seconds, cpu = time.monotonic() - began, time.process_time() - used
    finally:
        running.close()
    if Payment.objects.count() != 2 * count:
        raise Trouble(f"{count} members renewed, and {Payment.objects.count()} payments are in the ledger.")
    return {"count": count, "seconds": seconds, "cpu": cpu, "messages": messages}


def _make_members(app: Sandbox, count: int) -> None:
    """Let so many people be members already: with the provider, and in our rows."""
    from masthead.accounts.models import User
    from masthead.community.models import Tier, TierPrice
    from masthead.payments.models import Checkout, Payment, Subscription
    from masthead.payments.sandbox.billing import begin_subscription, need, pay_invoice
    from masthead.payments.sandbox.cards import CARDS
    from masthead.payments.sandbox.shapes.buying import make_customer, make_price
    from masthead.payments.sandbox.shapes.paying import make_payment_method

    now = datetime.now(UTC)
    until = now + timedelta(seconds=MONTH)
    tier = Tier.objects.create(key=TIER, name="Community", benefits=["ad_free"])
    TierPrice.objects.create(tier=tier, currency="USD", interval="month", floor_minor=FLOOR)
    order = {"product": TIER, "product_name": "Community", "amount_minor": FLOOR, "currency": "USD"}
    people = User.objects.bulk_create(User(email=f"member{number}@example.org") for number in range(count))
    checkouts = [
        Checkout(
            person=person, email=person.email, **order, interval="month", provider="sandbox", created_at=now,
            state="completed", completed_at=now, reference=f"cs_{person.pk}", is_completion_announced=True,
        )
        for person in people
    ]  # fmt: skip
    subscriptions, payments = [], []
    for start in range(0, count, 500):
        with app.store.transaction() as book:
            price = make_price(book, product="prod", currency="usd", unit_amount=FLOOR, interval="month")
            for checkout in checkouts[start : start + 500]:
                customer = book.save(make_customer(book, email=checkout.email, name="", country="US"))
                method = book.save(
                    make_payment_method(book, CARDS[0], customer=customer["id"], billing={"address": None})
                )
                session = {"_trial_days": 0, "_bequest": {"masthead_checkout": str(checkout.pk)}, "discounts": []}
                begun = begin_subscription(book, customer=customer, method=method, price=price, session=session)
                pay_invoice(book, begun, method)
                subscriptions.append(
                    Subscription(
                        **order, interval="month", provider="sandbox", reference=begun["id"], customer=customer["id"],
                        person=checkout.person, status="active", paid_until=until, started_at=now,
                    )
                )  # fmt: skip
                payments.append(need(book, begun["latest_invoice"])["_intent"])
    Subscription.objects.bulk_create(subscriptions)
    for checkout, subscription in zip(checkouts, subscriptions, strict=True):
        checkout.subscription = subscription
    Checkout.objects.bulk_create(checkouts)
    Payment.objects.bulk_create(
        Payment(
            **order, provider="sandbox", reference=reference, person=checkout.person, checkout=checkout,
            subscription=checkout.subscription, paid_at=now, covers_until=until, is_announced=True,
        )
        for checkout, reference in zip(checkouts, payments, strict=True)
    )  # fmt: skip


def _last_event(book: Any) -> int:
    return int(book.connection.execute("SELECT MAX(seq) FROM objects").fetchone()[0])


def _carry(body: bytes, secret: str) -> bool:
    """Hand one message to the inbox, as the webhook's door does; returns whether it is new there."""
    from masthead.payments import operations
    from masthead.payments.sandbox.delivery import sign

    now = datetime.now(UTC)
    headers = {"stripe-signature": sign(body, secret, at=int(now.timestamp()))}
    return operations.receive_webhook("sandbox", body, headers, now=now)


def _follow_all() -> None:
    """Follow every message that waits, the first received first."""
    from masthead.payments import operations
    from masthead.payments.queries import list_waiting_events

    now = datetime.now(UTC)
    for pk in list(list_waiting_events("sandbox", received_before=now)):
        operations.project_event(pk, now=now)


def _sign_message() -> dict[str, str]:
    """Return a message of the provider, signed just now."""
    from django.conf import settings

    from masthead.payments.sandbox.delivery import sign

    now = int(time.time())
    told = {
        "id": "evt_bench",
        "type": "invoice.paid",
        "created": now,
        "data": {"object": {"id": "in_1", "object": "invoice"}},
    }
    body = json.dumps(told)
    return {"body": body, "signature": sign(body.encode(), settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET, at=now)}


def main() -> None:
    """Do what the parent asked for, and tell it in JSON."""
    import django

    django.setup()
    [word] = sys.argv[1:]
    print(json.dumps(_sign_message() if word == "message" else _renew(int(word))))


if __name__ == "__main__":
    main()
