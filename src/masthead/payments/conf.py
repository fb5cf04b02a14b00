"""The numbers by which payments go."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# How old a signed message may be; a repeated one is refused later, however well it is signed.
WEBHOOK_AGE: Final = timedelta(minutes=5)

# How far back the catching-up of every ten minutes looks: longer than what lies between two of them.
RECENT: Final = timedelta(hours=3)
# How far before the last complete run the next one begins: longer than a message is on its way.
OVERLAP: Final = timedelta(days=4)
# A message that waits longer than this has lost its job.
LOST_AFTER: Final = timedelta(minutes=15)
