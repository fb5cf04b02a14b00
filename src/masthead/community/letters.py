"""The letters that belonging sends: thanks for joining, thanks for a single gift."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import override

from masthead.community.benefits import list_words
from masthead.community.models import Tier
from masthead.community.words import say_amount, say_price
from masthead.letters.kinds import register
from masthead.letters.models import Letter
from masthead.letters.operations import queue_letter
from masthead.payments.models import Checkout
from masthead.rules.pledges import Interval

THANKS, THANKS_ONCE = "thanks", "thanks_once"

register(
    THANKS,
    sample={
        "name": "Alma Brandt",
        "tier": "Community",
        "price": "$12 a month",
        "benefits": "The whole site without ads\nCommunity-only articles",
    },
)
register(THANKS_ONCE, sample={"name": "Alma Brandt", "amount": "$25"})


def is_thanked(checkout: Checkout) -> bool:
    """Return whether the letter of thanks for a checkout is queued: then all that it paid for has begun."""
    return Letter.objects.filter(unique_key=_key(checkout)).exists()


def _key(checkout: Checkout) -> str:
    return f"thanks:{checkout.pk}"


def queue_thanks(checkout: Checkout, *, now: datetime) -> Letter:
    """Queue the letter of thanks for a paid checkout, in the caller's transaction. Safe to repeat: one letter."""
    once = checkout.interval == Interval.ONCE
    with override(checkout.language):
        context = {"name": checkout.person.name if checkout.person else ""}
        if once:
            context |= {"amount": say_amount(checkout.amount)}
        else:
            tier = Tier.objects.filter(key=checkout.product).first()
            words = list_words(tier.benefits if tier else ())
            price = say_price(checkout.amount, checkout.interval)
            context |= {
                "price": price,
                "tier": checkout.product_name,
                "benefits": "\n".join(str(word.title) for word in words),
            }
    return queue_letter(
        kind=THANKS_ONCE if once else THANKS,
        to=checkout.person.email if checkout.person else checkout.email,
        context=context,
        language=checkout.language,
        unique_key=_key(checkout),
        now=now,
    )
