"""What changes money's rows, one verb each."""

from __future__ import annotations

from masthead.payments.operations.announce import announce
from masthead.payments.operations.books import (
    AlreadyReconciling,
    RunTaken,
    begin_run,
    carry_out_run,
    get_default_since,
    reconcile_books,
    request_run,
)
from masthead.payments.operations.burst import CardsPaused, end_bursts, pause_new_cards, take_new_cards
from masthead.payments.operations.change import (
    BadPause,
    RefundTooLarge,
    SubscriptionOver,
    cancel_subscription,
    change_amount,
    change_plan,
    end_subscription,
    erase_customer,
    open_card_page,
    pause,
    refund_payment,
    resume,
    take_back_end,
    update_customer,
)
from masthead.payments.operations.inbox import keep_hint, project_event, receive_webhook, replay_events
from masthead.payments.operations.project import TooBusy, project, project_subscription, settle_checkout
from masthead.payments.operations.reconcile import Findings, reconcile
from masthead.payments.operations.shield import (
    HeldBack,
    ProofWanted,
    TooManyAttempts,
    close_page,
    forget_spent_proofs,
)
from masthead.payments.operations.start import BadOrder, Order, start_checkout
from masthead.payments.operations.tally import forget_old_failures

__all__ = [
    "AlreadyReconciling",
    "BadOrder",
    "BadPause",
    "CardsPaused",
    "Findings",
    "HeldBack",
    "Order",
    "ProofWanted",
    "RefundTooLarge",
    "RunTaken",
    "SubscriptionOver",
    "TooBusy",
    "TooManyAttempts",
    "announce",
    "begin_run",
    "cancel_subscription",
    "carry_out_run",
    "change_amount",
    "change_plan",
    "close_page",
    "end_bursts",
    "end_subscription",
    "erase_customer",
    "forget_old_failures",
    "forget_spent_proofs",
    "get_default_since",
    "keep_hint",
    "open_card_page",
    "pause",
    "pause_new_cards",
    "project",
    "project_event",
    "project_subscription",
    "receive_webhook",
    "reconcile",
    "reconcile_books",
    "refund_payment",
    "replay_events",
    "request_run",
    "resume",
    "settle_checkout",
    "start_checkout",
    "take_back_end",
    "take_new_cards",
    "update_customer",
]
