"""The kinds of letter of the apps below this one: those of signing in."""

from __future__ import annotations

from masthead.accounts import mail
from masthead.letters.kinds import register

for _kind, _sample in mail.SAMPLES.items():
    register(_kind, sample=_sample, urgent=True)
