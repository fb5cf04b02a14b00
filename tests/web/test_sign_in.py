from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from masthead.accounts.mail import AccountMessage
from masthead.accounts.models import User
from masthead.accounts.operations import get_or_create_person
from masthead.kit.testing.jobs import run_jobs
from masthead.letters.models import Letter

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/"
SIGN_UP = "/accounts/signup/"
SIGN_UP_CODE = "/accounts/signup/code/"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    return get_or_create_person(email="reader@example.org", name="Ada Reed")[0]


def last_letter() -> AccountMessage:
    message = mail.outbox[-1]
    assert isinstance(message, AccountMessage)
    return message


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def text_of(response: object) -> str:
    page = BeautifulSoup(response.content, "html.parser")  # type: ignore[attr-defined]  # a test's answer
    main = page.find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


class TestSignIn:
    def test_takes_the_code_from_the_letter(self, client: Client, person: User) -> None:
        response = client.post(LOGIN, {"email": "Reader@Example.org"})
        assert response["Location"] == CODE
        assert "reader@example.org" in text_of(client.get(CODE))
        letter = last_letter()
        assert (letter.kind, letter.to) == ("sign_in_code", ["reader@example.org"])
        response = client.post(CODE, {"code": letter.context["code"]})
        assert response["Location"] == "/membership/"
        assert is_signed_in(client)
        assert EmailAddress.objects.get(user=person).verified

    def test_takes_the_code_as_people_type_it(self, client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email})
        code = last_letter().context["code"]
        client.post(CODE, {"code": f" {code.replace('-', ' ').lower()} "})
        assert is_signed_in(client)

    def test_leads_back_to_where_it_was_asked_for(self, client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email, "next": "/join/community/"})
        assert "/join/community/" in client.get(CODE + "?next=/join/community/").content.decode()
        response = client.post(CODE, {"code": last_letter().context["code"], "next": "/join/community/"})
        assert response["Location"] == "/join/community/"

    def test_leads_to_no_other_site(self, client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email, "next": "https://evil.example/"})
        response = client.post(CODE, {"code": last_letter().context["code"], "next": "https://evil.example/"})
        assert response["Location"] == "/membership/"

    def test_does_not_ask_for_the_address_twice(self, client: Client, person: User) -> None:
        """One code is enough, though the address was never confirmed before."""
        client.post(LOGIN, {"email": person.email})
        client.post(CODE, {"code": last_letter().context["code"]})
        assert len(mail.outbox) == 1

    def test_refuses_a_wrong_code_in_words_and_ends_after_three(self, client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email})
        code = last_letter().context["code"]
        for _ in range(2):
            assert "not the code we sent" in text_of(client.post(CODE, {"code": "BBBB-BBBB"}))
        response = client.post(CODE, {"code": "BBBB-BBBB"}, follow=True)
        assert response.redirect_chain[-1][0] == LOGIN
        assert "tried too often" in text_of(response)
        client.post(CODE, {"code": code})
        assert not is_signed_in(client)

    def test_refuses_a_code_that_is_too_old(
        self, client: Client, person: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client.post(LOGIN, {"email": person.email})
        code = last_letter().context["code"]
        monkeypatch.setattr(
            "allauth.account.internal.flows.code_verification.AbstractCodeVerificationProcess.is_valid",
            lambda self: False,
        )
        response = client.post(CODE, {"code": code}, follow=True)
        assert "expired" in text_of(response)
        assert not is_signed_in(client)

    def test_refuses_the_code_in_another_browser(self, client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email})
        stranger = Client()
        stranger.post(CODE, {"code": last_letter().context["code"]})
        assert not is_signed_in(stranger)

    def test_makes_an_earlier_code_worthless_by_a_new_one(self, client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email})
        first = last_letter().context["code"]
        client.post(CODE, {"action": "resend"})
        second = last_letter().context["code"]
        assert first != second
        client.post(CODE, {"code": first})
        assert not is_signed_in(client)
        client.post(CODE, {"code": second})
        assert is_signed_in(client)

    def test_tells_a_stranger_nothing_but_the_owner_of_the_address_the_truth(
        self, client: Client, person: User
    ) -> None:
        known, unknown = Client(), client
        answers = []
        for browser, email in ((known, person.email), (unknown, "nobody@example.org")):
            first = browser.post(LOGIN, {"email": email})
            second = browser.get(CODE)
            third = browser.post(CODE, {"code": "BBBB-BBBB"})
            answers.append([first.status_code, first["Location"], text_of(second), text_of(third)])
        assert [str(part).replace("nobody@", "reader@") for part in answers[1]] == [str(part) for part in answers[0]]
        letter = last_letter()
        assert (letter.kind, letter.to) == ("unknown_address", ["nobody@example.org"])
        assert letter.context["code"] == ""
        assert not User.objects.filter(email="nobody@example.org").exists()

    def test_signs_nobody_in_by_an_address_they_gave_up(self, client: Client, person: User) -> None:
        EmailAddress.objects.create(user=person, email="stale@example.org", verified=True)
        client.post(LOGIN, {"email": "stale@example.org"})
        assert last_letter().kind == "unknown_address"

    def test_lets_nobody_in_whose_account_is_closed(self, client: Client, person: User) -> None:
        User.objects.update(is_active=False)
        client.post(LOGIN, {"email": person.email})
        assert last_letter().kind == "unknown_address"

    def test_limits_letters_to_one_address(self, client: Client, person: User) -> None:
        answers = [Client().post(LOGIN, {"email": person.email}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 200, 200]
        assert "tried too often" in text_of(answers[-1])
        assert len(mail.outbox) == 3

    @pytest.mark.parametrize(
        "email", ["", "no address", "a@b", "x" * 300 + "@example.org", "a@example.org\nBcc: b@c.de"]
    )
    def test_refuses_what_is_no_address(self, client: Client, email: str) -> None:
        response = client.post(LOGIN, {"email": email})
        assert response.status_code == 200
        page = BeautifulSoup(response.content, "html.parser")
        field = page.find("input", id="id_email")
        assert field is not None
        assert field["aria-invalid"] == "true"
        assert page.find(id="id_email_error"), "the reason stands beside the field"
        assert not mail.outbox

    def test_fills_in_the_address_of_the_link(self, client: Client) -> None:
        assert b'value="reader@example.org"' in client.get(LOGIN + "?email=reader@example.org").content
        assert b"<script>" not in client.get(LOGIN + '?email="><script>').content

    def test_writes_in_the_language_of_the_person(self, client: Client) -> None:
        get_or_create_person(email="reader@example.org", language="he")
        client.post(LOGIN, {"email": "reader@example.org"})
        assert last_letter().language == "he"

    def test_goes_through_the_outbox(self, client: Client, person: User, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "masthead.letters.backend.OutboxBackend"
        client.post(LOGIN, {"email": person.email})
        run_jobs()
        letter = Letter.objects.get()
        assert (letter.kind, letter.state, letter.to) == ("sign_in_code", "sent", person.email)
        found = re.search(r"\b([A-Z]{4}-[A-Z]{4})\b", letter.text)
        assert found
        client.post(CODE, {"code": found[1]})
        assert is_signed_in(client)


class TestFirstCode:
    """Until a code has come back, nobody has shown whose the address is."""

    def test_puts_out_whoever_was_in_before_and_their_passkey(self, person: User) -> None:
        from allauth.mfa.models import Authenticator

        payer, owner = Client(), Client()
        payer.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "theirs"})
        assert payer.get("/membership/").status_code == 200
        self._sign_in(owner, person)
        assert owner.get("/membership/").status_code == 200
        assert payer.get("/membership/").status_code == 302
        assert not Authenticator.objects.exists()

    def test_the_next_one_leaves_the_others_in(self, person: User) -> None:
        phone, desk = Client(), Client()
        self._sign_in(phone, person)
        self._sign_in(desk, person)
        assert phone.get("/membership/").status_code == desk.get("/membership/").status_code == 200

    @staticmethod
    def _sign_in(client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email})
        client.post(CODE, {"code": last_letter().context["code"]})


class TestSignUp:
    def test_makes_an_account_when_the_address_is_confirmed(self, client: Client) -> None:
        response = client.post(SIGN_UP, {"email": "New@example.org"})
        assert response["Location"] == SIGN_UP_CODE
        letter = last_letter()
        assert (letter.kind, letter.to) == ("confirm_address", ["new@example.org"])
        assert "new@example.org" in text_of(client.get(SIGN_UP_CODE))
        client.post(SIGN_UP_CODE, {"code": letter.context["code"]})
        assert is_signed_in(client)
        person = User.objects.get(email="new@example.org")
        assert not person.has_usable_password()
        assert EmailAddress.objects.get(user=person).verified

    def test_signs_nobody_in_to_an_account_that_exists(self, client: Client, person: User) -> None:
        new, known = Client(), client
        answers = []
        for browser, email in ((new, "new@example.org"), (known, "READER@example.org")):
            first = browser.post(SIGN_UP, {"email": email})
            answers.append([first.status_code, first["Location"], text_of(browser.get(SIGN_UP_CODE))])
        assert [str(part).replace("reader@", "new@") for part in answers[1]] == [str(part) for part in answers[0]]
        assert last_letter().kind == "known_address"
        assert last_letter().context["code"] == ""
        known.post(SIGN_UP_CODE, {"code": ""})
        known.post(SIGN_UP_CODE, {"code": "BBBB-BBBB"})
        assert not is_signed_in(known)
        assert User.objects.filter(email="reader@example.org").count() == 1

    def test_can_begin_again_with_another_address(self, client: Client) -> None:
        client.post(SIGN_UP, {"email": "typo@example.org"})
        response = client.post("/accounts/logout/", {"next": SIGN_UP}, follow=True)
        assert response.redirect_chain[-1][0] == SIGN_UP
        assert "Create an account" in text_of(response)


class TestSignOut:
    def test_asks_first_then_signs_out(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert person.email in text_of(client.get("/accounts/logout/"))
        assert is_signed_in(client), "a link or picture elsewhere must not sign a reader out"
        assert client.post("/accounts/logout/")["Location"] == "/"
        assert not is_signed_in(client)


class TestPages:
    @pytest.mark.parametrize("address", [LOGIN, SIGN_UP, "/accounts/closed/"])
    def test_stand_in_the_frame_of_the_site(self, client: Client, address: str) -> None:
        response = client.get(address)
        page = BeautifulSoup(response.content, "html.parser")
        assert response.status_code == 200
        assert len(page.find_all("h1")) == 1
        assert page.find("header", class_="masthead")
        assert not page.find_all(style=True)
        assert not [
            tag for tag in page.find_all("script") if not tag.get("src") and tag.get("type") != "application/json"
        ]
        assert not page.find("input", type="password"), "readers have no passwords"
        for field in page.select("main input:not([type=hidden])"):
            assert page.find("label", attrs={"for": str(field["id"])})

    @pytest.mark.parametrize(
        "address",
        ["password/reset/", "password/change/", "password/set/", "reauthenticate/", "2fa/", "social/", "3rdparty/"],
    )
    def test_are_only_those_that_are_wanted(self, client: Client, address: str) -> None:
        assert client.get(f"/accounts/{address}").status_code == 404

    def test_send_those_who_are_signed_in_on(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert client.get(LOGIN)["Location"] == "/membership/"


class TestPasskeys:
    @pytest.mark.parametrize("address", ["", "add/", "1/rename/", "1/remove/"])
    def test_are_for_those_signed_in(self, client: Client, address: str) -> None:
        response = client.get(f"/accounts/passkeys/{address}")
        assert response["Location"].startswith(LOGIN)

    def test_can_be_added_after_signing_in_by_code(self, client: Client, person: User) -> None:
        client.post(LOGIN, {"email": person.email})
        client.post(CODE, {"code": last_letter().context["code"]})
        assert "none yet" in text_of(client.get("/accounts/passkeys/"))
        response = client.get("/accounts/passkeys/add/")
        assert response.status_code == 200
        assert b"creation_options" in response.content

    def test_refuse_a_forged_credential(self, client: Client, person: User) -> None:
        client.get("/accounts/passkeys/login/", headers={"accept": "application/json"})
        for credential in ("", "null", "{}", '{"id": "x", "rawId": "eA", "type": "public-key", "response": {}}'):
            response = client.post("/accounts/passkeys/login/", {"credential": credential})
            assert response.status_code == 302
            assert not is_signed_in(client)

    def test_belong_to_their_owner_alone(self, client: Client, person: User) -> None:
        from allauth.mfa.models import Authenticator

        other, _ = get_or_create_person(email="other@example.org")
        key = Authenticator.objects.create(user=other, type=Authenticator.Type.WEBAUTHN, data={"name": "theirs"})
        client.force_login(person)
        assert client.post(f"/accounts/passkeys/{key.pk}/remove/").status_code == 404
        assert Authenticator.objects.exists()

    def test_do_not_stand_between_the_code_and_the_reader(self, client: Client, person: User) -> None:
        from allauth.mfa.models import Authenticator

        Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "phone"})
        client.post(LOGIN, {"email": person.email})
        response = client.post(CODE, {"code": last_letter().context["code"]})
        assert response["Location"] == "/membership/"
        assert is_signed_in(client)


class TestStaff:
    PASSWORD = "long words beat short riddles"

    @pytest.fixture
    def editor(self, settings: Settings) -> User:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow ones are slow here too
        return User.objects.create_superuser("editor@example.org", self.PASSWORD, name="Ida Quill")

    def test_signs_in_to_the_console_by_password(self, client: Client, editor: User) -> None:
        assert client.get("/cms/login/").status_code == 200
        response = client.post("/cms/login/", {"username": "Editor@Example.org", "password": self.PASSWORD})
        assert response["Location"] == "/cms/"
        assert client.get("/cms/").status_code == 200

    def test_keeps_readers_out_of_the_console(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert client.get("/cms/")["Location"].startswith("/cms/login/")

    def test_slows_down_who_guesses_passwords(self, client: Client, editor: User, settings: Settings) -> None:
        settings.AUTHENTICATION_BACKENDS = ["masthead.accounts.passwords.PasswordBackend"]
        for number in range(11):
            client.post("/cms/login/", {"username": editor.email, "password": f"guess {number}"})
        client.post("/cms/login/", {"username": editor.email, "password": self.PASSWORD})
        assert not is_signed_in(client)
        cache.clear()
        client.post("/cms/login/", {"username": editor.email, "password": self.PASSWORD})
        assert is_signed_in(client)

    def test_adds_and_changes_people(self, client: Client, editor: User) -> None:
        client.force_login(editor)
        assert b"id_first_name" not in client.get("/cms/users/new/").content
        response = client.post(
            "/cms/users/new/",
            {
                "email": "Sub@Example.org",
                "name": "Sam Slug",
                "password1": self.PASSWORD,
                "password2": self.PASSWORD,
                "is_superuser": "on",
            },
        )
        assert response.status_code == 302, text_of(response)
        colleague = User.objects.get(email="sub@example.org")
        assert (colleague.name, colleague.is_staff) == ("Sam Slug", True)
        edit = f"/cms/users/edit/{colleague.pk}/"
        assert b'value="Sam Slug"' in client.get(edit).content
        client.post(edit, {"email": "sub@example.org", "name": "Sam Slug-Line", "is_active": "on"})
        colleague.refresh_from_db()
        assert (colleague.name, colleague.is_staff, colleague.is_superuser) == ("Sam Slug-Line", False, False)

    def test_refuses_an_address_that_is_taken_in_other_letters(
        self, client: Client, editor: User, person: User
    ) -> None:
        client.force_login(editor)
        form = {"email": "READER@example.org", "name": "X", "password1": self.PASSWORD, "password2": self.PASSWORD}
        assert client.post("/cms/users/new/", form).status_code == 200
        assert User.objects.filter(email="reader@example.org").count() == 1

    def test_finds_people_by_name_and_address(self, client: Client, editor: User, person: User) -> None:
        client.force_login(editor)
        for words in ("Ada", "reader@"):
            found = client.get(f"/cms/users/?q={words}").content.decode()
            assert "reader@example.org" in found
        assert "gravatar" not in found

    def test_changes_the_own_name(self, client: Client, editor: User) -> None:
        client.force_login(editor)
        page = client.get("/cms/account/").content
        assert b"name_email-name" in page
        assert b"first_name" not in page
