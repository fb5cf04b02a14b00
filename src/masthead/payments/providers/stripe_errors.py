"""Our errors for those of Stripe's SDK."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from masthead.payments.providers.base import NothingThere, PaymentsRefused, PaymentsUnavailable

logger = logging.getLogger(__name__)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise our errors for those of the SDK; what it said stays as the cause."""
    try:
        yield
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        if error.http_status == 409:
            # The first call under this idempotency key has not been answered yet.
            raise PaymentsUnavailable from error
        if error.http_status == 404 or error.code == "resource_missing":
            raise NothingThere from error
        logger.warning("the payment service refused a call: %s", error.user_message or error)
        raise PaymentsRefused from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        logger.error("the payment service does not accept the key: %s", error.user_message or error)
        raise PaymentsRefused from error
    except stripe.CardError as error:
        raise PaymentsRefused(error.user_message or "The card was declined. Nothing was charged.") from error
    except stripe.StripeError as error:
        logger.warning("the payment service does not answer: %s", type(error).__name__)
        raise PaymentsUnavailable from error
