"""Forget a person: here at once, at the provider as soon as it answers, and keep the lawful line of the ledger."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from allauth.account.models import EmailAddress
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User
from masthead.accounts.operations import put_others_out
from masthead.community.care.log import note
from masthead.community.models import Contribution, EndReason, Erasure, Membership, SurplusSubscription
from masthead.kit.jobs.later import run_later
from masthead.letters.kinds import register
from masthead.letters.models import Letter, LetterState, UnreachableAddress, Unsubscription
from masthead.letters.operations import queue_letter
from masthead.payments import operations as payments
from masthead.payments.models import Checkout, Payment, ProviderEvent, Subscription
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)
ERASE_TASK: Final = "masthead.community.tasks.erase_person"
ERASED: Final = "erased"
# A last letter that nobody took by then is thrown away with its address.
LETTER_WAITS: Final = timedelta(days=3)
register(ERASED, sample={"kept": "3"})

# What the rows of a person become: None deletes them; else what they are set to, the person taken off besides.
BECOMES: Final[Mapping[type[Model], Mapping[str, Any] | None]] = {
    EndReason: None,
    Membership: None,
    SurplusSubscription: None,
    Contribution: {},
    Checkout: {"email": "", "name": "", "network": "", "token": "", "url": "", "language": "en"},
    Subscription: {"customer": "", "card_label": "", "card_expires_on": None},
    Payment: {"token": ""},
}


class NotErasable(MastheadError):
    """Somebody who works here cannot be erased like this."""

    code: ClassVar[str] = "not_erasable"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do first."""
        return _("Who works for the newsroom cannot be erased here. Take “staff” away first.")


def list_addresses(person: User) -> list[str]:
    """Return every address of a person, the present one first."""
    others = {*person.other_addresses.values_list("email", flat=True), *_list_known(person)}
    return [person.email, *sorted(others - {person.email})]


def _list_known(person: User) -> QuerySet[EmailAddress, str]:
    return EmailAddress.objects.filter(user=person).values_list("email", flat=True)


@transaction.atomic
def ask_erasure(person: User, *, by: User | None, now: datetime) -> Erasure:
    """Close the account at once, note what is to be deleted, and have a job do it. Safe to repeat: one erasure.

    `by` is who of staff does it, None for the person. Raises NotErasable.
    """
    row = User.objects.select_for_update().get(pk=person.pk)
    if row.is_staff or row.is_superuser:
        raise NotErasable
    subscriptions = Subscription.objects.filter(person=row).exclude(customer="")
    erasure, is_new = Erasure.objects.get_or_create(
        person_key=row.pk,
        defaults={
            "by_staff": by is not None,
            "asked_at": now,
            "customers": sorted({(one.provider, one.customer) for one in subscriptions}),
            "kept": Payment.objects.filter(person=row).count(),
        },
    )
    if is_new:
        row.is_active = False
        row.save(update_fields=["is_active"])
        put_others_out(row)
        note(row, "erase", by=by)
        run_later(ERASE_TASK, erasure.pk)
    return erasure


def erase(erasure_id: int, *, now: datetime) -> Erasure:
    """Do what is left of an erasure: rows here, customers at the provider, the last letter. Safe to repeat.

    What is here goes first, whether or not the provider answers; what remains there stays in `customers` and is tried
    again.
    """
    _scrub(erasure_id, now=now)
    _erase_at_providers(erasure_id)
    return _finish(erasure_id, now=now)


def erase_open(*, now: datetime) -> int:
    """Go on with every erasure that is not done. Returns how many are done by now."""
    rows = Erasure.objects.filter(done_at=None).values_list("pk", flat=True)
    return sum(erase(pk, now=now).done_at is not None for pk in list(rows))


@transaction.atomic
def _scrub(erasure_id: int, *, now: datetime) -> None:
    erasure = Erasure.objects.select_for_update().get(pk=erasure_id)
    person = User.objects.select_for_update().filter(pk=erasure.person_key).first()
    if erasure.scrubbed_at is not None or person is None:
        return
    addresses = list_addresses(person)
    # A subscription that came since it was asked has a customer as well.
    late = Subscription.objects.filter(person=person).exclude(customer="")
    known = {tuple(pair) for pair in erasure.customers} | {(one.provider, one.customer) for one in late}
    erasure.customers = sorted(known)
    erasure.kept = Payment.objects.filter(person=person).count()
    erasure.gone = {"letter": 0, "session": _end_sessions(person)}
    for address in addresses:
        erasure.gone["letter"] += Letter.objects.filter(to__iexact=address).delete()[0]
        Unsubscription.objects.filter(address__iexact=address).delete()
        UnreachableAddress.objects.filter(address__iexact=address).delete()
    _scrub_inbox(known)
    for model, values in BECOMES.items():
        erasure.gone[model.__name__.lower()] = _scrub_rows(model, values, person, addresses)
    _scrub_history(person)
    # allauth's addresses and passkeys, and the further addresses, go with the row.
    language = person.language
    person.delete()
    letter = queue_letter(
        kind=ERASED,
        to=addresses[0],
        context={"kept": str(erasure.kept)},
        language=language,
        unique_key=f"erased:{erasure.pk}",
        now=now,
    )
    erasure.letter_id, erasure.scrubbed_at = letter.pk, now
    erasure.save()


def _scrub_rows(model: type[Model], values: Mapping[str, Any] | None, person: User, addresses: list[str]) -> int:
    rows: QuerySet[Any] = QuerySet(model).filter(person=person)
    if model is Checkout:
        # One that was never paid has an address and no person.
        rows = QuerySet(model).filter(Q(person=person) | Q(person=None, email__in=addresses))
    if values is None:
        count = rows.count()
        rows.delete()
        return count
    return rows.update(person=None, **values)


def _scrub_inbox(customers: set[tuple[str, ...]]) -> None:
    """Take the customer out of the messages of the provider: their bodies are not kept in the first place."""
    for provider, customer in customers:
        ProviderEvent.objects.filter(provider=provider, subject_reference=customer).update(subject_reference="")


def _scrub_history(person: User) -> None:
    """Leave the person's number alone in the console's history: Wagtail writes down names."""
    kind = ContentType.objects.get_for_model(User)
    entries: QuerySet[ModelLogEntry] = ModelLogEntry.objects.filter(content_type=kind, object_id=str(person.pk))
    entries.exclude(label=f"#{person.pk}").update(label=f"#{person.pk}", data={})


def _end_sessions(person: User) -> int:
    """Delete the sign-ins of a person; who they are of stands inside, so each is opened."""
    keys = [
        session.session_key
        for session in Session.objects.iterator(chunk_size=500)
        if session.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _erase_at_providers(erasure_id: int) -> None:
    erasure = Erasure.objects.get(pk=erasure_id)
    for pair in list(erasure.customers):
        try:
            payments.erase_customer(*pair)
        except MastheadError as error:
            logger.warning("Erasure %s is still open at %s (%s).", erasure_id, pair[0], error.code)
            continue
        with transaction.atomic():
            row = Erasure.objects.select_for_update().get(pk=erasure_id)
            row.customers = [other for other in row.customers if other != pair]
            row.save(update_fields=["customers"])


@transaction.atomic
def _finish(erasure_id: int, *, now: datetime) -> Erasure:
    """Throw the last letter away once it has gone out, with the address on it; then, all being done, say so."""
    erasure = Erasure.objects.select_for_update().get(pk=erasure_id)
    letter = Letter.objects.filter(pk=erasure.letter_id).first() if erasure.letter_id else None
    waited = erasure.scrubbed_at is not None and now > erasure.scrubbed_at + LETTER_WAITS
    if letter is not None and (letter.state == LetterState.SENT or waited):
        letter.delete()
        letter = None
    if letter is None and erasure.scrubbed_at is not None and not erasure.customers and erasure.done_at is None:
        erasure.done_at, erasure.letter_id = now, None
        erasure.save(update_fields=["done_at", "letter_id"])
    return erasure


def say_consequences(person: User) -> list[str]:
    """Say what an erasure will take and what it keeps, and why."""
    kept = Payment.objects.filter(person=person).count()
    return [
        _("The membership ends at once, here and at the payment provider, which deletes the card and the customer."),
        _("Name, addresses, sign-ins, passkeys, letters and reasons to leave are deleted."),
        ngettext(
            "{count} line of the books is kept, with number, amount, currency, date and country, and no name:"
            " the law on bookkeeping asks for it.",
            "{count} lines of the books are kept, with number, amount, currency, date and country, and no name:"
            " the law on bookkeeping asks for them.",
            kept,
        ).format(count=kept)
        if kept
        else _("Nothing is kept."),
        _("This cannot be undone."),
    ]
