"""What changes money's rows, one verb each."""

from __future__ import annotations

from masthead.payments.operations.announce import announce
from masthead.payments.operations.change import (
    RefundTooLarge,
    SubscriptionOver,
    cancel_subscription,
    change_amount,
    end_subscription,
    refund_payment,
    take_back_end,
)
from masthead.payments.operations.inbox import keep_hint, project_event, receive_webhook
from masthead.payments.operations.project import TooBusy, project, project_subscription, settle_checkout
from masthead.payments.operations.reconcile import Findings, reconcile
from masthead.payments.operations.shield import TooManyAttempts, forget_old_failures
from masthead.payments.operations.start import BadOrder, Order, start_checkout

__all__ = [
    "BadOrder",
    "Findings",
    "Order",
    "RefundTooLarge",
    "SubscriptionOver",
    "TooBusy",
    "TooManyAttempts",
    "announce",
    "cancel_subscription",
    "change_amount",
    "end_subscription",
    "forget_old_failures",
    "keep_hint",
    "project",
    "project_event",
    "project_subscription",
    "receive_webhook",
    "reconcile",
    "refund_payment",
    "settle_checkout",
    "start_checkout",
    "take_back_end",
]
