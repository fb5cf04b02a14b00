"""Every test of edge may have a paper and a reader's browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.edge.paper import Browser, Paper

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture
def paper() -> Iterator[Paper]:
    """A paper whose counts are written at once, as its threads would."""
    before = set(threading.enumerate())
    whole = Paper()
    whole.edge.start()
    yield whole
    whole.edge.close()
    left = [
        thread.name for thread in threading.enumerate() if thread.name.startswith("masthead-") and thread not in before
    ]
    assert not left


@pytest.fixture
def browser(paper: Paper) -> Browser:
    return Browser(paper)
