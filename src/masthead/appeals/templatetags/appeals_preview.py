"""What the console's templates say of appeals."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import mark_safe

from masthead.appeals.models import Appeal, AppealVariant
from masthead.appeals.placeholders import MEANINGS
from masthead.appeals.queries import get_asking_settings, get_placeholder_values, make_compiler
from masthead.rules.errors import MastheadError

register = template.Library()


@register.simple_tag
def list_placeholders() -> list[dict[str, Any]]:
    """List the words in braces, what each means, and what stands for it now."""
    values = get_placeholder_values(now=timezone.now())
    return [{"word": f"{{{name}}}", "means": means, "value": values.get(name, "")} for name, means in MEANINGS.items()]


@register.simple_tag
def sample_reads(appeal: Appeal) -> int:
    """Return the reads of a reader whom this appeal would ask."""
    least = get_asking_settings().dedicated_reads if appeal.reads_at_least is None else max(appeal.reads_at_least, 1)
    most = appeal.reads_at_most
    return least + 2 if most is None else min(least + 2, most)


@register.simple_tag
def preview_variant(appeal: Appeal, variant: AppealVariant, reads: int) -> dict[str, str]:
    """Return the `markup` that a reader with so many reads would receive, or the `fault` that keeps it from them."""
    try:
        markup = make_compiler(now=timezone.now()).render(appeal, variant)
    except MastheadError as mistake:
        return {"markup": "", "fault": str(mistake)}
    return {"markup": mark_safe(markup.replace("{reads}", str(reads))), "fault": ""}  # noqa: S308  cleaned when rendered
