"""Reconciliation of the books: ledger and provider object by object, both ways, whatever was lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.payments.world import DISPUTED_CARD, Bank, make_order, now, settle, start, the_payment, the_subscription

from masthead.payments import operations
from masthead.payments.models import (
    Checkout,
    Difference,
    Payment,
    ProviderEvent,
    ReconciliationRun,
    RunState,
    Subscription,
)
from masthead.payments.operations import books, compare
from masthead.payments.providers.base import Money, PaymentsUnavailable, Statement  # type: ignore[attr-defined]
from masthead.payments.providers.stripe import StripeProvider
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.django_db
