"""The publication itself: its name and the words it says about itself."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="site", order=100)
class PublicationSettings(BaseSiteSetting):
    """Name, town, founding editor and the sentences of the frame; one row a site."""

    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("As it stands at the top of the paper."))
    tagline = models.CharField(
        _("motto"), max_length=160, blank=True, help_text=_("Stands in the line below the name on the front page.")
    )
    town = models.CharField(_("town"), max_length=120, blank=True, help_text=_("Stands beside the date."))
    about = models.TextField(_("about"), blank=True, help_text=_("Two sentences for the foot of every page."))
    free_words = models.TextField(
        _("why it is free"),
        blank=True,
        help_text=_("Shown at the end of an article where no appeal is shown. One short paragraph."),
    )
    contact_email = models.EmailField(_("public e-mail"), blank=True)
    logo = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
        help_text=_("For search engines and for sharing articles that have no picture. At least 1200 pixels wide."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, such as USD."))],
        help_text=_("Three letters, such as USD."),
    )
    founding_editor_name = models.CharField(_("name"), max_length=120, blank=True)
    founding_editor_role = models.CharField(_("role"), max_length=120, blank=True)
    founding_editor_portrait = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("portrait")
    )
    founding_editor_signature = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signature"),
        help_text=_("Handwriting in dark ink on a clear or white ground."),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldRowPanel([FieldPanel("tagline"), FieldPanel("town")]),
                FieldPanel("about"),
                FieldPanel("free_words"),
                FieldRowPanel([FieldPanel("contact_email"), FieldPanel("currency")]),
                FieldPanel("logo"),
            ],
            heading=_("Publication"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("founding_editor_name"), FieldPanel("founding_editor_role")]),
                FieldRowPanel([FieldPanel("founding_editor_portrait"), FieldPanel("founding_editor_signature")]),
            ],
            heading=_("Founding editor"),
        ),
    ]
    select_related = ["logo", "founding_editor_portrait", "founding_editor_signature"]

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")

    def __str__(self) -> str:
        return self.name or str(_("Publication"))
