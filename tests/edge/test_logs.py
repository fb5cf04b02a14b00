from __future__ import annotations

import json
import logging
import sys

import pytest

from masthead.kit.logs import JsonFormatter, PlainFormatter, scrub


def make_record(message: str, *args: object, fails: str = "", **extra: object) -> logging.LogRecord:
    exc_info = None
    if fails:
        try:
            raise ValueError(fails)
        except ValueError:
            exc_info = sys.exc_info()
    record = logging.LogRecord("masthead.test", logging.WARNING, __file__, 1, message, args, exc_info)
    record.__dict__.update(extra)
    return record


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("to mara@paper.example failed", "to <e-mail> failed"),
        ("(550, b'no such', 'Mara <mara+x@paper.example>')", "(550, b'no such', 'Mara <<e-mail>>')"),
        ("from 203.0.113.9:4711", "from <address>:4711"),
        ("from 2001:db8::17, gone", "from <address>, gone"),
        ("from fe80::1", "from <address>"),
        ("at http://127.0.0.1:8000 since 12:30:05", "at http://127.0.0.1:8000 since 12:30:05"),
        ("Not Found: /search?q=my+secret&page=2", "Not Found: /search?<…>"),
        ("cookie mh_reads=abc.def; more", "cookie mh_reads=<…>"),
        ("Is this it? yes=no", "Is this it? yes=no"),
        ("2 sums a::b::c", "2 sums a::b::c"),
    ],
)
def test_people_are_left_out(said: str, kept: str) -> None:
    assert scrub(said) == kept


def test_json_is_one_object_a_line() -> None:
    line = JsonFormatter().format(make_record("%s\nsecond", "first", fails="mara@paper.example", request="GET /?a=b"))
    assert "\n" not in line
    said = json.loads(line)
    assert set(said) == {"at", "level", "logger", "message", "process", "traceback"}
    assert (said["level"], said["logger"], said["message"]) == ("warning", "masthead.test", "first\nsecond")
    assert "ValueError: <e-mail>" in said["traceback"]


def test_plain_lines_leave_people_out_of_tracebacks_too() -> None:
    line = PlainFormatter().format(make_record("letter to %s", "mara@paper.example", fails="203.0.113.9"))
    assert "WARNING masthead.test: letter to <e-mail>" in line
    assert "ValueError: <address>" in line
