"""Queue letters, deliver them, stop them, note what came back, word them."""

from __future__ import annotations

from masthead.letters.operations.bounce import note_report
from masthead.letters.operations.queue import (
    ORDINARY_PRIORITY,
    URGENT_PRIORITY,
    queue_letter,
    queue_written_letter,
)
from masthead.letters.operations.send import (
    HOLD,
    MAX_ATTEMPTS,
    NOT_ARRIVED,
    LetterBeingSent,
    deliver,
    send_again,
)
from masthead.letters.operations.stop import forget_address, move_address, resume_letters, stop_letters
from masthead.letters.operations.wording import reset_words, send_test, write_words

__all__ = [
    "HOLD",
    "MAX_ATTEMPTS",
    "NOT_ARRIVED",
    "ORDINARY_PRIORITY",
    "URGENT_PRIORITY",
    "LetterBeingSent",
    "deliver",
    "forget_address",
    "move_address",
    "note_report",
    "queue_letter",
    "queue_written_letter",
    "reset_words",
    "resume_letters",
    "send_again",
    "send_test",
    "stop_letters",
    "write_words",
]
