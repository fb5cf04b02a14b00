"""What changes belonging: join, complete, project, change, end."""

from __future__ import annotations

from masthead.community.operations.complete import (
    complete_joining,
    project_payment,
    record_contribution,
    settle_joining,
)
from masthead.community.operations.grant import (
    BadGrant,
    NotGranted,
    end_granted,
    grant_membership,
    revoke_membership,
)
from masthead.community.operations.join import AlreadyMember, JoinOrder, StartedJoining, start_joining
from masthead.community.operations.manage import (
    NotChangeable,
    NothingToEnd,
    end_membership,
    keep_membership,
    note_reason,
)
from masthead.community.operations.plans import (
    MARGIN,
    PAUSES,
    NotOffered,
    NotPausable,
    PaymentDue,
    change_plan,
    find_floor,
    is_change_now,
    pause_membership,
    refresh,
    resume_membership,
    say_resumption,
)
from masthead.community.operations.project import build_pledge, end_surplus, project_membership
from masthead.community.operations.remind import (
    invite_back,
    remind_of_renewals,
    send_statements,
    tell_of_ends,
    tell_of_failed_payment,
    tell_of_failed_payments,
    warn_of_expiring_cards,
)

__all__ = [
    "MARGIN",
    "PAUSES",
    "AlreadyMember",
    "BadGrant",
    "JoinOrder",
    "NotChangeable",
    "NotGranted",
    "NotOffered",
    "NotPausable",
    "NothingToEnd",
    "PaymentDue",
    "StartedJoining",
    "build_pledge",
    "change_plan",
    "complete_joining",
    "end_granted",
    "end_membership",
    "end_surplus",
    "find_floor",
    "grant_membership",
    "invite_back",
    "is_change_now",
    "keep_membership",
    "note_reason",
    "pause_membership",
    "project_membership",
    "project_payment",
    "record_contribution",
    "refresh",
    "remind_of_renewals",
    "resume_membership",
    "revoke_membership",
    "say_resumption",
    "send_statements",
    "settle_joining",
    "start_joining",
    "tell_of_ends",
    "tell_of_failed_payment",
    "tell_of_failed_payments",
    "warn_of_expiring_cards",
]
