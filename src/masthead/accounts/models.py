"""The person: one row for everyone who signs in or pays, readers and staff alike."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def normalize_email(email: str) -> str:
    """Return the one spelling under which an address is kept and compared: trimmed and in lower case."""
    return email.strip().lower()


class UserQuerySet(models.QuerySet["User"]):
    """People."""

    def with_email(self, email: str) -> Self:
        """Keep the person of this address, in whatever case it is written."""
        address = normalize_email(email)
        others = OtherAddress.objects.filter(email=address).values("user")
        return self.filter(models.Q(email=address) | models.Q(pk__in=others))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # a base class made by a call
    """Makes people; an address is kept in lower case."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the spelling under which an address is kept."""
        return normalize_email(email or "")

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person who signs in with this address."""
        person: User = self.get(email=normalize_email(username or ""))
        return person

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person; without a password they can sign in by code only."""
        if not normalize_email(email):
            raise ValueError("A person needs an e-mail address.")
        user = User(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make someone who may do everything in the console."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # Wagtail's pages point here
    """A person, known by an e-mail address."""

    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("Someone with this e-mail address exists.")}
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en", help_text=_("Language of their letters."))
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("Works for the newsroom."))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("May sign in."))
    date_joined = models.DateTimeField(_("known since"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("email",)
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="accounts_email_in_lower_case"),
        ]

    def __str__(self) -> str:
        """Return the name, or the address of someone without one."""
        return self.name or self.email

    def clean(self) -> None:
        """Spell the address as it is kept."""
        super().clean()
        self.email = normalize_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the address spelt as it is kept, and let no earlier address sign in."""
        self.email = normalize_email(self.email)
        is_known = not self._state.adding
        super().save(*args, **kwargs)
        saved = kwargs.get("update_fields")
        if is_known and (saved is None or "email" in saved):
            kept = OtherAddress.objects.filter(user=self).values("email")
            EmailAddress.objects.filter(user=self).exclude(email=self.email).exclude(email__in=kept).delete()

    def get_full_name(self) -> str:
        """Return the whole name."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the name to greet someone by: all of it, for where a first name ends differs between languages."""
        return str(self)


class OtherAddress(models.Model):
    """A further address of a person, from an account that was merged into theirs: it signs in, and pays, as they do."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="other_addresses")
    email = models.EmailField(_("e-mail address"), unique=True)

    class Meta:
        verbose_name = _("further address")
        verbose_name_plural = _("further addresses")
        ordering = ("email",)
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="accounts_other_email_in_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email
