"""Readers who have joined: each through the sandbox, as anybody would, on a clock that is turned back.

Nothing is written into the ledger by hand: the sandbox sells, we read what it says. So the reconciliation finds the
same on both sides, and every membership has its payment, its receipt and its letter of thanks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from masthead.accounts.models import User
from masthead.appeals.models import Appeal
from masthead.community.models import TierPrice
from masthead.community.operations import JoinOrder, settle_joining, start_joining
from masthead.demo.content import Newspaper, Supporter
from masthead.demo.dates import get_edition_day, get_moment
from masthead.demo.traces import Traces
from masthead.kit.keyring import get_showing_signer
from masthead.newsroom.models import ArticlePage
from masthead.payments.models import Subscription
from masthead.payments.operations import project_subscription
from masthead.payments.sandbox.app import Sandbox, make_app
from masthead.payments.sandbox.cards import BY_NUMBER
from masthead.payments.sandbox.checkout import Entry, submit
from masthead.payments.sandbox.clock import tick
from masthead.payments.sandbox.serve import RunningSandbox
from masthead.payments.sandbox.wiring import FILE
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money
from masthead.rules.showings import Showing

GOOD_CARD = "4242424242424242"
SANDBOX = "sandbox"
BEGUN = "begun"

Step = Callable[[int], None]


class PastClock:
    """The sandbox's idea of the real time while its past is made."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def read(self) -> float:
        """Return the moment in Unix seconds."""
        return self.moment.timestamp()


def add_supporters(paper: Newspaper, traces: Traces, *, now: datetime, step: Step) -> tuple[str, ...]:
    """Let the supporters join in the sandbox, each on their day, unless that was done before.

    Returns why they did not, as sentences. Nobody joins where payments or letters are real, or where the sandbox is
    in use already. `step` is told how many have joined. Safe to repeat.
    """
    missing = [one for one in paper.supporters if not traces.has("supporter", one.email)]
    if not missing:
        return ()
    file = Path(settings.MASTHEAD_DATA) / FILE
    if settings.MASTHEAD_PAYMENTS != SANDBOX or settings.MASTHEAD_SMTP_URL:
        return (
            "Nobody has joined yet: invented members are made only where payments and letters stay on this machine.",
        )
    if file.exists() and not traces.has("supporters", BEGUN):
        return ("Nobody has joined yet: the sandbox of this folder was in use before.",)
    clock = PastClock(now)
    try:
        running = RunningSandbox(_make_sandbox(file, clock), port=settings.MASTHEAD_SANDBOX_PORT)
    except OSError:
        return (f"Nobody has joined yet: port {settings.MASTHEAD_SANDBOX_PORT} is taken.",)
    traces.once("supporters", BEGUN, lambda: None)
    running.start()
    try:
        _live_through(missing, paper, traces, running.app, clock, now=now, step=step)
    except MastheadError as trouble:
        # The paper is there without them; the next build goes on where this one stopped.
        return (f"Not everybody has joined: {trouble}",)
    finally:
        running.close()
    return ()


def _make_sandbox(file: Path, clock: PastClock) -> Sandbox:
    return make_app(
        file,
        public_url=settings.MASTHEAD_SANDBOX_PUBLIC_URL,
        webhook_url="",
        webhook_secret=settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET,
        api_key=settings.MASTHEAD_SANDBOX_KEY,
        wall=clock.read,
    )


def _live_through(
    missing: list[Supporter],
    paper: Newspaper,
    traces: Traces,
    sandbox: Sandbox,
    clock: PastClock,
    *,
    now: datetime,
    step: Step,
) -> None:
    """Let the days pass in order: some join, and what falls due in the sandbox is done on its day."""
    zone = timezone.get_default_timezone()
    day = get_edition_day(paper.articles, now=now.astimezone(zone))
    joins = sorted((get_moment(day, days_ago=one.days_ago, at=one.at, zone=zone), one.email, one) for one in missing)
    for number, (moment, _email, one) in enumerate(joins):
        _pass_time(sandbox, clock, until=min(moment, now))
        _join(one, sandbox, traces, currency=paper.publication.currency, now=clock.moment)
        traces.note("supporter", one.email)
        step(number + 1)
    _pass_time(sandbox, clock, until=now)
    for subscription in Subscription.objects.filter(provider=SANDBOX, paid_until__lt=now):
        project_subscription(SANDBOX, subscription.reference, now=now)


def _pass_time(sandbox: Sandbox, clock: PastClock, *, until: datetime) -> None:
    first = clock.moment
    if first > until:
        clock.moment = until
    while clock.moment < until:
        clock.moment = min(until, clock.moment + timedelta(days=1))
        tick(sandbox.store)


def _join(one: Supporter, sandbox: Sandbox, traces: Traces, *, currency: str, now: datetime) -> None:
    price = TierPrice.objects.select_related("tier").get(tier__key=one.tier, interval=one.interval, currency=currency)
    site = settings.MASTHEAD_SITE_URL
    order = JoinOrder(
        price=price,
        amount=Money.from_major(one.amount, currency),
        email=one.email,
        person=None,
        token=_make_token(one, traces, now=now),
        language="en",
        return_url=f"{site}/join/return/{{checkout}}/",
        cancel_url=f"{site}/join/",
    )
    checkout = start_joining(order, earlier=(), now=now).checkout
    checkout.refresh_from_db()
    with sandbox.store.transaction() as book:
        session = book.get(checkout.reference)
        if session is not None:
            submit(book, session, Entry(card=BY_NUMBER[GOOD_CARD], email=one.email, name=one.name, country="US"))
    settle_joining(checkout, now=now + timedelta(seconds=1))
    User.objects.with_email(one.email).update(date_joined=now)


def _make_token(one: Supporter, traces: Traces, *, now: datetime) -> str:
    """Return the sealed mark of the showing that won this reader; empty for who came without one."""
    name, _slash, variant = one.won_by.partition("/")
    appeal = Appeal.objects.filter(pk=traces.find("appeal", name) or 0).first() if name else None
    if appeal is None:
        return ""
    article = ArticlePage.objects.filter(published_at__lte=now).order_by("-published_at").first()
    nonce = hashlib.sha256(one.email.encode()).digest()[:8]
    shown = Showing(
        appeal.key, variant, appeal.placements[0], article.article_key if article else "", int(now.timestamp()), nonce
    )
    return get_showing_signer().sign(shown.encode())
