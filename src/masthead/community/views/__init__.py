"""The doors of belonging: join, return, welcome, "my membership", the pass."""

from __future__ import annotations

from masthead.community.views.joining import join
from masthead.community.views.membership import (
    change_amount,
    end_membership,
    export_everything,
    keep_membership,
    membership,
)
from masthead.community.views.passing import refresh_pass
from masthead.community.views.plans import (
    card_changed,
    change_card,
    choose_plan,
    confirm_plan,
    keep_plan,
    pause,
    rename,
    resume,
)
from masthead.community.views.returning import return_from_payment, welcome
from masthead.community.views.statements import statement

__all__ = [
    "card_changed",
    "change_amount",
    "change_card",
    "choose_plan",
    "confirm_plan",
    "end_membership",
    "export_everything",
    "join",
    "keep_membership",
    "keep_plan",
    "membership",
    "pause",
    "refresh_pass",
    "rename",
    "resume",
    "return_from_payment",
    "statement",
    "welcome",
]
