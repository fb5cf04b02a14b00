from __future__ import annotations

import threading

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from masthead.accounts.models import User
from masthead.accounts.operations import (
    align_address,
    change_email,
    change_language,
    get_or_create_person,
    rename_person,
)

pytestmark = pytest.mark.django_db


class TestUser:
    @pytest.fixture(autouse=True)
    def _hash_fast(self, settings: Settings) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    def test_is_one_person_in_whatever_case_the_address_is_written(self) -> None:
        User.objects.create_user("Reader@Example.org")
        assert User.objects.get().email == "reader@example.org"
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user("READER@example.ORG")

    def test_cannot_get_past_the_database_in_capitals(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.bulk_create([User(email="Loud@example.org")])

    def test_signs_in_by_code_alone_unless_it_has_a_password(self) -> None:
        assert not User.objects.create_user("reader@example.org").has_usable_password()
        assert User.objects.create_user("editor@example.org", "a long enough one").check_password("a long enough one")

    def test_needs_an_address(self) -> None:
        with pytest.raises(ValueError, match="address"):
            User.objects.create_user(" ")

    def test_is_called_by_name_or_else_by_address(self) -> None:
        assert str(User(email="a@example.org", name="Ada Reed")) == "Ada Reed"
        assert User(email="a@example.org").get_short_name() == "a@example.org"

    def test_is_made_by_createsuperuser(self) -> None:
        call_command("createsuperuser", "--noinput", "--email", "Chief@example.org", verbosity=0)
        chief = User.objects.get_by_natural_key("CHIEF@example.org")
        assert chief.is_superuser
        assert chief.is_staff

    def test_forgets_the_old_address_when_it_is_saved_with_another(self) -> None:
        person, _ = get_or_create_person(email="old@example.org")
        align_address(person)
        person.email = "new@example.org"
        person.save()
        assert not EmailAddress.objects.filter(email="old@example.org").exists()


class TestGetOrCreatePerson:
    def test_makes_a_person_once(self) -> None:
        first, is_new = get_or_create_person(email="Reader@example.org", name="  Ada   Reed ", language="he")
        again, is_new_again = get_or_create_person(email="reader@EXAMPLE.org", name="Someone Else", language="ar")
        assert (is_new, is_new_again) == (True, False)
        assert again.pk == first.pk
        assert (again.name, again.language) == ("Ada Reed", "he")

    def test_gives_a_name_to_one_without(self) -> None:
        get_or_create_person(email="reader@example.org")
        person, _ = get_or_create_person(email="reader@example.org", name="Ada Reed")
        person.refresh_from_db()
        assert person.name == "Ada Reed"

    def test_cuts_a_name_that_is_too_long(self) -> None:
        person, _ = get_or_create_person(email="reader@example.org", name="x" * 500)
        assert len(person.name) == 120

    @pytest.mark.django_db(transaction=True)
    def test_makes_one_person_for_many_at_once(self) -> None:
        if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
            pytest.skip("SQLite in memory is one connection")
        found: list[tuple[int, bool]] = []
        gate = threading.Barrier(5)

        def make() -> None:
            gate.wait()
            person, is_new = get_or_create_person(email="reader@example.org")
            found.append((person.pk, is_new))
            connection.close()

        threads = [threading.Thread(target=make) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({pk for pk, _ in found}) == 1
        assert [is_new for _, is_new in found].count(True) == 1

    def test_takes_the_person_that_another_process_made_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        winner = User.objects.create_user("reader@example.org")
        monkeypatch.setattr("masthead.accounts.models.UserQuerySet.with_email", lambda self, _email: self.none())
        person, is_new = get_or_create_person(email="Reader@example.org")
        assert (person.pk, is_new) == (winner.pk, False)


class TestChanges:
    def test_renames_and_changes_the_language(self) -> None:
        person, _ = get_or_create_person(email="reader@example.org")
        rename_person(person, name=" Ada \n Reed ")
        change_language(person, language="he")
        person.refresh_from_db()
        assert (person.name, person.language) == ("Ada Reed", "he")

    def test_aligns_the_address_that_sign_in_checks(self) -> None:
        person, _ = get_or_create_person(email="reader@example.org")
        EmailAddress.objects.create(user=person, email="stale@example.org", verified=True)
        for _ in range(2):
            align_address(person)
        address = EmailAddress.objects.get()
        assert (address.email, address.verified, address.primary) == ("reader@example.org", False, True)

    def test_moves_a_person_to_another_address(self) -> None:
        person, _ = get_or_create_person(email="old@example.org")
        change_email(person, email="New@example.org")
        person.refresh_from_db()
        assert person.email == "new@example.org"
