"""The test cards: their numbers are Stripe's own, and say what happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from masthead.payments.sandbox.errors import CardDeclined


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A test card, and what becomes of a charge on it. `fails_later`: the first charge succeeds, renewals do not."""

    number: str
    brand: str
    about: str
    decline_code: str = ""
    confirms: bool = False
    fails_later: bool = False
    is_disputed: bool = False

    @property
    def last4(self) -> str:
        """The last four digits: all that is kept of it."""
        return self.number[-4:]

    @property
    def decline_sentence(self) -> str:
        """What is said when it is declined."""
        return DECLINES[self.decline_code or "generic_decline"]

    @property
    def spaced(self) -> str:
        """The number as it is printed."""
        return " ".join(self.number[start : start + 4] for start in range(0, 16, 4))


CARDS: Final[tuple[Card, ...]] = (
    Card(number="4242424242424242", brand="visa", about="Succeeds"),
    Card(number="4000000000000002", brand="visa", about="Is declined", decline_code="generic_decline"),
    Card(number="4000002500003155", brand="visa", about="Asks for a confirmation", confirms=True),
    Card(number="4000000000009995", brand="visa", about="Has too little money", decline_code="insufficient_funds"),
    Card(number="4000000000000341", brand="visa", about="Fails when it is renewed", fails_later=True),
    Card(number="4000000000000259", brand="visa", about="Is disputed a minute later", is_disputed=True),
)
BY_NUMBER: Final = {card.number: card for card in CARDS}
BY_LAST4: Final = {card.last4: card for card in CARDS}

DECLINES: Final = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "authentication_required": "Your card was not confirmed, so the payment was not made.",
}


class NoTestCard(CardDeclined):
    """Please use one of the test cards below, and never the number of a real card: this page is for trying out."""


def read_number(text: str) -> Card:
    """Return the test card of a number as it was typed. Raises CardDeclined; no other number is looked at."""
    digits = "".join(sign for sign in text if sign in "0123456789")
    if digits in BY_NUMBER:
        return BY_NUMBER[digits]
    if not 12 <= len(digits) <= 19 or not is_plausible(digits):
        raise CardDeclined("Your card number is not complete. Please look again.", code="incorrect_number")
    raise NoTestCard(NoTestCard.__doc__ or "", decline_code="test_mode_live_card")


def is_plausible(digits: str) -> bool:
    """Return whether the check digit (Luhn's) fits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def get_decline(decline_code: str) -> CardDeclined:
    """Return the error that a declined charge raises."""
    code = decline_code if decline_code == "authentication_required" else "card_declined"
    return CardDeclined(DECLINES[decline_code], code=code, decline_code=decline_code)
