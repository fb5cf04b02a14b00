"""Who writes and what about: authors and topics, with public pages of their own."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index


class Hue(models.TextChoices):
    """The colours that sections and topics may have; each is right on light and on dark paper."""

    INK = "ink", _("Ink")
    BRICK = "brick", _("Brick")
    HARBOUR = "harbour", _("Harbour blue")
    MOSS = "moss", _("Moss green")
    PLUM = "plum", _("Plum")
    OCHRE = "ochre", _("Ochre")
    SLATE = "slate", _("Slate")


class Author(index.Indexed, models.Model):
    """One whose name stands above articles."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(
        _("address"),
        max_length=140,
        unique=True,
        allow_unicode=True,
        help_text=_("The last part of the address of the author's page."),
    )
    role = models.CharField(_("role"), max_length=120, blank=True, help_text=_("For example: Harbour correspondent."))
    bio = models.TextField(_("about"), blank=True, help_text=_("Two or three sentences, shown on the author's page."))
    email = models.EmailField(_("public e-mail"), blank=True, help_text=_("Shown to readers. Leave empty to hide."))
    portrait = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("portrait")
    )

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
        FieldPanel("role"),
        FieldPanel("bio"),
        FieldRowPanel([FieldPanel("portrait"), FieldPanel("email")]),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("role"),
    ]

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the author's page."""
        return reverse("newsroom:author", args=[self.slug])


class Topic(index.Indexed, models.Model):
    """A subject that runs through sections, such as "Harbour bridge"."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(
        _("address"),
        max_length=140,
        unique=True,
        allow_unicode=True,
        help_text=_("The last part of the address of the topic's page."),
    )
    description = models.TextField(_("description"), blank=True, help_text=_("One or two sentences for readers."))
    hue = models.CharField(_("colour"), max_length=12, choices=Hue.choices, default=Hue.SLATE)

    panels = [
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]), FieldPanel("description"), FieldPanel("hue")]
        )
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the topic's page."""
        return reverse("newsroom:topic", args=[self.slug])
