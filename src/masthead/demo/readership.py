"""Five weeks of imagined readers, as the sums by hour that edge would have counted. The same seed, the same sums."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from masthead.rules.counting import CountBatch, ReadCount, ReadFact, ShowingCount, ShowingFact, hour_of

DAYS = 35
VISITS_A_DAY = 1150
# Of a day's visits, by the hour of the newsroom's clock in which they are counted.
HOURS = {7: 0.34, 12: 0.25, 20: 0.41}
# Of an article's visits: dedicated or not, member or not.
READERS = {(False, False): 0.735, (True, False): 0.175, (True, True): 0.08, (False, True): 0.01}
READS_A_VISIT = 0.83
# Older articles, which the demonstration does not have.
ARCHIVE_SHARE = 0.3
DEVICES = {"mobile": 0.62, "desktop": 0.32, "tablet": 0.06}
CLOSED, DECLINED = 0.045, 0.024


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article as it is counted, when it came out, and how much it was talked about (1 is usual)."""

    key: str
    section: str
    published_at: datetime
    appeal: float = 1


@dataclass(frozen=True, slots=True)
class ShownVariant:
    """A variant as it is counted; of the dedicated visits, how many it met, was seen at, and made click."""

    appeal: str
    variant: str
    placement: str
    shown: float
    seen: float
    clicked: float


def imagine_counts(
    articles: Sequence[ReadArticle], variants: Sequence[ShownVariant], *, now: datetime, seed: str
) -> CountBatch:
    """Return the counts of the last five weeks up to `now`, which is in the newsroom's zone."""
    chance = random.Random(seed)  # noqa: S311  it imagines readers, and keeps no secret
    reads: Counter[ReadCount] = Counter()
    showings: Counter[ShowingCount] = Counter()
    for days_ago in range(DAYS, -1, -1):
        day = (now - timedelta(days=days_ago)).replace(minute=0, second=0, microsecond=0)
        visits = VISITS_A_DAY * chance.uniform(0.85, 1.15) * (0.78 if day.weekday() >= 5 else 1)
        for hour, share in HOURS.items():
            moment = day.replace(hour=hour)
            if moment >= now:
                continue
            at = hour_of(moment.timestamp())
            counted = Counter(dict(_imagine_reads(articles, moment, at, visits * share, chance)))
            reads.update(counted)
            dedicated = sum(n for one, n in counted.items() if one.dedicated and not one.member)
            showings.update(dict(_imagine_showings(variants, at, dedicated, chance)))
    return CountBatch(id=seed, showings=dict(showings), reads=dict(reads))


def _imagine_reads(
    articles: Sequence[ReadArticle], moment: datetime, at: int, visits: float, chance: random.Random
) -> Iterator[tuple[ReadCount, int]]:
    weights = {article: _weigh(article, moment) for article in articles if article.published_at <= moment}
    whole = sum(weights.values()) / (1 - ARCHIVE_SHARE) or 1
    archive = ReadArticle("", "", moment)
    for article, weight in [*weights.items(), (archive, whole * ARCHIVE_SHARE)]:
        for (dedicated, member), share in READERS.items():
            seen = _round(visits * weight / whole * share, chance)
            for what, n in ((ReadFact.VISIT, seen), (ReadFact.READ, _round(seen * READS_A_VISIT, chance))):
                if n:
                    key = ReadCount(
                        hour=at,
                        what=what,
                        article=article.key,
                        section=article.section,
                        dedicated=dedicated,
                        member=member,
                    )
                    yield key, n


def _weigh(article: ReadArticle, moment: datetime) -> float:
    """Return how much an article is read: most on its first day, a little for weeks."""
    age = (moment - article.published_at) / timedelta(days=1)
    return article.appeal * (10 * math.exp(-age / 1.8) + 0.6 / (1 + age / 6))


def _imagine_showings(
    variants: Sequence[ShownVariant], at: int, dedicated: int, chance: random.Random
) -> Iterator[tuple[ShowingCount, int]]:
    for variant in variants:
        for device, share in DEVICES.items():
            shown = _round(dedicated * variant.shown * share, chance)
            seen = min(shown, _round(shown * variant.seen, chance))
            facts = {
                ShowingFact.SHOWN: shown,
                ShowingFact.SEEN: seen,
                ShowingFact.CLICKED: _round(seen * variant.clicked, chance),
                ShowingFact.DISMISSED: _round(seen * CLOSED, chance),
                ShowingFact.DECLINED: _round(seen * DECLINED, chance),
            }
            for what, n in facts.items():
                if n:
                    key = ShowingCount(
                        hour=at,
                        what=what,
                        appeal=variant.appeal,
                        variant=variant.variant,
                        placement=variant.placement,
                        country="",
                        device=device,
                    )
                    yield key, n


def _round(number: float, chance: random.Random) -> int:
    """Round up or down by chance, so that small numbers add up to what they should."""
    return int(number + chance.random())
