"""The demonstration newspaper as values: what lies in `content/`, read and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from masthead.demo.prose import Block, Target, parse_prose, to_plain, typeset
from masthead.rules.errors import MastheadError

FOLDER = Path(__file__).parent / "content"
Value = TypeVar("Value")

_FRONT_MATTER = re.compile(r"\+\+\+\n(?P<matter>.*?)\n\+\+\+\n(?P<text>.*)", re.DOTALL)


class BadContent(MastheadError):
    """A file of the demonstration's content cannot be used."""

    code: ClassVar[str] = "bad_content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A drawing that stands above an article."""

    drawing: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section, with its colour and its look on the front page."""

    slug: str
    name: str
    description: str
    hue: str
    strip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic."""

    slug: str
    name: str
    description: str
    hue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One who writes. `face` names the portrait."""

    slug: str
    name: str
    role: str
    line: str
    face: str
    alt: str
    biography: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article. It was published `days_ago` days before the edition's day, at the time `at`."""

    slug: str
    title: str
    section: str
    standfirst: str
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    days_ago: int
    at: time
    picture: Drawing
    blocks: tuple[Block, ...]
    source: str
    kicker: str = ""
    dateline: str = ""
    access: str = "everyone"
    updated_days_ago: int | None = None
    updated_at: time | None = None

    @property
    def is_community_only(self) -> bool:
        """Whether the whole body is for members."""
        return self.access == "community"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a tier costs in one interval, in whole units of the publication's currency."""

    interval: str
    floor: int
    suggested: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A tier of membership."""

    key: str
    name: str
    description: str
    benefits: tuple[str, ...]
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One wording of an appeal; `body` is a paragraph an item."""

    key: str
    heading: str
    body: tuple[str, ...]
    highlighted: str = ""
    join_words: str
    not_now_words: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal, its rule and its caps."""

    key: str
    name: str
    placements: tuple[str, ...]
    reads_at_least: int | None = None
    topics_out: tuple[str, ...] = ()
    sections_out: tuple[str, ...] = ()
    cap_showings: int
    cap_days: int
    closed_days: int
    not_now_days: int
    is_signed: bool = True
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseAd:
    """An ad of a local business; `about` is what it leads to, as `topic:food`."""

    key: str
    name: str
    heading: str
    text: str
    link_words: str
    about: str
    drawing: str
    alt: str

    @property
    def target(self) -> Target:
        """What the ad leads to."""
        kind, _colon, slug = self.about.partition(":")
        return Target(kind, slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """A reader who has joined; `won_by` names appeal and variant, as `from-the-editor/the-letter`."""

    name: str
    email: str
    tier: str
    interval: str
    amount: int
    days_ago: int
    at: time
    won_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What the paper says about itself."""

    name: str
    tagline: str
    town: str
    about: str
    free_words: str
    contact_email: str
    currency: str
    logo: str
    logo_alt: str
    picture_credit: str
    founding_editor: str
    signature_alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newspaper:
    """Everything that the demonstration is made of, in its order; articles newest first, supporters oldest first."""

    publication: Publication
    sections: tuple[Section, ...]
    topics: tuple[Topic, ...]
    authors: tuple[Author, ...]
    articles: tuple[Article, ...]
    tiers: tuple[Tier, ...]
    appeals: tuple[Appeal, ...]
    house_ads: tuple[HouseAd, ...]
    supporters: tuple[Supporter, ...]


@lru_cache(maxsize=1)
def load_newspaper(folder: Path = FOLDER) -> Newspaper:
    """Read all files of the folder. Raises BadContent or BadProse, naming the file, for what cannot be used."""
    articles = [_read_article(path) for path in sorted((folder / "articles").glob("*.md"))]
    return Newspaper(
        publication=_make(Publication, _read_toml(folder / "publication.toml"), "publication.toml"),
        sections=tuple(_make_all(Section, folder / "sections.toml", "sections")),
        topics=tuple(_make_all(Topic, folder / "topics.toml", "topics")),
        authors=tuple(_make_all(Author, folder / "authors.toml", "authors")),
        articles=tuple(sorted(articles, key=lambda one: (one.days_ago, _minutes_left(one.at), one.slug))),
        tiers=tuple(_make_all(Tier, folder / "tiers.toml", "tiers", prices=Price)),
        appeals=tuple(_make_all(Appeal, folder / "appeals.toml", "appeals", variants=Variant)),
        house_ads=tuple(_make_all(HouseAd, folder / "house_ads.toml", "house_ads")),
        supporters=tuple(_make_all(Supporter, folder / "supporters.toml", "supporters")),
    )


def _minutes_left(at: time) -> int:
    return 24 * 60 - (at.hour * 60 + at.minute)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadContent(f"{path.name} is no TOML: {error}") from error


def _make_all(kind: type[Value], path: Path, name: str, **nested: type) -> Iterator[Value]:
    """Yield one value for each table of the file's array `name`."""
    for entry in _read_toml(path)[name]:
        inner: dict[str, Any] = {
            field: tuple(_make(part, row, path.name) for row in entry[field]) for field, part in nested.items()
        }
        yield _make(kind, {**entry, **inner}, path.name)


def _make(kind: type[Value], entry: Mapping[str, Any], where: str) -> Value:
    """Make a value from a table, its words typeset and its arrays frozen."""
    try:
        return kind(**{name: _freeze(value) for name, value in entry.items()})
    except TypeError as error:
        raise BadContent(f"{where}: {error}") from error


def _freeze(value: Any) -> Any:
    if isinstance(value, str):
        return typeset(value)
    if isinstance(value, list):
        return tuple(_freeze(item) for item in value)
    return value


def _read_article(path: Path) -> Article:
    found = _FRONT_MATTER.fullmatch(path.read_text(encoding="utf-8"))
    if found is None:
        raise BadContent(f"{path.name} does not begin with front matter between two lines of +++.")
    try:
        matter = tomllib.loads(found["matter"])
        picture = _make(Drawing, matter.pop("picture"), path.name)
        matter["standfirst"] = to_plain(matter["standfirst"])
        blocks = parse_prose(found["text"])
    except tomllib.TOMLDecodeError as error:
        raise BadContent(f"{path.name}: {error}") from error
    except KeyError as missing:
        raise BadContent(f"{path.name} says nothing of {missing}.") from missing
    except MastheadError as error:
        raise BadContent(f"{path.name}: {error}") from error
    told = {**matter, "slug": path.stem, "picture": picture, "blocks": blocks, "source": found["text"]}
    return _make(Article, told, path.name)
