"""Pictures are fetched with every care: a stranger's export decides which addresses we ask."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from PIL import Image

from masthead.newsroom.importers.wordpress import fetching
from masthead.newsroom.importers.wordpress.fetching import PictureMissing, Web, check_picture, is_public


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#336699").save(out, kind)
    return out.getvalue()


class OldSite(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, headers, body = ANSWERS.get(self.path, (404, {}, b"gone"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("PORT", str(self.server.server_address[1])))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/a.png": (200, {"Content-Type": "image/png"}, picture()),
    "/a.jpg": (200, {"Content-Type": "image/jpeg; charset=x"}, picture("JPEG")),
    "/named-wrongly.gif": (200, {"Content-Type": "image/gif"}, picture("WEBP")),
    "/page.png": (200, {"Content-Type": "text/html"}, b"<html>Log in</html>"),
    "/no-type.png": (200, {}, picture()),
    "/liar.png": (200, {"Content-Type": "image/png"}, b"<script>alert(1)</script>"),
    "/drawing.svg": (200, {"Content-Type": "image/svg+xml"}, b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "/document.pdf": (200, {"Content-Type": "image/png"}, b"%PDF-1.4 ..."),
    "/packed.png": (200, {"Content-Type": "image/png", "Content-Encoding": "gzip"}, picture()),
    "/large.png": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + b"x" * 200_000),
    "/moved.png": (302, {"Location": "/a.png"}, b""),
    "/ring.png": (302, {"Location": "/ring.png"}, b""),
    "/to-file.png": (302, {"Location": "file:///etc/passwd"}, b""),
    "/to-metadata.png": (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""),
    "/error.png": (500, {"Content-Type": "image/png"}, b""),
}


@pytest.fixture
def site() -> Iterator[str]:
    OldSite.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), OldSite)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(allow_private=True, largest_bytes=100_000)
    yield web
    web.close()


def why_not(web: Web, address: str) -> str:
    with pytest.raises(PictureMissing) as missing:
        web.fetch(address)
    return str(missing.value)


class TestFetching:
    @pytest.mark.parametrize(
        ("path", "ending"),
        [("/a.png", "png"), ("/a.jpg", "jpg"), ("/named-wrongly.gif", "webp"), ("/moved.png", "png")],
    )
    def test_brings_pictures_under_their_true_kind(self, site: str, web: Web, path: str, ending: str) -> None:
        fetched = web.fetch(site + path)
        assert fetched.ending == ending
        assert check_picture(fetched.content) == ending

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("/gone.png", "answered 404"),
            ("/error.png", "answered 500"),
            ("/page.png", "it is text/html, not a picture"),
            ("/no-type.png", "not a picture"),
            ("/liar.png", "no JPEG, PNG"),
            ("/drawing.svg", "no JPEG, PNG"),
            ("/document.pdf", "no JPEG, PNG"),
            ("/packed.png", "came packed"),
            ("/ring.png", "cannot be asked"),
            ("/to-file.png", "cannot be asked"),
        ],
    )
    def test_says_why_there_is_none(self, site: str, web: Web, path: str, reason: str) -> None:
        assert reason in why_not(web, site + path)

    def test_stops_at_the_largest_size(self, site: str, web: Web) -> None:
        assert "larger than" in why_not(web, f"{site}/large.png")

    def test_stops_at_its_deadline(self, site: str) -> None:
        times = iter([0.0, 100.0])
        web = Web(allow_private=True, clock=lambda: next(times))
        assert "longer than a minute" in why_not(web, f"{site}/a.png")
        web.close()

    def test_a_host_that_does_not_answer_is_not_asked_for_ever(self, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def refuse(host: str, *args: object, **kwargs: object) -> None:
            asked.append(host)
            raise OSError("no network")

        monkeypatch.setattr(fetching.socket, "getaddrinfo", refuse)
        for number in range(6):
            assert why_not(web, f"https://old.example/{number}.png") == "old.example does not answer"
        assert len(asked) == 2

    @pytest.mark.parametrize(
        "address", ["ftp://old.example/a.png", "file:///etc/passwd", "gopher://x/", "nonsense", ""]
    )
    def test_asks_for_web_addresses_only(self, web: Web, address: str) -> None:
        assert "cannot be asked" in why_not(web, address)


class TestPrivateAddresses:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]"]
    )
    def test_are_not_asked(self, site: str, host: str) -> None:
        web = Web()
        reason = why_not(web, f"http://{host}:{site.rpartition(':')[2]}/a.png")
        assert "private network" in reason or "does not answer" in reason
        assert OldSite.asked == []
        web.close()

    def test_are_not_asked_after_a_redirect(self, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
        real = fetching.is_public
        monkeypatch.setattr(fetching, "is_public", lambda address: str(address) == "127.0.0.1" or real(address))
        web = Web()
        assert "169.254.169.254 is an address of a private network" in why_not(web, f"{site}/to-metadata.png")
        web.close()

    def test_behind_a_public_name_are_not_asked(self, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The name has two addresses, and one of them leads inside."""
        port = int(site.rpartition(":")[2])
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]
        monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *args, **kwargs: found)
        web = Web()
        assert "private network" in why_not(web, f"http://rebound.example:{port}/a.png")
        assert OldSite.asked == []
        web.close()

    @pytest.mark.parametrize("proxy", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
    def test_are_not_reached_through_a_proxy(self, site: str, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(proxy, site)
        real = socket.getaddrinfo

        def look_up(host: str, *args: object, **kwargs: object) -> object:
            if host.endswith(".example"):
                raise OSError("unknown")
            return real(host, *args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
        web = Web()
        assert "does not answer" in why_not(web, "http://old.example/a.png")
        assert OldSite.asked == []
        web.close()

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("8.8.8.8", True),
            ("2606:4700::1111", True),
            ("10.1.2.3", False),
            ("172.16.0.1", False),
            ("192.168.1.1", False),
            ("100.64.0.1", False),
            ("169.254.169.254", False),
            ("127.9.9.9", False),
            ("0.0.0.0", False),
            ("224.0.0.1", False),
            ("255.255.255.255", False),
            ("::1", False),
            ("::", False),
            ("fe80::1", False),
            ("fec0::1", False),
            ("fd00::1", False),
            ("ff02::1", False),
            ("::ffff:10.0.0.1", False),
            ("::ffff:8.8.8.8", True),
            ("2002:0a00:0001::", False),
            ("64:ff9b::a00:1", False),
            ("64:ff9b::808:808", True),
            ("2001:0:a00:1::1", False),
        ],
    )
    def test_are_told_from_public_ones(self, address: str, expected: bool) -> None:
        assert is_public(ipaddress.ip_address(address)) is expected


class TestCheckPicture:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
    def test_takes_the_kinds_of_the_web(self, kind: str) -> None:
        assert check_picture(picture(kind)) == {"JPEG": "jpg"}.get(kind, kind.lower())

    @pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM", "ICO"])
    def test_refuses_others(self, kind: str) -> None:
        with pytest.raises(PictureMissing):
            check_picture(picture(kind, (32, 32)))

    def test_refuses_what_would_fill_the_memory(self) -> None:
        bomb = picture("PNG", (8, 8)).replace((8).to_bytes(4, "big") * 2, (30_000).to_bytes(4, "big") * 2, 1)
        with pytest.raises(PictureMissing):
            check_picture(bomb)

    def test_refuses_too_many_pixels(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fetching, "LARGEST_PIXELS", 40)
        with pytest.raises(PictureMissing, match="pixels"):
            check_picture(picture(size=(8, 6)))

    @pytest.mark.parametrize(
        "content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBP"]
    )
    def test_refuses_stumps(self, content: bytes) -> None:
        with pytest.raises(PictureMissing):
            check_picture(content)
