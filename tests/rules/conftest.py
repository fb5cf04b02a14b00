"""Laws are tried on busy machines too: how long one try takes says nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
