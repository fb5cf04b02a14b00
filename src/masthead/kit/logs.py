"""Log lines: for people or as JSON, and nothing about a person in either."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

_RULES = (
    (re.compile(r"[^\s@<>\"'(),;:=/]+@[^\s@<>\"'(),;:]+\.[^\s@<>\"'(),;:]+"), "<e-mail>"),
    (re.compile(r"(?i)\b(mh_\w+|sessionid|csrftoken|(?:set-)?cookie|authorization)(['\"]?\s*[:=]\s*).*"), r"\1\2<…>"),
    (re.compile(r"(?<=[\w/])\?[\w.%~+\-\[\]]+=[^\s\"'<>]*"), "?<…>"),
)
_PERHAPS_ADDRESS = re.compile(
    r"(?i)(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:]*:[\da-f:.]*[\da-f:])(?![\w])"
)


def scrub(text: str) -> str:
    """Return `text` without e-mail addresses, network addresses, cookies, tokens and query strings."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return _PERHAPS_ADDRESS.sub(_hide_address, text)


def _hide_address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0])
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else "<address>"


class PlainFormatter(logging.Formatter):
    """A line for people; a traceback follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        stamp, _, said = super().format(record).partition(" ")
        return f"{stamp} {scrub(said)}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line, a traceback in it. What a record carries besides is left out: it may be a request."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
            "process": record.process,
        }
        if record.exc_info:
            fields["traceback"] = scrub(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


_FORMATTERS = {"plain": PlainFormatter, "json": JsonFormatter}


def make_logging(how: str) -> dict[str, Any]:
    """Return the settings of `logging`: to standard error, `how` being "plain" or "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": _FORMATTERS[how]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "masthead": {"level": "INFO"},
            "django.server": {"level": "WARNING"},
            "clickhouse_connect": {"level": "ERROR"},  # it tells of every attempt while ClickHouse is away; we once
            # The server has handlers of its own, in a form of its own.
            "_granian": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        },
    }
