"""Who gave once is thanked, and asked nothing for a while: by a pass without benefits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from tests.apps.community_cast import MORNING, make_checkout, make_payment, make_person, make_subscription, make_tiers
from wagtail.models import Site

from masthead.accounts.models import User
from masthead.community import operations
from masthead.community.models import CommunitySettings
from masthead.community.passes import issue_pass, read_pass
from masthead.community.queries import get_standing, get_standing_of_checkouts
from masthead.payments.models import Payment
from masthead.rules.choosing import day_of
from masthead.rules.passes import Pass

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def alma() -> User:
    make_tiers()
    return make_person()


@pytest.fixture
def gift(alma: User) -> Payment:
    payment = make_payment(alma, checkout=make_checkout(alma, interval="once"))
    operations.record_contribution(payment)
    return payment


def get_pass(standing: Any, now: Any) -> Pass | None:
    response = HttpResponse()
    issue_pass(response, standing, now)
    request = RequestFactory().get("/")
    request.COOKIES.update({name: morsel.value for name, morsel in response.cookies.items()})
    return read_pass(request, now)


@pytest.mark.usefixtures("gift")
def test_lasts_for_the_days_of_the_setting(alma: User) -> None:
    site = Site.objects.get(is_default_site=True)
    CommunitySettings.objects.create(site=site, supporters_rest_days=10)
    now = MORNING + 9 * DAY
    borne = get_pass(get_standing(alma, now=now), now)
    assert borne is not None
    assert (borne.benefits, borne.is_member, borne.quiet_until) == ((), False, day_of(MORNING + 10 * DAY))
    assert get_pass(get_standing(alma, now=MORNING + 10 * DAY), MORNING + 10 * DAY) is None


@pytest.mark.usefixtures("gift")
def test_is_ninety_days_where_nobody_set_it(alma: User) -> None:
    borne = get_pass(get_standing(alma, now=MORNING), MORNING)
    assert borne is not None
    assert borne.quiet_until == day_of(MORNING + 90 * DAY)
    assert borne.expires_at == int((MORNING + 30 * DAY).timestamp())


def test_comes_to_the_browser_that_paid(gift: Payment) -> None:
    assert gift.checkout_id is not None
    borne = get_pass(get_standing_of_checkouts([gift.checkout_id], now=MORNING), MORNING)
    assert borne is not None
    assert borne.quiet_until == day_of(MORNING + 90 * DAY)


def test_ends_when_the_gift_went_back(alma: User, gift: Payment) -> None:
    Payment.objects.filter(pk=gift.pk).update(refunded_minor=gift.amount_minor)
    assert get_pass(get_standing(alma, now=MORNING), MORNING) is None


@pytest.mark.usefixtures("gift")
def test_a_member_has_a_member_s_pass(alma: User) -> None:
    operations.project_membership(make_subscription(alma), now=MORNING)
    borne = get_pass(get_standing(alma, now=MORNING), MORNING)
    assert borne is not None
    assert (borne.is_member, borne.quiet_until) == (True, 0)


@pytest.mark.usefixtures("gift")
def test_a_former_member_who_gave_has_peace(alma: User) -> None:
    over = MORNING - 60 * DAY
    operations.project_membership(
        make_subscription(alma, paid_until=over, started_at=over - 30 * DAY, status="ended", ended_at=over), now=MORNING
    )
    borne = get_pass(get_standing(alma, now=MORNING), MORNING)
    assert borne is not None
    assert (borne.is_member, borne.membership) == (False, "")
