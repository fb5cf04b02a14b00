"""The report in words for an editor: what came in, what was left out and why, what to look at."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from masthead.newsroom.importers.wordpress.planning import State
from masthead.newsroom.importers.wordpress.report import Note, Report


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, how many, and what should be known of it."""

    what: str
    count: int
    why: str = ""


def list_what_came_in(report: Report) -> list[Line]:
    """Return the table of what came in; what did not occur is not in it, but for the articles."""
    drafts = [
        (State.DRAFT, _("Articles, drafts"), _("were drafts")),
        (State.PENDING, _("Articles, pending"), _("as drafts: waited for review")),
        (State.PRIVATE, _("Articles, private"), _("as drafts, marked “Private:” in the headline")),
        (State.PROTECTED, _("Articles, with password"), _("as drafts, marked “Protected:” in the headline")),
        (State.SCHEDULED, _("Articles, scheduled"), _("as drafts with their time: publish them to confirm it")),
        (State.MISSED, _("Articles, overdue"), _("as drafts: scheduled for a time that has passed")),
        (State.OTHER, _("Articles, other"), _("as drafts: their status is the old site's own")),
    ]
    lines = [
        *(Line(what, report.articles[state], why) for state, what, why in drafts),
        Line(_("Sections"), report.made["section"], _("from the top categories")),
        Line(_("Topics"), report.made["topic"], _("from tags and further categories")),
        Line(_("Authors"), report.made["author"]),
        Line(_("Pictures"), report.pictures),
        Line(_("Old addresses"), report.made["redirect"], _("lead to where things are now")),
        Line(_("Articles completed"), report.completed, _("with pictures that were missing before")),
        Line(_("Articles already here"), report.already_here, _("left as they are")),
    ]
    return [Line(_("Articles, published"), report.articles[State.LIVE]), *(line for line in lines if line.count)]


def list_what_was_left_out(report: Report) -> list[Line]:
    """Return the table of what was left out, with the reasons."""
    kinds, leavings = _kinds(), _leavings()
    lines: list[Line] = []
    for kind, count in sorted(report.left_out.items()):
        unknown = (_("Items of the type “%(kind)s”") % {"kind": kind}, _("only the old site knows what they are"))
        what, why = kinds.get(kind, unknown)
        lines.append(Line(what, count, why))
    lines += [
        Line(_("Comments"), report.comments, _("there are no comments here")),
        Line(_("Pictures"), len(report.missing_pictures), _("could not be had; the texts came in without them")),
        Line(_("Articles deleted here"), report.deleted_here, _("an editor deleted them after they came in")),
        Line(
            _("Articles changed since"),
            report.changed_there,
            _("on the old site, after they came in; not changed here"),
        ),
        Line(_("Articles refused"), report.refused, _("could not be saved; the notes say why")),
    ]
    for kind, count in sorted(report.leavings.items()):
        what, why = leavings.get(kind, (kind, ""))
        lines.append(Line(what, count, why))
    return [line for line in lines if line.count]


def _kinds() -> dict[str, tuple[str, str]]:
    """What kinds of items of an export are called, and why they do not come in."""
    return {
        "attachment": (_("Files of the media library"), _("come in only where an article shows them")),
        "auto-draft": (_("Automatic drafts"), _("were never written")),
        "custom_css": (_("Styles"), _("belong to the old site's design")),
        "guest-author": (_("Guest authors"), _("come in with their articles")),
        "inherit": (_("Revisions"), _("only the last one comes in")),
        "nav_menu_item": (_("Menu items"), _("belong to the old site's menus")),
        "page": (_("Pages"), _("are no articles")),
        "repeated": (_("Repeated posts"), _("the export holds them twice; the first came in")),
        "revision": (_("Revisions"), _("only the last one comes in")),
        "trash": (_("Posts in the trash"), _("were thrown away")),
        "unnamed": (_("Posts without a number"), _("could not be known again at the next import")),
        "wp_block": (_("Reusable blocks"), _("were put in where articles use them")),
    }


def _leavings() -> dict[str, tuple[str, str]]:
    """What may be left out of a text, and why."""
    code = _("code has no place in an article")
    return {
        "applet": (_("Applets"), code),
        "audio": (_("Sound players"), _("without an address")),
        "block": (_("Blocks that fill themselves"), _("such as lists of the latest posts")),
        "canvas": (_("Canvases"), code),
        "end of a long standfirst": (_("Ends of standfirsts"), _("longer than a standfirst may be")),
        "form": (_("Forms"), _("would send readers' words to the old site")),
        "frame": (_("Frames"), _("of places that are not known")),
        "missing date": (_("Missing dates"), _("today's was printed")),
        "missing headline": (_("Missing headlines"), _("the first words stand in their place")),
        "nesting": (_("Deeply nested texts"), _("came in without their marks")),
        "object": (_("Plug-in objects"), code),
        "picture without an address": (_("Pictures without an address"), _("the export does not say where they are")),
        "script": (_("Scripts"), code),
        "shortcode": (_("Shortcodes"), _("of plugins; the text inside them is kept")),
        "struck-out mark": (_("Strike-through"), _("the words are kept")),
        "svg": (_("Vector drawings"), _("may carry code")),
        "video": (_("Film players"), _("without an address")),
    }


def tell_note(note: Note) -> str:
    """Return what is to be looked at in one article."""
    if note.what == "picture":
        return ngettext(
            "without the picture %(address)s", "without %(count)d pictures, such as %(address)s", note.count
        ) % {"address": note.about, "count": note.count}
    if note.what == "refused":
        return _("could not be saved: %(reason)s") % {"reason": note.about}
    what, why = _leavings().get(note.what, (note.what, ""))
    return f"{what} {note.about}: {why}" if note.about else f"{what}: {why}"


def tell_closing(report: Report) -> str:
    """Return the last sentence: what is to be done next."""
    if report.stopped:
        return _("Stopped. What came in is whole; run the same command again to bring in the rest.")
    if report.dry_run:
        return _("This was a dry run: nothing was changed and no picture was fetched.")
    if not report.changes:
        return _("Nothing was changed.")
    if not report.drafts:
        return _("Done.")
    return ngettext(
        "Done. %(count)d article waits as a draft in the console under Articles.",
        "Done. %(count)d articles wait as drafts in the console under Articles.",
        report.drafts,
    ) % {"count": report.drafts}
