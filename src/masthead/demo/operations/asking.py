"""Tiers, appeals and house ads of the demonstration."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from html import escape

from masthead.appeals.models import Appeal, AppealVariant
from masthead.community.models import PaymentFee, Tier, TierPrice
from masthead.demo import content
from masthead.demo.content import Newspaper
from masthead.demo.operations.linking import find_address
from masthead.demo.operations.pictures import find_picture
from masthead.demo.traces import Traces
from masthead.newsroom.models import HouseAd
from masthead.rules.money import Money


def add_tiers(paper: Newspaper, traces: Traces) -> None:
    """Offer the tiers, unless that was done before. Safe to repeat."""
    for order, told in enumerate(paper.tiers):
        traces.once("tier", told.key, partial(_add_tier, told, order, paper))
    fee = {
        "percent": Decimal("2.9"),
        "fixed_minor": Money.from_major(Decimal("0.30"), paper.publication.currency).minor,
    }
    traces.once(
        "fee", "card", lambda: PaymentFee.objects.get_or_create(currency=paper.publication.currency, defaults=fee)[0]
    )


def _add_tier(told: content.Tier, order: int, paper: Newspaper) -> Tier:
    tier, is_new = Tier.objects.get_or_create(
        key=told.key,
        defaults={
            "name": told.name,
            "description": told.description,
            "benefits": list(told.benefits),
            "order": order,
        },
    )
    currency = paper.publication.currency
    for price in told.prices if is_new else ():
        TierPrice.objects.create(
            tier=tier,
            currency=currency,
            interval=price.interval,
            floor_minor=Money.from_major(price.floor, currency).minor,
            suggested_minor=[Money.from_major(amount, currency).minor for amount in price.suggested],
        )
    return tier


def add_appeals(paper: Newspaper, traces: Traces) -> None:
    """Publish the editor's appeals, unless that was done before. Safe to repeat."""
    for order, told in enumerate(paper.appeals):
        traces.once("appeal", told.key, partial(_publish_appeal, told, order, paper, traces))


def _publish_appeal(told: content.Appeal, order: int, paper: Newspaper, traces: Traces) -> Appeal:
    editor = next(author for author in paper.authors if author.slug == paper.publication.founding_editor)
    appeal = Appeal(  # type: ignore[no-untyped-call]  # Wagtail has no types
        name=told.name,
        placements=list(told.placements),
        reads_at_least=told.reads_at_least,
        sections_out=list(told.sections_out),
        topics_out=list(told.topics_out),
        cap_showings=told.cap_showings,
        cap_days=told.cap_days,
        closed_days=told.closed_days,
        not_now_days=told.not_now_days,
        sort_order=order,
        live=False,
    )
    if told.is_signed:
        appeal.signature_name, appeal.signature_role = editor.name, editor.role
        appeal.portrait = find_picture(f"face-{editor.face}", traces)
        appeal.signature_image = find_picture("signature", traces)
    appeal.variants.add(*(_make_variant(variant, number) for number, variant in enumerate(told.variants)))
    appeal.full_clean()
    appeal.save()  # type: ignore[no-untyped-call, unused-ignore]  # Wagtail has no types
    appeal.save_revision().publish()
    return appeal


def _make_variant(told: content.Variant, number: int) -> AppealVariant:
    return AppealVariant(
        key=told.key,
        heading=told.heading,
        body="".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in told.body),
        highlighted=told.highlighted,
        join_words=told.join_words,
        not_now_words=told.not_now_words,
        weight=told.weight,
        sort_order=number,
    )


def add_house_ads(paper: Newspaper, traces: Traces) -> None:
    """Put up the ads of the local businesses, unless that was done before. Safe to repeat."""
    for told in paper.house_ads:
        traces.once("house-ad", told.key, partial(_add_house_ad, told, traces))


def _add_house_ad(told: content.HouseAd, traces: Traces) -> HouseAd:
    ad: HouseAd = HouseAd.objects.create(
        name=told.name,
        heading=told.heading,
        text=told.text,
        link=find_address(told.target, traces),
        link_words=told.link_words,
        picture=find_picture(told.drawing, traces),
    )
    return ad
