"""The whole demonstration, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.utils import timezone

from masthead.accounts.models import User
from masthead.demo.content import Newspaper, load_newspaper
from masthead.demo.dates import get_edition_day
from masthead.demo.operations.asking import add_appeals, add_house_ads, add_tiers
from masthead.demo.operations.naming import add_names, name_publication
from masthead.demo.operations.pages import Edition, add_articles, add_sections, hold_on_front
from masthead.demo.operations.pictures import add_pictures, list_sheets
from masthead.demo.operations.readers import add_counts
from masthead.demo.operations.staff import EDITOR, StaffSignIn, add_staff, list_sign_ins
from masthead.demo.operations.supporters import add_supporters
from masthead.demo.pictures.drawings import WIDTH
from masthead.demo.traces import Traces
from masthead.newsroom.models import ArticlePage, HomePage
from masthead.newsroom.operations import prepare_newsroom
from masthead.rules.errors import MastheadError

# Told what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


class SiteInUse(MastheadError):
    """This site has articles of its own. The demonstration needs an empty one: set MASTHEAD_DATA to a new folder."""

    code: ClassVar[str] = "site_in_use"
    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to build: how wide the drawings are, a password for the staff, and whether some readers have joined."""

    picture_width: int = WIDTH
    staff_password: str = ""
    has_supporters: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What stands now. `notes` are sentences about what was left out, and why."""

    name: str
    articles: int
    community_articles: int
    staff: tuple[StaffSignIn, ...]
    notes: tuple[str, ...]
    is_new: bool


def build(*, now: datetime, plan: Plan | None = None, progress: Progress = lambda _what, _done, _all: None) -> Built:
    """Make the demonstration newsroom, and return what stands.

    Safe to repeat: what was made before is left as staff have made it since; a build that was broken off goes on.
    Raises SiteInUse where there are articles that are none of the demonstration's, and no demonstration.
    """
    plan = plan or Plan()
    paper = load_newspaper()
    traces = Traces(now=now)
    is_new = traces.is_empty
    if is_new and ArticlePage.objects.exists():
        raise SiteInUse
    prepare_newsroom()
    home = HomePage.objects.get()
    folder = Path(settings.MASTHEAD_DATA)
    add_staff(traces, folder=folder, password=plan.staff_password)
    _add_pictures(paper, traces, plan, progress)
    add_names(paper, traces)
    name_publication(paper, home, traces)
    _add_pages(paper, home, traces, now=now, progress=progress)
    add_tiers(paper, traces)
    add_appeals(paper, traces)
    add_house_ads(paper, traces)
    add_counts(paper, traces, now=now)
    notes = _let_join(paper, traces, now=now, progress=progress) if plan.has_supporters else ()
    return Built(
        name=paper.publication.name,
        articles=len(paper.articles),
        community_articles=sum(article.is_community_only for article in paper.articles),
        staff=list_sign_ins(folder=folder),
        notes=notes,
        is_new=is_new,
    )


def _add_pictures(paper: Newspaper, traces: Traces, plan: Plan, progress: Progress) -> None:
    sheets = list(list_sheets(paper, width=plan.picture_width))

    def step(done: int) -> None:
        progress("Drawing the pictures", done, len(sheets))

    add_pictures(sheets, traces, step=step)


def _add_pages(paper: Newspaper, home: HomePage, traces: Traces, *, now: datetime, progress: Progress) -> None:
    zone = timezone.get_default_timezone()
    edition = Edition(
        day=get_edition_day(paper.articles, now=now.astimezone(zone)),
        zone=zone,
        credit=paper.publication.picture_credit,
        owner=User.objects.with_email(EDITOR).first(),
    )
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress("Publishing the articles", done, len(paper.articles))

    add_sections(paper, home, traces)
    add_articles(paper, edition, traces, tick=tick)
    hold_on_front(home, traces)


def _let_join(paper: Newspaper, traces: Traces, *, now: datetime, progress: Progress) -> tuple[str, ...]:
    def step(done: int) -> None:
        progress("Letting some readers join", done, len(paper.supporters))

    return add_supporters(paper, traces, now=now, step=step)
