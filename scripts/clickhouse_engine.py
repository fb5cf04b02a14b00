"""Serve ClickHouse's HTTP interface from an engine inside this process (chDB), for the tests.

    python scripts/clickhouse_engine.py FOLDER PORT

As much of the interface as clickhouse-connect uses for commands, questions and inserts. Inserts run as real inserts
with their settings, so that deduplication and parts are the engine's own. What is in FOLDER outlives the process.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
import types
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

# chDB imports pyarrow for what is not used here; without it and pandas, 80 MB need not be fetched.
_unused = types.ModuleType("pyarrow")
_unused.__getattr__ = lambda _name: object  # type: ignore[method-assign]  # a module may have one
sys.modules.setdefault("pyarrow", _unused)

from chdb.session import Session  # noqa: E402  after what stands in for pyarrow

TRANSPORT = {"query", "database", "default_format", "session_id", "query_id", "compress", "decompress", "role"}
TRANSPORT |= {"client_protocol_version", "wait_end_of_query", "buffer_size", "enable_http_compression"}
TRANSPORT |= {"cancel_http_readonly_queries_on_client_close", "send_progress_in_http_headers"}
INSERT = re.compile(rb"\s*(INSERT\s+INTO\s.+?)\s+FORMAT\s+(\w+)[ ]*(?:\n|$)", re.IGNORECASE | re.DOTALL)
FORMAT = re.compile(r"\s+FORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)


class Engine:
    """One engine, asked by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._session = Session(str(folder))
        self._lock = threading.Lock()
        self._session.query("CREATE DATABASE IF NOT EXISTS masthead")
        self._session.query("USE masthead")

    def answer(self, query: str, body: bytes, settings: dict[str, str], default_format: str) -> bytes:
        """Run one statement, the text of which may be the query, the body, or begin in the body."""
        whole = b"\n".join(part for part in (query.encode(), body) if part)
        insert = INSERT.match(whole)
        with self._lock:
            for name, value in settings.items():
                if name.startswith("param_"):
                    self._session.query(f"SET {name} = {quote(value)}")
            if insert is not None:
                self._insert(insert[1].decode(), insert[2].decode(), whole[insert.end() :], settings)
                return b""
            return self._ask(whole.decode(), default_format)

    def _ask(self, statement: str, default_format: str) -> bytes:
        named = FORMAT.search(statement)
        if named is not None:
            statement, default_format = statement[: named.start()], named[1]
        result = self._session.query(statement, default_format)
        return result.bytes() if result is not None and hasattr(result, "bytes") else b""

    def _insert(self, into: str, form: str, rows: bytes, settings: dict[str, str]) -> None:
        told = [f"{name} = {quote(value)}" for name, value in settings.items() if not name.startswith("param_")]
        said = f"SETTINGS {', '.join(told)}" if told else ""
        with tempfile.NamedTemporaryFile() as file:
            file.write(rows)
            file.flush()
            self._session.query(f"{into} FROM INFILE {quote(file.name)} {said} FORMAT {form}")


def quote(text: str) -> str:
    """Write a text as ClickHouse takes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def make_handler(engine: Engine) -> type[BaseHTTPRequestHandler]:
    """Return the handler of requests to this engine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            if self.headers.get("Transfer-Encoding"):
                self.answer(b"".join(iter(self.read_chunk, b"")))
            else:
                self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def read_chunk(self) -> bytes:
            chunk = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
            self.rfile.readline()
            return chunk

        def answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/ping":
                self.send(200, b"Ok.\n", "")
                return
            asked = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            form = self.headers.get("X-ClickHouse-Format") or asked.get("default_format", "TabSeparated")
            settings = {name: value for name, value in asked.items() if name not in TRANSPORT}
            try:
                self.send(200, engine.answer(asked.get("query", ""), body, settings, form), form)
            except Exception as error:  # noqa: BLE001  whatever the engine raises is its answer
                self.send(500, str(error).encode(), "")

        def send(self, status: int, body: bytes, form: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-ClickHouse-Format", form)
            self.send_header("X-ClickHouse-Timezone", "UTC")
            self.end_headers()
            self.wfile.write(body)

    return Handler


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), make_handler(Engine(Path(sys.argv[1])))).serve_forever()
