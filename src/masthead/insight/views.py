"""The page of numbers."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.widgets.button import HeaderButton

from masthead.insight.pages import make_page
from masthead.insight.queries import get_numbers, last_days, list_top_articles
from masthead.insight.spreadsheets import write_csv
from masthead.insight.stores import CountsAway

logger = logging.getLogger(__name__)

PERIODS = (7, 30, 90)
USUAL_PERIOD = 30
may_see_numbers = permission_required("insight.view_numbers", raise_exception=True)


@require_safe
@may_see_numbers
def show_numbers(request: HttpRequest) -> HttpResponse:
    """Show the numbers of the last 7, 30 or 90 days."""
    days = _asked_days(request)
    period = last_days(days, now=timezone.now())
    try:
        page = make_page(get_numbers(period), list_top_articles(period))
    except CountsAway as error:
        return _say_away(request, error)
    context: dict[str, Any] = {
        "page": page,
        "days": days,
        "periods": PERIODS,
        "page_title": _("Numbers"),
        "header_title": _("Numbers"),
        "header_icon": "mh-numbers",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Numbers")},
        ],
        "header_buttons": [
            HeaderButton(
                _("Download as a spreadsheet"),
                url=f"{reverse('insight_numbers_csv')}?days={days}",
                icon_name="download",
                priority=10,
            )
        ],
    }
    return TemplateResponse(request, "insight/numbers.html", context)


@require_safe
@may_see_numbers
def download_numbers(request: HttpRequest) -> HttpResponse:
    """Send the same numbers as CSV."""
    period = last_days(_asked_days(request), now=timezone.now())
    try:
        numbers = get_numbers(period)
    except CountsAway as error:
        return _say_away(request, error)
    answer = HttpResponse("".join(write_csv(numbers)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="numbers-{period.first_on}-{period.days[-1]}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _say_away(request: HttpRequest, error: CountsAway) -> HttpResponse:
    logger.warning("The page of numbers cannot be made: %s", error)
    context = {"page_title": _("Numbers"), "header_title": _("Numbers"), "header_icon": "mh-numbers"}
    return TemplateResponse(request, "insight/numbers_away.html", context, status=error.status)


def _asked_days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days in PERIODS if asked == str(days)), USUAL_PERIOD)
