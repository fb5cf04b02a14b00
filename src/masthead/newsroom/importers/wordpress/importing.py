"""The import itself: survey the file, then plan and write one article after another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect

from masthead.newsroom.importers.wordpress.fetching import PictureSource, Web
from masthead.newsroom.importers.wordpress.ledger import Ledger
from masthead.newsroom.importers.wordpress.naming import Names
from masthead.newsroom.importers.wordpress.pictures import Pictures
from masthead.newsroom.importers.wordpress.planning import ArticlePlan, Planner, State
from masthead.newsroom.importers.wordpress.reading import read_posts
from masthead.newsroom.importers.wordpress.report import Note, Report
from masthead.newsroom.importers.wordpress.saving import Articles, Standing
from masthead.newsroom.importers.wordpress.surveying import survey
from masthead.newsroom.importers.wordpress.values import Library
from masthead.newsroom.models import ArticlePage, Author, HomePage, SectionPage, Topic
from masthead.newsroom.operations import prepare_newsroom


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to import: see `masthead import-wordpress --help`."""

    images: bool = True
    dry_run: bool = False
    section_default: str = "News"
    allow_private_images: bool = False
    mend: bool = False


class Watcher(Protocol):
    """Shows how far an import has come."""

    def begin(self, title: str, total: int) -> None:
        """Begin a stage of `total` steps."""
        ...

    def reach(self, done: int) -> None:
        """Say that `done` steps of the stage are done."""
        ...

    def end(self) -> None:
        """End the stage."""
        ...


def import_wordpress(
    path: Path, options: Options, *, now: datetime, watcher: Watcher, source: PictureSource | None = None
) -> Report:
    """Bring in a WordPress export and return the account of it.

    Safe to repeat: what is here is left alone, what is missing is brought in. Each article is written in one
    transaction after its pictures. Pictures come from `source`, by default from the web.
    Raises BadExport for a file that is no whole export; nothing has been changed then.
    """
    watcher.begin(_("Reading the file"), path.stat().st_size if path.is_file() else 0)
    try:
        library = survey(path, mend=options.mend, at=watcher.reach)
    finally:
        watcher.end()
    planner = Planner(library, section_default=options.section_default, zone=timezone.get_default_timezone(), now=now)
    report = Report(dry_run=options.dry_run, comments=library.comments, left_out=Counter(library.left_out))
    if options.dry_run:
        work: _Rehearsal | _Import = _Rehearsal(library, report, now=now)
    else:
        work = _Import(library, report, _source_of(options, source), now=now)
    watcher.begin(_("Bringing in articles"), library.posts)
    seen: set[str] = set()
    try:
        for post in read_posts(path, mend=options.mend):
            if post.key not in seen:
                seen.add(post.key)
                work.take(planner.plan(post))
                watcher.reach(len(seen))
    except KeyboardInterrupt:
        report.stopped = True
    finally:
        watcher.end()
    work.close()
    return report


def _source_of(options: Options, source: PictureSource | None) -> PictureSource | None:
    if not options.images:
        return None
    return source or Web(allow_private=options.allow_private_images)


class _Import:
    """Writes what was planned."""

    def __init__(self, library: Library, report: Report, source: PictureSource | None, *, now: datetime) -> None:
        prepare_newsroom()
        home = HomePage.objects.get()
        site = home.get_site()
        ledger = Ledger(library.source, now=now)
        self._report = report
        self._pictures = Pictures(ledger, source, no_source_reason=_("pictures were not asked for"))
        self._names = Names(ledger, home=home, site=site, ranking=library.sections)
        self._articles = Articles(ledger, self._names, site=site, now=now)

    def take(self, plan: ArticlePlan) -> None:
        standing, page = self._articles.find(plan)
        if standing is Standing.DELETED:
            self._report.deleted_here += 1
        elif page is not None:
            self._revisit(plan, page)
        else:
            self._write(plan)

    def _write(self, plan: ArticlePlan) -> None:
        shown = self._bring(plan)
        before = Counter(self._names.made)
        try:
            self._articles.create(plan, shown)
        except (ValidationError, DataError, IntegrityError) as error:
            self._names.forget(made=before)
            if self._articles.find(plan)[0] is not Standing.NEW:
                # Another import of the same export was quicker.
                self._report.already_here += 1
                return
            self._report.refused += 1
            self._report.notes.append(Note(plan.title, "refused", " ".join(str(error).split())))
        else:
            self._report.articles[plan.state] += 1
            self._report.add_leavings(plan.title, plan.leavings)

    def _revisit(self, plan: ArticlePlan, page: ArticlePage) -> None:
        """Leave an article alone, but for what was missing and nobody has touched."""
        self._report.already_here += 1
        self._report.changed_there += self._articles.has_changed_there(plan)
        self._articles.redirect_published(plan, page)
        if gaps := self._articles.list_gaps(plan, page):
            shown = self._bring(plan)
            if any(picture.address in shown for picture in gaps):
                self._articles.complete(plan, page, shown)
                self._report.completed += 1

    def _bring(self, plan: ArticlePlan) -> dict[str, int]:
        shown: dict[str, int] = {}
        missing: dict[str, str] = {}
        for picture in plan.pictures:
            number = self._pictures.bring(picture)
            if number is not None:
                shown[picture.address] = number
            else:
                missing[picture.address] = self._pictures.why_missing(picture)
        self._report.add_missing(plan.title, missing)
        return shown

    def close(self) -> None:
        self._report.pictures = self._pictures.made
        self._report.made.update(self._names.made)


class _Rehearsal:
    """Counts what an import would do, and writes nothing."""

    def __init__(self, library: Library, report: Report, *, now: datetime) -> None:
        self._report = report
        self._ledger = Ledger(library.source, now=now)
        self._would: dict[str, set[str]] = {"section": set(), "topic": set(), "author": set()}
        self._paths: set[str] = set()

    def take(self, plan: ArticlePlan) -> None:
        if (row := self._ledger.find("article", plan.key)) is not None:
            is_here = ArticlePage.objects.filter(pk=row.target_id).exists()
            self._report.already_here += is_here
            self._report.deleted_here += not is_here
            self._report.changed_there += is_here and row.digest != plan.digest
            return
        self._report.articles[plan.state] += 1
        self._report.add_leavings(plan.title, plan.leavings)
        self._paths.update(plan.old_paths if plan.state is State.LIVE else ())
        for kind, names in (("section", (plan.section,)), ("topic", plan.topics), ("author", plan.authors)):
            for named in names:
                if self._ledger.find(kind, named.key) is None:
                    self._would[kind].add(named.slug)
                    self._paths.update((named.old_path,) if named.old_path else ())

    def close(self) -> None:
        for kind, model in (("section", SectionPage), ("topic", Topic), ("author", Author)):
            there = set(model.objects.values_list("slug", flat=True))
            self._report.made[kind] = len(self._would[kind] - there)
        taken = set(Redirect.objects.values_list("old_path", flat=True))
        self._report.made["redirect"] = len({Redirect.normalise_path(path) for path in self._paths} - taken)
