"""The shield against trying out cards: who failed too often lately is refused before the provider is asked.

Address, account, network and card are counted under a keyed hash, by the hour, and forgotten after a day. What is done
with the sums, `rules.shielding` decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from masthead.kit.jobs.later import run_later
from masthead.payments.models import Checkout, CheckoutState, SpentProof
from masthead.payments.operations import tally
from masthead.payments.operations.burst import CardsPaused, notice_burst
from masthead.payments.proofs import BadProof, Proof, check_proof, make_challenge
from masthead.payments.providers.registry import get_provider
from masthead.payments.queries import count_failures, has_paid
from masthead.rules.errors import MastheadError
from masthead.rules.shielding import MOST_DECLINES_A_CARD, MOST_DECLINES_A_PAGE, Door, Tally, Trust, judge

CLOSE_TASK: Final = "masthead.payments.tasks.close_page"


class TooManyAttempts(MastheadError):
    """Too many payments were begun from here and not finished."""

    code: ClassVar[str] = "too_many_attempts"
    status: ClassVar[int] = 429
    retriable: ClassVar[bool] = True

    def __str__(self) -> str:
        """Say it in the reader's language."""
        return _(
            "Too many payments were begun from here and not finished. Nothing was charged. Please try again in an hour."
        )


class HeldBack(TooManyAttempts):
    """Somebody tries out cards here, from everywhere: strangers wait."""

    code: ClassVar[str] = "held_back"

    def __str__(self) -> str:
        """Say it in the reader's language."""
        return _(
            "Somebody is trying out stolen cards here, so we hold new payments back for a while. Nothing was charged. "
            "Please try again in an hour. If you have paid here before, sign in first: then nothing is held back."
        )


class ProofWanted(MastheadError):
    """Before this payment is begun, the browser has to do a small sum: `challenge`, with so many `bits`."""

    code: ClassVar[str] = "proof_wanted"
    status: ClassVar[int] = 403
    retriable: ClassVar[bool] = True

    def __init__(self, challenge: str, *, bits: int) -> None:
        super().__init__()
        self.challenge, self.bits = challenge, bits

    def __str__(self) -> str:
        """Say it in the reader's language."""
        return _("One more step: your browser has to do a small sum before you can pay. Nothing was charged.")


def admit(*, email: str, person_id: int | None, network: str, proof: str, now: datetime) -> None:
    """Let somebody begin to pay, or raise CardsPaused, TooManyAttempts, HeldBack or ProofWanted.

    `network` is a hash, `person_id` who is signed in, `proof` the solution of an earlier challenge, "" for none; it is
    spent where one was wanted. One query for a stranger, one more for who is signed in.
    """
    own = tally.hash_account(person_id) or tally.hash_address(email)
    situation = tally.read_situation(own=own, network=network, now=now)
    if situation.is_paused:
        raise CardsPaused
    sums = situation.tally
    if sums.is_burst and not situation.is_burst_noticed:
        notice_burst(now=now)
    verdict = judge(sums, get_trust(person_id))
    match verdict.door:
        case Door.SHUT:
            raise TooManyAttempts
        case Door.HELD_BACK:
            _turn_away(sums, now=now)
            raise HeldBack
        case Door.PROOF if not _is_spent_now(proof, bits=verdict.bits, now=now):
            _turn_away(sums, now=now)
            raise ProofWanted(make_challenge(bits=verdict.bits, now=now), bits=verdict.bits)


def get_trust(person_id: int | None) -> Trust:
    """Return how well the one who is signed in is known; one query, none for a stranger."""
    if person_id is None:
        return Trust.STRANGER
    return Trust.SUPPORTER if has_paid(person_id) else Trust.SIGNED_IN


def note_begun(checkout: Checkout, *, now: datetime) -> None:
    """Count an attempt that is begun: it counts until it is paid. Not safe to repeat."""
    tally.count_up(_list_subjects(checkout), now=now)


def note_decline(checkout: Checkout, *, card: str, now: datetime) -> None:
    """Count a declined card of an open checkout, and have its page closed after a few. Not safe to repeat.

    `card` is the hash under which the card was counted itself, "" where the message named none.
    """
    # The checkout before the counters, as whoever writes a payment down does: else the two could wait for each other.
    Checkout.objects.filter(pk=checkout.pk).update(declines=F("declines") + 1)
    tally.count_up(_list_subjects(checkout), now=now)
    checkout.refresh_from_db(fields=["declines"])
    tried = count_failures([card], since=tally.to_hour(now) - timedelta(hours=1)).get(card, 0) if card else 0
    if checkout.declines >= MOST_DECLINES_A_PAGE or tried >= MOST_DECLINES_A_CARD:
        run_later(CLOSE_TASK, str(checkout.pk))


def close_page(checkout_id: UUID) -> None:
    """Close the provider's page of a checkout that nobody paid: more cards than a person has were tried there.

    Safe to repeat. Raises PaymentsUnavailable, PaymentsRefused.
    """
    checkout = Checkout.objects.filter(pk=checkout_id, state=CheckoutState.OPEN).exclude(reference="").first()
    if checkout is not None:
        get_provider(checkout.provider).expire_checkout(checkout.reference)


def forgive(checkout: Checkout, *, paid_at: datetime | None) -> None:
    """Take back what was counted when the checkout was begun, for it was paid, or the provider was away (None).

    Declined cards stay counted. Safe to repeat: a second time, nothing is taken back.
    """
    counted_at = checkout.counted_at
    counted = Checkout.objects.filter(pk=checkout.pk, counted_at__isnull=False)
    checkout.counted_at = None
    if counted_at is None or not counted.update(counted_at=None):
        return
    tally.count_down(_list_subjects(checkout), at=counted_at)
    if paid_at is not None:
        tally.count_up([tally.PAID], now=paid_at)


def forget_spent_proofs(*, now: datetime) -> int:
    """Delete the spent proofs that have expired. Returns how many. Safe to repeat."""
    deleted, _rows = SpentProof.objects.filter(expires_at__lt=now).delete()
    return deleted


def _list_subjects(checkout: Checkout) -> list[str]:
    return [
        tally.hash_address(checkout.email),
        checkout.account,
        checkout.network,
        tally.SITE,
    ]


def _turn_away(sums: Tally, *, now: datetime) -> None:
    """Count one more that was turned away: as long as they keep coming, a burst is not over."""
    if sums.is_burst:
        tally.count_up([tally.TURNED_AWAY], now=now)


def _is_spent_now(solution: str, *, bits: int, now: datetime) -> bool:
    """Spend a solution; returns whether it was good, and is spent for the first time."""
    try:
        proof: Proof = check_proof(solution, bits=bits, now=now)
        with transaction.atomic():
            SpentProof.objects.create(mark=proof.mark, expires_at=proof.expires_at)
    except (BadProof, IntegrityError):
        return False
    return True
