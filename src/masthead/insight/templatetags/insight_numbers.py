"""Figures in the templates of the numbers."""

from __future__ import annotations

from django import template

from masthead.insight.queries import Tally
from masthead.insight.words import say_money, say_number, say_share

register = template.Library()


@register.filter
def number(value: int) -> str:
    """Write a number; nothing is a dash, so that what happened stands out."""
    return say_number(value) if value else "–"


@register.filter
def click_share(tally: Tally) -> str:
    """Write the share of seen appeals that were clicked."""
    return say_share(tally.clicked, tally.seen)


@register.filter
def money(tally: Tally) -> str:
    """Write what was paid, every currency by itself."""
    return " + ".join(say_money(amount) for amount in tally.money) or "–"
