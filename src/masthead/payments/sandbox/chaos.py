"""Trouble on purpose: messages that come twice, late, in another order or never; answers that are lost.

Written as `repeat=20,drop=5,seed=7`: how many in a hundred, and the seed that makes the same trouble come again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from hashlib import blake2b
from typing import ClassVar, Final

from masthead.payments.sandbox.store import Book, Store
from masthead.rules.errors import MastheadError

CHAOS: Final = "chaos"
SETTING: Final = "chaos_setting"
CALLS: Final = "chaos_calls"
LARGEST_SEED: Final = 2**32
# A message out of order is overtaken by what happens in these seconds; a repeated one comes again after them.
REORDER_SECONDS: Final = 2
REPEAT_SECONDS: Final = 1
DELAY_SECONDS: Final = (5, 60)


class BadChaos(MastheadError):
    """The words of the chaos mode are not understood."""

    code: ClassVar[str] = "bad_chaos"


class Trouble(StrEnum):
    """What becomes of a call: at most one of them."""

    DIE_UNDONE = "die before it is done"
    DIE_DONE = "die when it is done"
    FAIL = "fail"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaos:
    """How many in a hundred messages or calls meet each trouble."""

    repeat: int = 0
    reorder: int = 0
    delay: int = 0
    drop: int = 0
    timeout: int = 0
    fail: int = 0
    die: int = 0
    seed: int = 0

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name in NAMES if (value := getattr(self, name)))

    def roll(self, what: str, number: int, sides: int) -> int:
        """Return a number from 0 up to `sides`: the same for the same seed, occasion and number."""
        mark = blake2b(f"{self.seed} {what} {number}".encode(), digest_size=8).digest()
        return int.from_bytes(mark) % sides

    def strikes(self, what: str, number: int) -> bool:
        """Return whether this trouble meets the message or call of this number."""
        chances: int = getattr(self, what)
        return self.roll(what, number, 100) < chances

    def get_trouble(self, number: int) -> Trouble | None:
        """Return what becomes of the call of this number."""
        if self.strikes("die", number):
            return (Trouble.DIE_UNDONE, Trouble.DIE_DONE)[self.roll("moment of death", number, 2)]
        if self.strikes("fail", number):
            return Trouble.FAIL
        return Trouble.TIMEOUT if self.strikes("timeout", number) else None


NAMES: Final = tuple(one.name for one in fields(Chaos))


def parse_chaos(text: str) -> Chaos:
    """Read the words of the chaos mode; no words are no chaos. Raises BadChaos, saying which word is wrong."""
    values: dict[str, int] = {}
    for word in filter(None, re.split(r"[\s,]+", text)):
        name, _, said = word.partition("=")
        if name not in NAMES:
            raise BadChaos(f"{word[:40]!r} is none of {', '.join(f'{known}=…' for known in NAMES)}")
        most = LARGEST_SEED if name == "seed" else 100
        if not re.fullmatch(r"\d{1,10}", said, re.ASCII) or int(said) > most:
            raise BadChaos(f"{word[:40]!r} must be {name}= and a whole number from 0 to {most}")
        if name in values:
            raise BadChaos(f"{name} is said twice")
        values[name] = int(said)
    return Chaos(**values)


def get_chaos(book: Book) -> Chaos:
    """Return the chaos that holds."""
    return parse_chaos(book.get_meta(CHAOS))


def set_chaos(book: Book, chaos: Chaos) -> None:
    """Let this chaos hold from now on; its lots are drawn from the first again."""
    book.set_meta(CHAOS, str(chaos))
    book.set_meta(CALLS, "0")


def apply_setting(book: Book, chaos: Chaos) -> None:
    """Let the setting hold, if it is another than at the last start: what was chosen since outlives a restart."""
    if book.get_meta(SETTING) != str(chaos):
        book.set_meta(SETTING, str(chaos))
        set_chaos(book, chaos)


def draw_trouble(store: Store) -> Trouble | None:
    """Draw the lot of the next call. The calls are counted in the file: who died of one is not met by it again."""
    with store.transaction(writes=False) as book:
        if not book.get_meta(CHAOS):
            return None
    with store.transaction() as book:
        number = int(book.get_meta(CALLS, "0"))
        book.set_meta(CALLS, str(number + 1))
        return get_chaos(book).get_trouble(number)


def disturb(book: Book, delivery: int) -> None:
    """Let a message that was just queued meet its trouble."""
    words = book.get_meta(CHAOS)
    if not words:
        return
    chaos = parse_chaos(words)
    change = book.connection.execute
    if chaos.strikes("repeat", delivery):
        change(
            "INSERT INTO deliveries (event, endpoint, due) SELECT event, endpoint, ? FROM deliveries WHERE id = ?",
            (book.wall + REPEAT_SECONDS, delivery),
        )
    if chaos.strikes("drop", delivery):
        change("UPDATE deliveries SET due = NULL, answer = 'dropped' WHERE id = ?", (delivery,))
    elif chaos.strikes("delay", delivery):
        least, most = DELAY_SECONDS
        pause = least + chaos.roll("length of delay", delivery, most - least + 1)
        change("UPDATE deliveries SET due = ? WHERE id = ?", (book.wall + pause, delivery))
    elif chaos.strikes("reorder", delivery):
        change("UPDATE deliveries SET due = ? WHERE id = ?", (book.wall + REORDER_SECONDS, delivery))
