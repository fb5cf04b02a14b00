"""Typed settings from the environment, loud on nonsense, all named in one list.

Every reader records what it read, so the reference page and `masthead doctor` are made from the
settings themselves. Mistakes are gathered and told together by `refuse_mistakes`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar
from urllib.parse import urlsplit

from masthead.rules.errors import MastheadError


class BadSettings(MastheadError):
    """Some settings in the environment cannot be used."""

    code: ClassVar[str] = "bad_settings"


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the environment, what it takes, its default in words, what it does."""

    name: str
    takes: str
    default: str
    about: str


SETTINGS: dict[str, Setting] = {}
_mistakes: list[str] = []


def _read(name: str, takes: str, default: str, about: str) -> str | None:
    SETTINGS[name] = Setting(name, takes, default, about)
    said = os.environ.get(name, "").strip()
    return said or None


def text(name: str, default: str, *, about: str, shown: str | None = None) -> str:
    """Read a text; `shown` is the default in words where the value itself says little."""
    said = _read(name, "text", default if shown is None else shown, about)
    return default if said is None else said


def choice(name: str, default: str, among: Sequence[str], *, about: str) -> str:
    """Read one of a few words."""
    said = _read(name, " or ".join(f"`{word}`" for word in among), default, about)
    if said is None:
        return default
    if said not in among:
        _mistakes.append(f"{name} is {said!r}; it must be one of {', '.join(among)}.")
        return default
    return said


def flag(name: str, *, default: bool, about: str, shown: str | None = None) -> bool:
    """Read yes or no."""
    said = _read(name, "`yes` or `no`", shown or ("yes" if default else "no"), about)
    if said is None:
        return default
    if said.lower() in {"1", "yes", "true", "on"}:
        return True
    if said.lower() in {"0", "no", "false", "off"}:
        return False
    _mistakes.append(f"{name} is {said!r}; it must be yes or no.")
    return default


def number(name: str, default: int, *, least: int, most: int, about: str) -> int:
    """Read a whole number between `least` and `most`."""
    said = _read(name, f"a number from {least} to {most}", str(default), about)
    if said is None:
        return default
    try:
        value = int(said)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        _mistakes.append(f"{name} is {said!r}; it must be a whole number from {least} to {most}.")
        return default
    return value


def words(name: str, default: Sequence[str] = (), *, about: str, shown: str = "none") -> list[str]:
    """Read a list of words, separated by commas."""
    said = _read(name, "words, separated by commas", shown, about)
    if said is None:
        return list(default)
    return [word.strip() for word in said.split(",") if word.strip()]


def parsed(name: str, parse: Callable[[str], Value], *, takes: str, about: str, shown: str = "none") -> Value:
    """Read what `parse` makes of a text, "" where none is set; what it raises as MastheadError is a mistake."""
    said = _read(name, takes, shown, about)
    try:
        return parse(said or "")
    except MastheadError as error:
        _mistakes.append(f"{name} is {said!r}: {error}.")
        return parse("")


def folder(name: str, default: Path, *, about: str) -> Path:
    """Read a folder's path; it is made when it is missing."""
    said = _read(name, "a path", f"`./{default.name}`", about)
    path = Path(said).expanduser().resolve() if said else default.resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _mistakes.append(f"{name} is {str(path)!r}, which cannot be made: {error.strerror}.")
    return path


def url(name: str, default: str, *, about: str, schemes: Sequence[str], shown: str | None = None) -> str:
    """Read an address with one of the `schemes`; a slash at its end is dropped."""
    said = _read(name, "an address", default if shown is None else shown, about)
    if said is None:
        return default
    parts = urlsplit(said)
    if parts.scheme not in schemes:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        _mistakes.append(f"{name} must begin with one of {known}")
        return default
    return said.rstrip("/")


def secret_kept_in(path: Path) -> str:
    """Return the secret kept in the file, made at the first call with mode 0600.

    Two processes that start at once get the same secret: the file is made by a link that only one can win.
    """
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def refuse_mistakes() -> None:
    """Raise BadSettings with every mistake found so far, if there was one."""
    if _mistakes:
        told = "\n".join(f"  - {mistake}" for mistake in _mistakes)
        _mistakes.clear()
        raise BadSettings(f"Masthead cannot start with these settings:\n{told}")
