"""The shield against trying out cards: who may go on to the payment page, who works for it first, who waits.

Sums of attempts go in, a verdict comes out. An attempt is a payment that was begun and not paid, or a card that was
declined; `turned_away` are those that the shield itself sent back. All are of this hour and the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# From here on nothing more is begun, for somebody alone and for a whole network.
MOST_OF_ONE: Final = 10
MOST_OF_A_NETWORK: Final = 40
# From here on a proof of work is asked of them.
DOUBTFUL_OF_ONE: Final = 3
DOUBTFUL_OF_A_NETWORK: Final = 10
# What the whole site may see before it is a burst, and before new payments of strangers are held back. For each one
# who pays, so many more may leave without paying: a campaign brings both, somebody trying out cards only the latter.
BURST: Final = 15
HELD_BACK: Final = 40
LEFT_FOR_EACH_PAID: Final = 4
# A proof takes 2 to this power of hashes on average: a blink at first, some seconds of a telephone at the most.
LEAST_BITS: Final = 16
MOST_BITS: Final = 20
# Cards of one payment page that may be declined, and pages on which one card may be declined, before a page is closed.
MOST_DECLINES_A_PAGE: Final = 5
MOST_DECLINES_A_CARD: Final = 10


class Door(StrEnum):
    """What becomes of somebody who wants to pay."""

    OPEN = "open"
    PROOF = "proof"
    HELD_BACK = "held_back"
    SHUT = "shut"


class Trust(StrEnum):
    """How well somebody is known: a stranger, one whose address is proved (signed in), one who has paid before."""

    STRANGER = "stranger"
    SIGNED_IN = "signed_in"
    SUPPORTER = "supporter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many attempts there were: of the person (by account, else by address), their network, and the whole site."""

    own: int = 0
    network: int = 0
    site: int = 0
    turned_away: int = 0
    paid: int = 0

    @property
    def reached(self) -> int:
        """Those that reached the provider, beyond what who pays explains."""
        return max(self.site - LEFT_FOR_EACH_PAID * self.paid, 0)

    @property
    def pressure(self) -> int:
        """All that came to nothing, beyond what who pays explains."""
        return max(self.site + self.turned_away - LEFT_FOR_EACH_PAID * self.paid, 0)

    @property
    def is_burst(self) -> bool:
        """Whether somebody seems to try out cards from everywhere."""
        return self.pressure >= BURST


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an attempt; `bits` is how hard a proof is asked for, 0 where none is."""

    door: Door
    bits: int = 0


def judge(tally: Tally, trust: Trust) -> Verdict:
    """Decide over one who wants to pay.

    Who failed too often alone is shut out, whoever they are; their network shuts out strangers only, for many share
    one. Otherwise who paid before always goes on. Everybody else is held back while too much reached the provider, and
    strangers prove their work while they, their network or the whole site are in doubt.
    """
    if tally.own >= MOST_OF_ONE or (trust is Trust.STRANGER and tally.network >= MOST_OF_A_NETWORK):
        return Verdict(Door.SHUT)
    if trust is Trust.SUPPORTER:
        return Verdict(Door.OPEN)
    if tally.reached >= HELD_BACK:
        return Verdict(Door.HELD_BACK)
    doubts = count_doubts(tally)
    if trust is Trust.SIGNED_IN or not doubts:
        return Verdict(Door.OPEN)
    return Verdict(Door.PROOF, min(LEAST_BITS + doubts.bit_length() - 1, MOST_BITS))


def count_doubts(tally: Tally) -> int:
    """Return how far the attempts are beyond doubt, 0 for not at all. Each doubling makes a proof twice as hard."""
    own = max(tally.own - DOUBTFUL_OF_ONE + 1, 0)
    network = max(tally.network - DOUBTFUL_OF_A_NETWORK + 1, 0)
    site = max(tally.pressure - BURST + 1, 0)
    return own + network + site


def count_zeros(digest: bytes) -> int:
    """Return how many zero bits a digest begins with."""
    return len(digest) * 8 - int.from_bytes(digest).bit_length()
