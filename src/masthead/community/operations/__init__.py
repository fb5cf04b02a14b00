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
    change_amount,
    end_membership,
    keep_membership,
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
    "AlreadyMember",
    "BadGrant",
    "JoinOrder",
    "NotChangeable",
    "NotGranted",
    "NothingToEnd",
    "StartedJoining",
    "build_pledge",
    "change_amount",
    "complete_joining",
    "end_granted",
    "end_membership",
    "end_surplus",
    "grant_membership",
    "invite_back",
    "keep_membership",
    "project_membership",
    "project_payment",
    "record_contribution",
    "remind_of_renewals",
    "revoke_membership",
    "send_statements",
    "settle_joining",
    "start_joining",
    "tell_of_ends",
    "tell_of_failed_payment",
    "tell_of_failed_payments",
    "warn_of_expiring_cards",
]
