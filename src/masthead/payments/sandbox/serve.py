"""The sandbox as a process of its own on loopback: `masthead sandbox`, or `serve()`."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from socketserver import ThreadingMixIn
from types import FrameType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from masthead.payments.sandbox.api.sessions import PUBLIC_URL
from masthead.payments.sandbox.app import Sandbox
from masthead.payments.sandbox.delivery import Deliverer

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.05
DEATH = 70


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a request; what hangs does not keep the process from ending."""

    daemon_threads = True
    request_queue_size = 64


class _Handler(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name that the base class has
        """Say it for those who debug."""
        logger.debug(format, *args)

    def address_string(self) -> str:
        """Return the peer's address without looking up its name."""
        return str(self.client_address[0])


class RunningSandbox:
    """A sandbox that answers on loopback and delivers its events, until it is closed."""

    def __init__(self, app: Sandbox, *, port: int = 0) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", port, app, server_class=_Server, handler_class=_Handler)
        self._deliverer = Deliverer(app.store)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="sandbox", daemon=True
        )

    @property
    def url(self) -> str:
        """The base address of the API."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Answer and deliver from now on, in threads."""
        with self.app.store.transaction() as book:
            book.set_meta(PUBLIC_URL, book.get_meta(PUBLIC_URL) or self.url)
        self._deliverer.start()
        self._thread.start()

    def close(self) -> None:
        """Stop answering and delivering."""
        self.app.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._deliverer.close()
        self.app.store.close()


def serve(app: Sandbox, *, port: int, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Serve a sandbox on loopback until SIGTERM or SIGINT; `ready` is called once with its address."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    # Chaos wants a real death: no farewell, no cleaning up. `masthead serve` starts the process again.
    app.die = partial(os._exit, DEATH)
    running = RunningSandbox(app, port=port)
    running.start()
    ready(running.url)
    stop.wait()
    running.close()
