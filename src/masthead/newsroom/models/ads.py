"""Ad slots: a site's own ad code for a place, or house ads where there is none."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel


class AdPlace(models.TextChoices):
    """The places on the site that hold an ad; each reserves its room."""

    FRONT_BANNER = "front-banner", _("Front page, below the leading stories")
    SECTION_BANNER = "section-banner", _("Lists of articles, after the first stories")
    ARTICLE_TOP = "article-top", _("Article, above the headline")
    ARTICLE_SIDE = "article-side", _("Article, beside the text (below it on phones)")


class AdSlot(models.Model):
    """The site's own ad code for one place.

    The code may be any HTML with scripts and runs in readers' browsers, never in members': staff need
    the permission to change ad slots, and its hosts must be named in `MASTHEAD_AD_HOSTS`.
    """

    place = models.CharField(_("place"), max_length=30, choices=AdPlace.choices, unique=True)
    snippet = models.TextField(
        _("ad code"),
        help_text=_(
            "HTML from your ad server. It runs in the browsers of readers who are no members. "
            "The hosts it loads from must be allowed in the settings of the server."
        ),
    )
    active = models.BooleanField(_("in use"), default=True, help_text=_("When off, house ads are shown here."))

    panels = [FieldPanel("place"), FieldPanel("active"), FieldPanel("snippet")]

    class Meta:
        verbose_name = _("ad slot")
        verbose_name_plural = _("ad slots")
        ordering = ["place"]

    def __str__(self) -> str:
        return str(AdPlace(self.place).label) if self.place in AdPlace.values else self.place

    def clean(self) -> None:
        """Refuse code that would break out of the slot's own `<template>`."""
        if re.search(r"</?\s*template\b", self.snippet, re.IGNORECASE):
            raise ValidationError({"snippet": _("Ad code may not hold a <template> element.")})


class HouseAd(models.Model):
    """An ad of the publication itself or of a local advertiser, made of words and a picture only."""

    name = models.CharField(_("name"), max_length=120, help_text=_("For staff; readers do not see it."))
    heading = models.CharField(_("heading"), max_length=80)
    text = models.CharField(_("text"), max_length=200, blank=True)
    link = models.CharField(
        _("link"), max_length=500, help_text=_("An address that begins with https:// or with a slash.")
    )
    link_words = models.CharField(_("words of the link"), max_length=40, default="Read more")
    picture = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    places = models.JSONField(
        _("places"), default=list, blank=True, help_text=_("Where it may stand. None chosen: everywhere.")
    )
    active = models.BooleanField(_("in use"), default=True)

    panels = [
        FieldPanel("name"),
        FieldPanel("active"),
        FieldPanel("heading"),
        FieldPanel("text"),
        FieldRowPanel([FieldPanel("link"), FieldPanel("link_words")]),
        FieldPanel("picture"),
        FieldPanel("places"),
    ]

    class Meta:
        verbose_name = _("house ad")
        verbose_name_plural = _("house ads")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse links that are no web address, and places that do not exist."""
        if not re.match(r"(https?://|/(?!/))", self.link):
            raise ValidationError({"link": _("Begin with https:// or with a slash.")})
        if not isinstance(self.places, list) or not set(map(str, self.places)) <= set(AdPlace.values):
            raise ValidationError({"places": _("Choose among the places of the list.")})
