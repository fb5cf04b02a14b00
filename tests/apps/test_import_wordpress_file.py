"""What is no WordPress export is refused in one sentence; what is one is read as a stream."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.apps.wordpress_exports import (
    FOOT,
    HEAD,
    SITE,
    author,
    category,
    item,
    make_export,
    meta,
    picture,
    term,
)

from masthead.newsroom.importers.wordpress.opening import BadExport
from masthead.newsroom.importers.wordpress.reading import read_posts
from masthead.newsroom.importers.wordpress.surveying import survey
from masthead.newsroom.importers.wordpress.texts import to_web_address

WHOLE = HEAD.format(site=SITE) + item(1) + item(2) + FOOT


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path, *, mend: bool = False) -> str:
    with pytest.raises(BadExport) as refused:
        survey(path, mend=mend)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


class TestRefusals:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "gone.xml") == f"There is no file {tmp_path / 'gone.xml'}."

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "is a folder" in refusal(tmp_path)

    @pytest.mark.parametrize("content", [b"", b"   \n\t\n", b"\xef\xbb\xbf"])
    def test_an_empty_file(self, tmp_path: Path, content: bytes) -> None:
        assert refusal(write(tmp_path / "e.xml", content)) == "e.xml is empty."

    def test_a_gzip_file(self, tmp_path: Path) -> None:
        assert "packed (gzip)" in refusal(write(tmp_path / "e.xml", gzip.compress(WHOLE.encode())))

    def test_a_zip_file(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "e.xml", "w") as archive:
            archive.writestr("export.xml", WHOLE)
        assert "packed (zip)" in refusal(tmp_path / "e.xml")

    @pytest.mark.parametrize("content", ["<!DOCTYPE html><html></html>", "\n<HTML lang=en><p>Log in", "<html><rs"])
    def test_a_web_page(self, tmp_path: Path, content: str) -> None:
        assert "is a web page" in refusal(write(tmp_path / "e.xml", content))

    @pytest.mark.parametrize("content", ['{"posts": []}', "[1, 2]"])
    def test_json(self, tmp_path: Path, content: str) -> None:
        assert "looks like JSON" in refusal(write(tmp_path / "e.xml", content))

    @pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"post_id,title\n1,x\n", b"\x00" * 50])
    def test_what_is_no_xml_at_all(self, tmp_path: Path, content: bytes) -> None:
        assert "is not a WordPress export" in refusal(write(tmp_path / "e.xml", content))

    def test_other_xml(self, tmp_path: Path) -> None:
        assert "XML, but not a WordPress export" in refusal(write(tmp_path / "e.xml", "<?xml version='1.0'?><svg/>"))

    @pytest.mark.parametrize("items", ["", "<item><title>News</title></item>"])
    def test_an_ordinary_feed(self, tmp_path: Path, items: str) -> None:
        feed = f"<rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>"
        assert "is an RSS feed, but not" in refusal(write(tmp_path / "e.xml", feed))

    def test_an_export_that_names_no_site(self, tmp_path: Path) -> None:
        assert "which site it comes from" in refusal(make_export(tmp_path / "e.xml", [item(1)], site="nowhere"))

    @pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.99])
    def test_a_truncated_file(self, tmp_path: Path, share: float) -> None:
        cut = WHOLE[: int(len(WHOLE) * share)]
        sentence = refusal(write(tmp_path / "e.xml", cut))
        assert "ends in the middle, at line" in sentence
        assert "export it again" in sentence

    def test_a_bomb_of_entities(self, tmp_path: Path) -> None:
        levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{levels}]><rss><channel>&l11;</channel></rss>'
        assert "declares a document type or entities" in refusal(write(tmp_path / "e.xml", bomb))

    def test_a_document_type_alone(self, tmp_path: Path) -> None:
        text = WHOLE.replace("<rss", '<!DOCTYPE rss PUBLIC "-//x" "http://x.example/rss.dtd"><rss', 1)
        assert "declares a document type" in refusal(write(tmp_path / "e.xml", text))

    def test_an_entity_that_would_read_a_file(self, tmp_path: Path) -> None:
        secret = write(tmp_path / "secret", "the secret")
        spy = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]><rss><channel>&x;</channel></rss>'
        assert "the secret" not in refusal(write(tmp_path / "e.xml", spy))

    def test_a_control_character_names_its_line(self, tmp_path: Path) -> None:
        lines = WHOLE.split("\n")
        place = next(index for index, line in enumerate(lines) if "<item>" in line)
        lines[place] = lines[place].replace("Words.", "Wor\x0bds.", 1)
        sentence = refusal(write(tmp_path / "e.xml", "\n".join(lines)))
        assert f"Line {place + 1} of e.xml holds the control character U+000B" in sentence

    def test_a_byte_that_is_no_utf_8_names_its_line(self, tmp_path: Path) -> None:
        broken = WHOLE.encode().replace(b"Words.", b"Caf\xe9.", 1)
        line = broken[: broken.index(b"\xe9")].count(b"\n") + 1
        assert f"Line {line} of e.xml holds the byte 0xE9" in refusal(write(tmp_path / "e.xml", broken))

    def test_tags_that_do_not_match_name_their_line(self, tmp_path: Path) -> None:
        broken = WHOLE.replace("</title><link>", "</titel><link>", 1)
        assert "not well-formed XML at line" in refusal(write(tmp_path / "e.xml", broken))

    def test_an_unknown_encoding(self, tmp_path: Path) -> None:
        assert refusal(write(tmp_path / "e.xml", WHOLE.replace("UTF-8", "klingon", 1)))


class TestMending:
    def test_leaves_out_what_xml_forbids(self, tmp_path: Path) -> None:
        broken = WHOLE.encode().replace(b"Words.", b"Wo\x0br\x01ds \xe9\xe2\x82\xac.", 1)
        path = write(tmp_path / "e.xml", broken)
        assert survey(path, mend=True).posts == 2
        assert next(read_posts(path, mend=True)).content == "Words \ufffd€."

    def test_does_not_hide_a_truncation(self, tmp_path: Path) -> None:
        assert "ends in the middle" in refusal(write(tmp_path / "e.xml", WHOLE[:-40]), mend=True)

    def test_leaves_other_encodings_alone(self, tmp_path: Path) -> None:
        text = WHOLE.replace("UTF-8", "ISO-8859-1", 1).replace("Words.", "Café.", 1)
        path = write(tmp_path / "e.xml", text.encode("latin-1"))
        assert next(read_posts(path, mend=True)).content == "Café."


class TestSurvey:
    def test_finds_what_posts_refer_to(self, tmp_path: Path) -> None:
        path = make_export(
            tmp_path / "e.xml",
            [
                item(10, extra=term("category", "quay")),
                item(11, extra=term("category", "news")),
                picture(20, f"{SITE}/wp-content/uploads/a.jpg", parent=10, alt="A boat", caption="The <b>boat</b>"),
                item(30, content="<p>Again</p>", kind="wp_block"),
                item(31, "Ada Ferrow", kind="guest-author", extra=meta("cap-user_login", "ada")),
            ],
            head=author("mira", "Mira &amp; Co") + category("news", "News") + category("quay", "Quay", "news", 2),
        )
        library = survey(path)
        assert (library.source, library.address, library.posts) == ("old.example", SITE, 2)
        assert library.writers["mira"].name == "Mira & Co"
        assert library.writers["ada"].name == "Ada Ferrow"
        assert library.categories["quay"].parent == "news"
        assert library.sections == ("news",)
        assert library.attachments[20].alt == "A boat"
        assert library.attachments[20].caption == "The boat"
        assert library.attachments_of == {"10": (20,)}
        assert library.reusable == {30: "<p>Again</p>"}
        assert library.left_out == {"attachment": 1, "wp_block": 1, "guest-author": 1}

    def test_counts_what_does_not_come_in(self, tmp_path: Path) -> None:
        comment = "<wp:comment><wp:comment_id>1</wp:comment_id></wp:comment>"
        kinds = ["page", "nav_menu_item", "revision", "custom_css", "product"]
        items = [item(100 + index, kind=kind, extra=comment) for index, kind in enumerate(kinds)]
        items += [item(200, status="trash"), item(201, status="auto-draft"), item(1, extra=comment * 3), item(1)]
        library = survey(make_export(tmp_path / "e.xml", items))
        assert library.posts == 1
        assert library.comments == 8
        assert library.left_out == dict.fromkeys([*kinds, "trash", "auto-draft", "repeated"], 1)

    @pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_reads_every_version_of_the_namespace(self, tmp_path: Path, version: str, scheme: str) -> None:
        text = WHOLE.replace("http://wordpress.org/export/1.2/", f"{scheme}://wordpress.org/export/{version}/")
        path = write(tmp_path / "e.xml", text)
        assert survey(path).posts == 2
        assert [post.key for post in read_posts(path, mend=False)] == ["1", "2"]

    def test_tells_how_far_it_has_come(self, tmp_path: Path) -> None:
        path = make_export(tmp_path / "e.xml", [item(number, content="x" * 9000) for number in range(1, 60)])
        seen: list[int] = []
        survey(path, at=seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == path.stat().st_size

    def test_takes_no_more_memory_for_a_larger_file(self, tmp_path: Path) -> None:
        path = make_export(tmp_path / "e.xml", [item(number, content="word " * 40_000) for number in range(1, 61)])
        tracemalloc.start()
        try:
            survey(path)
            for _post in read_posts(path, mend=False):
                pass
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert path.stat().st_size > 12_000_000
        assert peak < 4_000_000


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "ftp://old.example/a.png",
            "file:///etc/passwd",
            "javascript://old.example/%0aalert(1)",
            "data:image/png;base64,AA",
            "http://",
            "http://user:word@old.example/a.png",
            "http://old.example:port/a.png",
            "http://[::1/a.png",
            'https://old.example/"onerror="x',
            "https://old.example/" + "a" * 2000,
        ],
    )
    def test_of_no_use_to_a_reader_are_none(self, address: str) -> None:
        assert to_web_address(address, SITE) == ""

    def test_of_files_are_looked_at_too(self, tmp_path: Path) -> None:
        path = make_export(tmp_path / "e.xml", [picture(20, "file:///etc/passwd"), picture(21, "/a.png")])
        assert [item.address for item in survey(path).attachments.values()] == [f"{SITE}/a.png"]


class TestPosts:
    def test_carry_times_terms_and_the_featured_picture(self, tmp_path: Path) -> None:
        extra = (
            term("category", "news", "News &amp; more")
            + term("post_tag", "%d7%97%d7%95%d7%a3", "חוף")
            + meta("_thumbnail_id", "20")
            + meta("_wp_old_slug", "older")
            + meta("_wp_old_slug", "oldest")
        )
        path = make_export(tmp_path / "e.xml", [item(7, excerpt="Short.", password="pass", extra=extra)])
        (post,) = read_posts(path, mend=False)
        assert post.published_at == datetime(2020, 2, 3, 8, tzinfo=UTC)
        assert [use.domain for use in post.terms] == ["category", "post_tag"]
        assert (post.lead_number, post.old_slugs, post.password) == (20, ("older", "oldest"), "pass")

    def test_without_a_number_are_known_by_their_guid(self, tmp_path: Path) -> None:
        path = make_export(tmp_path / "e.xml", [item("")])
        assert [post.key for post in read_posts(path, mend=False)] == [f"{SITE}/?p="]

    @pytest.mark.parametrize(
        "date", ["0000-00-00 00:00:00", "", "yesterday", "2020-13-45 99:00:00", "0001-01-01 00:00:00"]
    )
    def test_without_a_time_have_none(self, tmp_path: Path, date: str) -> None:
        (post,) = read_posts(make_export(tmp_path / "e.xml", [item(1, date=date)]), mend=False)
        assert post.published_at is None
        assert post.local_time is None
