"""The pass: which benefits its bearer has, read without a database."""

from __future__ import annotations

import json
from dataclasses import dataclass

from masthead.rules.errors import MastheadError

COOKIE = "mh_pass"
HINT_COOKIE = "mh_hint"
AD_FREE = "ad_free"
COMMUNITY_CONTENT = "community_content"


class BadPass(MastheadError):
    """This is not a pass."""

    code = "bad_pass"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a supporter's browser may show for. `expires_at` is a Unix second, `since` an ISO date or "".

    Up to the day `quiet_until` (since 1970) its bearer is asked nothing: who gave once has no benefits, but peace.
    """

    benefits: tuple[str, ...]
    expires_at: int
    name: str = ""
    since: str = ""
    membership: str = ""
    quiet_until: int = 0

    @property
    def is_member(self) -> bool:
        """Whether it is a member's, and not that of somebody who gave once."""
        return bool(self.membership or self.benefits)

    def is_current(self, unix_seconds: float) -> bool:
        """Return whether the pass still holds: up to, not including, its last second."""
        return unix_seconds < self.expires_at

    def hint(self, renew_at: int) -> str:
        """Return the value of the hint cookie: the benefits, and from which Unix second on the tag asks anew."""
        return f"{'.'.join(self.benefits)}~{renew_at}"

    def encode(self) -> bytes:
        """Return the pass as JSON, the same bytes for the same pass."""
        fields = {
            "benefits": self.benefits,
            "expires_at": self.expires_at,
            "name": self.name,
            "since": self.since,
            "membership": self.membership,
            "quiet_until": self.quiet_until,
        }
        return json.dumps(fields, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> Pass:
        """Return the pass in these bytes. Raises BadPass for anything that is none; unknown fields are ignored."""
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError):
            raise BadPass from None
        if not isinstance(fields, dict):
            raise BadPass
        benefits, expires_at = fields.get("benefits"), fields.get("expires_at")
        quiet_until = fields.get("quiet_until", 0)
        name, since, membership = (fields.get(field, "") for field in ("name", "since", "membership"))
        if not isinstance(benefits, list) or not all(isinstance(benefit, str) for benefit in benefits):
            raise BadPass
        if type(expires_at) is not int or type(quiet_until) is not int:
            raise BadPass
        if not all(isinstance(text, str) for text in (name, since, membership)):
            raise BadPass
        return cls(tuple(benefits), expires_at, name, since, membership, quiet_until)
