"""`masthead import-wordpress` says what came in and what did not."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from tests.apps.wordpress_exports import item, make_export
from tests.apps.wordpress_imports import article

from masthead.newsroom.importers.wordpress import saving
from masthead.newsroom.importers.wordpress.console import Screen
from masthead.newsroom.models import SectionPage


@pytest.fixture
def export(tmp_path: Path) -> Any:
    return lambda *items, **more: make_export(tmp_path / "export.xml", items, **more)


@pytest.mark.django_db
class TestCommand:
    def run(self, *args: str, **options: Any) -> str:
        out = StringIO()
        call_command("import_wordpress", *args, stdout=out, no_color=True, **options)
        return out.getvalue()

    def test_ends_with_what_came_in_and_what_did_not(self, export: Any) -> None:
        path = export(
            item(1), item(2, "Pay", status="private"), item(3, kind="page"), item(4, content="[vc_row]x[/vc_row]")
        )
        shown = self.run(str(path), "--no-images")
        assert "What came in" in shown
        assert "Articles, published" in shown
        assert "marked “Private:” in the headline" in shown
        assert "What was left out, and why" in shown
        assert "are no articles" in shown
        assert "A headline: Shortcodes [vc_row]" in shown
        assert shown.rstrip().endswith("Done. 1 article waits as a draft in the console under Articles.")

    def test_shows_a_bar_on_a_terminal(self, export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(StringIO):
            def isatty(self) -> bool:
                return True

        monkeypatch.setenv("TERM", "xterm-256color")
        out = Terminal()
        call_command("import_wordpress", str(export(item(1), item(2))), "--dry-run", stdout=out)
        assert "Bringing in articles" in out.getvalue()
        assert "━" in out.getvalue()
        assert "100%" in out.getvalue()

    def test_tells_a_log_how_far_it_is_now_and_then(self) -> None:
        out = StringIO()
        times = iter([0.0, 1.0, 6.0, 6.0, 7.0])
        screen = Screen(OutputWrapper(out), clock=lambda: next(times))
        screen.begin("Bringing in articles", 200)
        for done in (10, 100, 150):
            screen.reach(done)
        screen.end()
        assert out.getvalue() == "Bringing in articles …\nBringing in articles: 50 %\n"

    def test_refuses_in_one_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"^There is no file .*gone\.xml\.$"):
            self.run(str(tmp_path / "gone.xml"))

    def test_rehearses(self, export: Any) -> None:
        shown = self.run(str(export(item(1))), "--dry-run", "--section-default", "Reports")
        assert "What would come in" in shown
        assert "This was a dry run" in shown
        assert not SectionPage.objects.exists()

    def test_shows_twenty_notes_or_all(self, export: Any) -> None:
        path = export(*(item(number, "") for number in range(1, 31)))
        shown = self.run(str(path), "--dry-run")
        assert shown.count("Missing headlines:") == 20
        assert "… and 10 more" in shown
        assert self.run(str(path), "--dry-run", verbosity=2).count("Missing headlines:") == 30

    def test_ends_with_130_when_it_was_stopped(self, export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(*args: Any, **kwargs: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(saving.Articles, "create", stop)
        with pytest.raises(SystemExit) as ended:
            self.run(str(export(item(1))), "--no-images")
        assert ended.value.code == 130

    def test_mends_when_it_is_told_to(self, export: Any) -> None:
        path = export(item(1, content="Wor\x0bds"))
        with pytest.raises(CommandError, match="run again with --mend"):
            self.run(str(path))
        self.run(str(path), "--mend", "--no-images")
        assert article(1).body[0].value.source == "<p>Words</p>"
