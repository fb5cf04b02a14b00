"""What the console's templates say of appeals."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from masthead.appeals.models import Appeal, AppealVariant
from masthead.appeals.placeholders import MEANINGS
from masthead.appeals.queries import get_asking_settings, get_placeholder_values, make_compiler
from masthead.rules.errors import MastheadError

register = template.Library()


@register.simple_tag
def list_placeholders() -> list[dict[str, Any]]:
    """List the words in braces, what each means, and what stands for it now."""
    values = get_placeholder_values(now=timezone.now())
    return [
        {"word": f"{{{name}}}", "means": means, "value": values.get(name, "")} for name, means in MEANINGS.items()
    ]


@register.simple_tag
def sample_reads(appeal: Appeal) -> int:
    """Return the reads of a reader whom this appeal would ask."""
    least = appeal.reads_at_least
    return (get_asking_settings().dedicated_reads if least is None else max(least, 1)) + 2


@register.simple_tag
def appeal_markup(appeal: Appeal, variant: AppealVariant, reads: int) -> SafeString:
    """Return the markup that a reader with so many reads would receive; empty where it cannot be made."""
    try:
        markup = make_compiler(now=timezone.now()).render(appeal, variant)
    except MastheadError:
        return mark_safe("")
    return mark_safe(markup.replace("{reads}", str(reads)))  # noqa: S308  cleaned when rendered


@register.simple_tag
def appeal_fault(appeal: Appeal, variant: AppealVariant) -> str:
    """Say why the variant cannot be shown; empty where it can."""
    try:
        make_compiler(now=timezone.now()).render(appeal, variant)
    except MastheadError as mistake:
        return str(mistake)
    return ""
