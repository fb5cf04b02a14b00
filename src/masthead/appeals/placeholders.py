"""The words in braces that an appeal's copy may hold, as `{floor}`.

`{reads}` is each reader's own number: it stays in the copy and edge fills it in. All others are
filled in when the appeals are compiled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.html import escape, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from masthead.rules.errors import MastheadError

MEANINGS = {
    "reads": gettext_lazy("how many articles this reader read in the last 30 days"),
    "publication": gettext_lazy("the name of the publication"),
    "floor": gettext_lazy("the least that a membership costs a month, as $6"),
    "month": gettext_lazy("the name of the month"),
}
FILLED_BY_EDGE = frozenset({"reads"})

_BRACES = re.compile(r"\{([^{}]*)\}")


class UnknownPlaceholder(MastheadError):
    """The copy holds a placeholder that nothing can fill in."""

    code = "unknown-placeholder"


class EmptyPlaceholder(MastheadError):
    """The copy holds a placeholder for which there is no value yet."""

    code = "empty-placeholder"


def check_placeholders(copy: str) -> None:
    """Accept text or rich text whose braces hold known names only.

    Raises UnknownPlaceholder, naming the first that is not known or is written in two styles.
    """
    for inside in _BRACES.findall(copy):
        if inside in MEANINGS:
            continue
        name = strip_tags(inside).strip()
        if name in MEANINGS:
            raise UnknownPlaceholder(
                _("Write %(name)s without spaces and in one style, so that it can be filled in.")
                % {"name": f"{{{name}}}"}
            )
        raise UnknownPlaceholder(
            _("There is no placeholder %(name)s. You can use %(known)s.")
            % {"name": f"{{{name}}}", "known": ", ".join(f"{{{known}}}" for known in MEANINGS)}
        )


def fill_placeholders(copy: str, values: Mapping[str, str], *, markup: bool) -> str:
    """Put each value in the place of its name; `{reads}` stays.

    With `markup`, values are escaped, for rich text. Raises UnknownPlaceholder, or EmptyPlaceholder
    where a value is missing or empty.
    """
    check_placeholders(copy)

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name in FILLED_BY_EDGE:
            return match[0]
        value = values.get(name, "")
        if not value:
            raise EmptyPlaceholder(_("There is nothing to put in the place of %(name)s yet.") % {"name": match[0]})
        return escape(value) if markup else value

    return _BRACES.sub(fill, copy)
