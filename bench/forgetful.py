"""The whole site whose memory of pages lets everything pass: what a page costs when it has to be made."""

from __future__ import annotations

from masthead.edge import pages

pages.PASSED_BY = ("/", "/", "/")

from masthead.config.wsgi import application  # noqa: E402  it is built as it is imported

__all__ = ["application"]
