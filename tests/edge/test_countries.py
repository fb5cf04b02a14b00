from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edge.country_file import write_country_file
from tests.edge.paper import Browser, Paper

from masthead.edge.countries import BadCountryFile, Countries, CountryFile, find_address
from masthead.edge.http import get_device

NETWORKS = {
    "203.0.113.0/24": {"country": {"iso_code": "IL", "names": {"en": "Israel"}}},
    "198.51.100.0/25": {"country": "DE"},
    "198.51.100.128/25": {"country": "Portugal", "country_code": "pt"},
    "192.0.2.0/24": {"registered_country": {"iso_code": "US"}},
    "192.88.99.0/24": {"country": {"iso_code": "☃☃"}},
    "2001:db8::/32": {"country": {"iso_code": "JO"}},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "countries.mmdb"
    write_country_file(path, NETWORKS)
    return path


class TestFile:
    @pytest.mark.parametrize(
        ("address", "country"),
        [
            ("203.0.113.9", "IL"),
            ("198.51.100.1", "DE"),
            ("198.51.100.129", "PT"),
            ("2001:db8::1", "JO"),
            ("::ffff:203.0.113.9", ""),
            ("192.0.2.1", ""),
            ("192.88.99.1", ""),
            ("8.8.8.8", ""),
            ("", ""),
            ("unknown", ""),
            ("203.0.113.9\x00", ""),
            ("1" * 10_000, ""),
        ],
    )
    def test_tells_the_country(self, path: Path, address: str, country: str) -> None:
        assert CountryFile(path).find(address) == country

    def test_no_address_breaks_it(self, path: Path) -> None:
        file = CountryFile(path)

        @given(st.text() | st.ip_addresses().map(str))
        def is_answered(address: str) -> None:
            assert file.find(address) in {"", "IL", "DE", "PT", "JO"}

        is_answered()

    def test_missing_or_broken_is_refused_with_its_name(self, path: Path, tmp_path: Path) -> None:
        with pytest.raises(BadCountryFile, match=r"nowhere\.mmdb cannot be read: No such file"):
            CountryFile(tmp_path / "nowhere.mmdb")
        with pytest.raises(BadCountryFile, match="broken"):
            CountryFile(tmp_path)
        for broken in (b"", b"PK\x03\x04", path.read_bytes()[:-40]):
            path.write_bytes(broken)
            with pytest.raises(BadCountryFile, match="broken"):
                CountryFile(path)

    def test_one_put_in_its_place_is_taken_up(self, path: Path, caplog: pytest.LogCaptureFixture) -> None:
        now = [0.0]
        file = CountryFile(path, clock=lambda: now[0])

        def replace(write: bytes | dict[str, Any]) -> None:
            fresh = path.with_name("fresh")
            if isinstance(write, bytes):
                fresh.write_bytes(write)
            else:
                write_country_file(fresh, write)
            fresh.replace(path)
            now[0] += 11

        replace({"203.0.113.0/24": {"country": {"iso_code": "EG"}}})
        assert file.find("203.0.113.9") == "EG"
        replace(b"nonsense")
        assert file.find("203.0.113.9") == "EG"
        assert "the one before stays" in caplog.text
        path.unlink()
        now[0] += 11
        assert file.find("203.0.113.9") == "EG"
        replace(NETWORKS)
        assert file.find("203.0.113.9") == "IL"


class TestAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            (0, "203.0.113.9", "10.0.0.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "8.8.8.8, 203.0.113.9", "203.0.113.9"),
            (1, "8.8.8.8,9.9.9.9 , 203.0.113.9 ", "203.0.113.9"),
            (2, "8.8.8.8, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
            (2, "203.0.113.9, 10.0.0.7", "203.0.113.9"),
            (2, "203.0.113.9", ""),
            (1, "", ""),
        ],
    )
    def test_what_a_reader_makes_up_is_not_read(self, proxies: int, forwarded: str, address: str) -> None:
        environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
        assert find_address(environ, proxies) == address


class TestVisits:
    def count_countries(self, path: Path, **environ: str) -> set[str]:
        countries = Countries(CountryFile(path), header="HTTP_CF_IPCOUNTRY")
        paper = Paper(countries=countries)
        browser = Browser(paper, **environ)
        token = browser.visit()["appeals"]["banner"]["token"]
        paper.edge.start()
        browser.tell("seen", token)
        paper.edge.close()
        found = [key for batch in paper.sink.batches.values() for key in batch.showings]
        assert {key.what.value for key in found} == {"shown", "seen"}
        return {key.country for key in found}

    def test_are_counted_by_the_files_country(self, path: Path) -> None:
        assert self.count_countries(path, REMOTE_ADDR="203.0.113.9") == {"IL"}

    def test_a_trusted_header_goes_first(self, path: Path) -> None:
        assert self.count_countries(path, REMOTE_ADDR="203.0.113.9", HTTP_CF_IPCOUNTRY="jo") == {"JO"}
        assert self.count_countries(path, REMOTE_ADDR="203.0.113.9", HTTP_CF_IPCOUNTRY="XX") == {"IL"}

    def test_no_header_names_the_country_unasked(self, path: Path) -> None:
        made_up = {"HTTP_MASTHEAD_COUNTRY": "JO", "HTTP_X_FORWARDED_FOR": "2001:db8::1"}
        assert self.count_countries(path, REMOTE_ADDR="8.8.8.8", **made_up) == {""}


@pytest.mark.parametrize(
    ("mobile", "platform", "agent", "device"),
    [
        ("?1", '"Android"', "", "mobile"),
        ("?0", '"Android"', "Mozilla/5.0 (Linux; Android 10; K) Chrome/140 Safari/537.36", "tablet"),
        ("?0", '"Windows"', "Mozilla/5.0 (Windows NT 10.0; Tablet PC 2.0)", "desktop"),
        ("?0", '"Chrome OS"', "", "desktop"),
        ("?0", "", "Mozilla/5.0 (X11; Linux x86_64)", "desktop"),
        ("?0", "", "", ""),
        ("?7", "", "Mozilla/5.0 (Linux; Android 14) Mobile", "mobile"),
        ("", "", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Mobile/15E148", "mobile"),
        ("", "", "Mozilla/5.0 (iPad; CPU OS 12_0) Mobile/15E148", "tablet"),
        ("", "", "Mozilla/4.0 (Windows NT 6.1; Tablet PC 2.0)", "desktop"),
        ("", "", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "desktop"),
        ("", "", "Mozilla/5.0 (Android 15; Tablet; rv:140.0)", "tablet"),
        ("", "", "", ""),
    ],
)
def test_devices(mobile: str, platform: str, agent: str, device: str) -> None:
    said = {"HTTP_SEC_CH_UA_MOBILE": mobile, "HTTP_SEC_CH_UA_PLATFORM": platform, "HTTP_USER_AGENT": agent}
    assert get_device({name: value for name, value in said.items() if value}) == device
