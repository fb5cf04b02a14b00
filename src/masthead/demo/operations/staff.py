"""The three people who work at the demonstration's console."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.contrib.auth.models import Group

from masthead.accounts.models import User
from masthead.accounts.operations import align_address, get_or_create_person
from masthead.appeals.permissions import MEMBERSHIP_MANAGERS
from masthead.community.care.permissions import MEMBER_CARE
from masthead.demo.traces import Traces
from masthead.newsroom.operations import EDITORS

FILE = "demo-staff.txt"
EDITOR = "editor@merrowport.example"
MANAGER = "manager@merrowport.example"
CARE = "care@merrowport.example"
# Without letters and digits that are taken for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSignIn:
    """How one of them signs in. `password` is empty where it was changed since, or its file is gone."""

    email: str
    name: str
    does: str
    password: str


@dataclass(frozen=True, slots=True)
class _Post:
    email: str
    name: str
    group: str
    does: str


POSTS = (
    _Post(EDITOR, "Edda Newcombe", EDITORS, "writes and publishes articles"),
    _Post(MANAGER, "Milo Tarrant", MEMBERSHIP_MANAGERS, "writes appeals, sets tiers, sees members and numbers"),
    _Post(CARE, "Cora Whitlock", MEMBER_CARE, "helps members: looks up, gives, sends back, ends, merges, erases"),
)


def add_staff(traces: Traces, *, folder: Path, password: str = "") -> None:
    """Add the editor, the manager of memberships and who helps members, unless that was done before.

    Each gets a password of its own, kept in a file of `folder` that only its owner may read; or `password`, where one
    is given. Safe to repeat.
    """
    passwords = _read(folder / FILE)
    for post in POSTS:
        if traces.has("person", post.email):
            continue
        passwords[post.email] = password or make_password()
        _write(folder / FILE, passwords)
        traces.once("person", post.email, partial(_add, post, passwords[post.email]))


def list_sign_ins(*, folder: Path) -> tuple[StaffSignIn, ...]:
    """Return how the staff sign in, for those who are still there."""
    passwords = _read(folder / FILE)
    people = {person.email: person for person in User.objects.filter(email__in=[post.email for post in POSTS])}
    return tuple(
        StaffSignIn(email=post.email, name=person.name, does=post.does, password=_still(person, passwords))
        for post in POSTS
        if (person := people.get(post.email))
    )


def make_password() -> str:
    """Return a password that can be copied by hand: three groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def _add(post: _Post, password: str) -> User:
    person, _is_new = get_or_create_person(email=post.email, name=post.name)
    person.is_staff = True
    person.set_password(password)
    person.save()
    align_address(person)
    group, _made = Group.objects.get_or_create(name=post.group)
    person.groups.add(group)
    return person


def _still(person: User, passwords: dict[str, str]) -> str:
    password = passwords.get(person.email, "")
    return password if password and person.check_password(password) else ""


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines())
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}


def _write(path: Path, passwords: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as lines:
        os.fchmod(lines.fileno(), 0o600)
        lines.writelines(f"{email} {password}\n" for email, password in passwords.items())
