"""The house stands as drawn: imports, purity, sizes, migrations, settings and words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "masthead"


def source_files(folder: Path = PACKAGE) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


class TestImports:
    def test_point_down_only(self) -> None:
        run = subprocess.run(
            [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", "pyproject.toml"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout

    def test_inside_an_app_doors_call_down(self) -> None:
        """A model imports no query, a query no operation, an operation no task, a task no view."""
        order = ["models", "queries", "operations", "tasks", "views", "urls"]
        wrong = []
        for app in ("accounts", "letters", "payments", "community", "appeals", "newsroom", "insight"):
            for height, room in enumerate(order):
                files = [PACKAGE / app / f"{room}.py", *(PACKAGE / app / room).glob("*.py")]
                above = {f"masthead.{app}.{higher}" for higher in order[height + 1 :]}
                for path in files:
                    if path.exists():
                        wrong += [
                            f"{short(path)} imports {name}"
                            for name in top_level_imports(path)
                            if any(name == high or name.startswith(high + ".") for high in above)
                        ]
        assert wrong == []


def top_level_imports(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


class TestRules:
    """`rules/` decides over plain values: no clock, no input or output, no chance, no settings."""

    @pytest.mark.parametrize("path", source_files(PACKAGE / "rules"), ids=short)
    def test_import_the_standard_library_only(self, path: Path) -> None:
        impure = {
            "os",
            "io",
            "time",
            "random",
            "secrets",
            "socket",
            "pathlib",
            "subprocess",
            "threading",
            "logging",
            "asyncio",
        }
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                assert name.startswith("masthead.rules") or top in sys.stdlib_module_names, name
                assert top not in impure, f"{short(path)} imports {name}"

    @pytest.mark.parametrize("path", source_files(PACKAGE / "rules"), ids=short)
    def test_read_no_clock(self, path: Path) -> None:
        clocks = {"now", "utcnow", "today"}
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks:
                owner = node.func.value
                named = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                assert named not in {"datetime", "date"}, f"{short(path)}:{node.lineno} reads the clock"

    def test_load_without_anything_installed(self) -> None:
        modules = [f"masthead.rules.{path.stem}" for path in source_files(PACKAGE / "rules") if path.stem != "__init__"]
        code = "import sys, importlib\nsys.path.insert(0, 'src')\n" + "".join(
            f"importlib.import_module('{m}')\n" for m in modules
        )
        run = subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


class TestEdge:
    def test_loads_without_django(self) -> None:
        code = "import sys; sys.path.insert(0, 'src'); import masthead.edge.app; sys.exit('django' in sys.modules)"
        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr or "edge loads django"


class TestSizes:
    @pytest.mark.parametrize("path", source_files(), ids=short)
    def test_a_file_stays_under_400_lines(self, path: Path) -> None:
        assert len(path.read_text().splitlines()) <= 400


class TestTemplates:
    """The content security policy allows nothing inline, so nothing inline may be written."""

    @pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.html")), ids=short)
    def test_carry_no_inline_script_or_style(self, path: Path) -> None:
        page = path.read_text()
        if "letters/" in str(path) or "/wagtailadmin/" in str(path):
            return
        scripts = re.findall(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>", page)
        assert scripts == []
        assert not re.search(r"<style\b", page)
        assert not re.search(r"<[a-z][^>]*\sstyle=", page)
        assert not re.search(r"<[a-z][^>]*\son[a-z]+=", page)


class TestMigrations:
    @pytest.mark.django_db
    def test_are_in_step_with_the_models(self) -> None:
        from django.core.management import call_command

        call_command("makemigrations", "--check", "--dry-run", verbosity=0)


class TestReference:
    def test_every_setting_is_documented(self) -> None:
        sys.path.insert(0, str(ROOT / "scripts"))
        try:
            from write_reference import settings_page
        finally:
            sys.path.pop(0)
        assert (ROOT / "docs/reference/settings.md").read_text() == settings_page(), "run: make reference"

    def test_settings_are_read_through_env_only(self) -> None:
        for path in source_files():
            if path.name in {"env.py", "cli.py", "wsgi.py", "serving.py", "doctor.py", "testing.py"}:
                continue
            assert "os.environ" not in path.read_text(), f"{short(path)} reads the environment by itself"


class TestRepository:
    def test_names_no_package_registry(self) -> None:
        files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
        marks = ["://" + "registry.", "/" + "simple/", "://" + "files.python"]
        wrong = []
        for name in files:
            path = ROOT / name
            if path.is_file() and path.suffix not in {".png", ".jpg", ".jpeg"}:
                page = path.read_text(errors="ignore")
                wrong += [f"{name}: {mark}" for mark in marks if mark in page]
        assert wrong == []
