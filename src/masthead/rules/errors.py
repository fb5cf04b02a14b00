"""The one root of every error that Masthead raises on purpose."""

from __future__ import annotations

from typing import ClassVar


class MastheadError(Exception):
    """Something could not be done."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    retriable: ClassVar[bool] = False

    def __str__(self) -> str:
        """Return the sentence given when raised, else the first line of the docstring."""
        said = super().__str__()
        if said:
            return said
        return (self.__doc__ or "Something could not be done.").strip().splitlines()[0]
