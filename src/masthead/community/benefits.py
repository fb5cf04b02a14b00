"""The benefits that a tier may give: a closed set, each with its plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Benefit(StrEnum):
    """What a member gets; the value stands in passes and rows and never changes."""

    AD_FREE = "ad_free"
    COMMUNITY_CONTENT = "community_content"
    NAME_IN_THANKS = "name_in_thanks"


@dataclass(frozen=True, slots=True)
class Words:
    """How one benefit is put to a reader: what it is, and one sentence more."""

    title: str | Promise
    sentence: str | Promise


WORDS: dict[Benefit, Words] = {
    Benefit.AD_FREE: Words(
        _("The whole site without ads"),
        _("No ad is shown and none is fetched, on every device where you sign in."),
    ),
    Benefit.COMMUNITY_CONTENT: Words(
        _("Community-only articles"),
        _("Letters from the newsroom, notes behind the stories and conversations that we keep for members."),
    ),
    Benefit.NAME_IN_THANKS: Words(
        _("Your name among our thanks"),
        _("Once a year we print the names of those who carry us. Tell us if you would rather not be named."),
    ),
}

CHOICES: list[tuple[str, str | Promise]] = [(benefit.value, WORDS[benefit].title) for benefit in Benefit]


def keep_known(keys: Iterable[str]) -> tuple[Benefit, ...]:
    """Return the benefits that `keys` name, each once, in the order in which they are told; other keys are left out."""
    wanted = set(keys)
    return tuple(benefit for benefit in Benefit if benefit.value in wanted)


def list_words(keys: Iterable[str]) -> tuple[Words, ...]:
    """Return the words of the benefits that `keys` name, in the order in which they are always told."""
    return tuple(WORDS[benefit] for benefit in keep_known(keys))
