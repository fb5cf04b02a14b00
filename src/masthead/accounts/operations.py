"""What changes people."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from masthead.accounts.models import OtherAddress, User, normalize_email
from masthead.rules.errors import MastheadError

NAME_LENGTH = 120


class AddressTaken(MastheadError):
    """Someone else has an account with this e-mail address."""

    code: ClassVar[str] = "address_taken"
    status: ClassVar[int] = 409


def get_or_create_person(*, email: str, name: str = "", language: str = "en") -> tuple[User, bool]:
    """Return the person of this address and whether they are new.

    Addresses differing in case only are one person. A person who is known keeps their name and language, but one
    without a name takes `name`. Signs nobody in. Safe to repeat, and from two processes at once: both get one row.
    """
    person = User.objects.with_email(email).first()
    if person is None:
        try:
            with transaction.atomic():
                return User.objects.create_user(email, name=_tidy(name), language=language), True
        except IntegrityError:
            # Someone else made the same person a moment ago.
            person = User.objects.get(email=normalize_email(email))
    if name.strip() and not person.name:
        rename_person(person, name=name)
    return person, False


def rename_person(person: User, *, name: str) -> None:
    """Call a person by another name; at most 120 characters of it are kept. Safe to repeat."""
    person.name = _tidy(name)
    person.save(update_fields=["name"])


def change_language(person: User, *, language: str) -> None:
    """Write to a person in another language from now on. Safe to repeat."""
    person.language = language
    person.save(update_fields=["language"])


def change_email(person: User, *, email: str) -> None:
    """Let a person be known by another address; the old one signs nobody in any more. Safe to repeat.

    Raises AddressTaken if the address is someone else's. The new one is confirmed by the next code sent to it.
    """
    if OtherAddress.objects.filter(email=normalize_email(email)).exclude(user=person).exists():
        raise AddressTaken
    person.email = normalize_email(email)
    try:
        with transaction.atomic():
            person.save(update_fields=["email"])
    except IntegrityError as error:
        person.refresh_from_db(fields=["email"])
        raise AddressTaken from error


def align_address(person: User) -> None:
    """Make the address that sign-in checks the one that the person is known by. Safe to repeat.

    allauth keeps addresses in rows of their own; ours is `User.email`. A stale row would let an old address sign in.
    """
    kept = OtherAddress.objects.filter(user=person).values("email")
    EmailAddress.objects.filter(user=person).exclude(email=person.email).exclude(email__in=kept).delete()
    EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"primary": True, "verified": False})


def put_others_out(person: User) -> None:
    """End every sign-in to the account so far, and forget its passkeys. Safe to repeat.

    Who pays with an address that nobody has used is let in to the account which that makes, before a code has shown
    whose the address is. When its owner comes, nobody else may stay.
    """
    if not person.has_usable_password():
        # The sign-ins of a browser hold a hash of the password's field, also where it is none.
        person.set_unusable_password()
        person.save(update_fields=["password"])
    Authenticator.objects.filter(user=person).delete()


def _tidy(name: str) -> str:
    return " ".join(name.split())[:NAME_LENGTH].strip()
