"""What may be asked of a reader who refused storage: nothing that takes a count, for none is kept."""

from __future__ import annotations

from collections.abc import Iterable

from masthead.rules.audience import CHECKS, Condition, Facet

READS_PLACEHOLDER = "{reads}"


def needs_count(audience: Iterable[Condition], copies: Iterable[str]) -> bool:
    """Return whether an appeal with this audience and these copies takes a count of the reader's reads."""
    return any(
        condition.kind in CHECKS and CHECKS[condition.kind].facet is Facet.READS for condition in audience
    ) or any(READS_PLACEHOLDER in copy for copy in copies)
