"""The pages: front, sections, articles. What they answer is made by views, named by their path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageViewRestriction
from wagtail.search import index
from wagtail.url_routing import RouteResult

from masthead.newsroom import bodies
from masthead.newsroom.blocks import article_blocks
from masthead.newsroom.models.naming import Author, Hue, Topic


class ServedPage(Page):  # type: ignore[django-manager-missing]  # Wagtail's aliases point here
    """A page whose answer is made by the view at the path `view`."""

    view: ClassVar[str]
    # The kind of page below this one, and what its view reads with it.
    below: ClassVar[str] = ""
    read_with_it: ClassVar[tuple[str, ...]] = ()
    # Of a page that is remembered between requests: the pages below it by their slugs, and that no page is closed.
    known_below: Mapping[str, ServedPage] | None = None
    is_surely_open = False

    class Meta:
        abstract = True

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find the page at a path below this one; Wagtail's own way asks twice for each page on it."""
        routed: RouteResult
        if path_components and self.below:
            if self.known_below is not None:
                if known := self.known_below.get(path_components[0]):
                    routed = known.route(request, path_components[1:])
                    return routed
                raise Http404
            kind: type[ServedPage] = apps.get_model("newsroom", self.below)
            found = kind.objects.child_of(self).filter(slug=path_components[0])
            # Without a name, select_related would follow every key.
            for page in found.select_related(*kind.read_with_it) if kind.read_with_it else found:
                page.is_surely_open = self.is_surely_open
                routed = page.route(request, path_components[1:])
                return routed
        routed = super().route(request, path_components)
        return routed

    def get_view_restrictions(self) -> Any:
        """Return the restrictions of this page and those above; where no page has any, one short query says so."""
        if not self.is_surely_open and PageViewRestriction.objects.exists():
            return super().get_view_restrictions()
        return PageViewRestriction.objects.none()

    def serve(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        """Answer a reader."""
        answer: HttpResponseBase = import_string(self.view)(request, self)
        return answer

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """Answer an editor who looks at a draft; the mode says as whom."""
        answer: HttpResponseBase = import_string(self.view)(request, self, preview=mode_name or "everyone")
        return answer


class HomePage(ServedPage):  # type: ignore[django-manager-missing]  # Wagtail's aliases point here
    """The front page."""

    view = "masthead.newsroom.views.show_front"
    below = "SectionPage"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["newsroom.SectionPage"]
    max_count = 1

    lead_article = models.ForeignKey(
        "newsroom.ArticlePage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("leading article"),
        help_text=_("Stands at the top until you choose another. None chosen: the newest with a picture."),
    )

    content_panels: list[Any] = [
        *Page.content_panels,
        HelpPanel(
            content=_(
                "<p>The front page makes itself: the newest articles first, then a strip for each section. "
                "Choose articles here only to hold them in place.</p>"
            )
        ),
        PageChooserPanel("lead_article"),
        InlinePanel(
            "featured",
            heading=_("Beside the leading article"),
            label=_("Article"),
            max_num=4,
            help_text=_("Up to four. Free places are filled with the newest articles."),
        ),
    ]

    def place_below(self, sections: Iterable[SectionPage], *, is_open: bool) -> None:
        """Know for good the sections below, of those given, and whether no page at all is closed."""
        children = [section for section in sections if section.depth == self.depth + 1]
        self.known_below = {section.slug: section for section in children}
        for page in (self, *children):
            page.is_surely_open = is_open

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")


class StripStyle(models.TextChoices):
    """How a section's strip looks on the front page."""

    PICTURES = "pictures", _("Four articles with pictures")
    BIG = "big", _("One large article, others in a column")
    VOICES = "voices", _("Opinion: writers first, no pictures of the news")
    NONE = "none", _("Not on the front page")


class SectionPage(ServedPage):  # type: ignore[django-manager-missing]  # Wagtail's aliases point here
    """A section of the paper, such as "Harbour" or "Opinion"; its articles are its children."""

    view = "masthead.newsroom.views.show_section"
    below = "ArticlePage"
    parent_page_types = ["newsroom.HomePage"]
    subpage_types = ["newsroom.ArticlePage"]
    show_in_menus_default = True

    description = models.CharField(
        _("description"), max_length=250, blank=True, help_text=_("One sentence below the section's name.")
    )
    hue = models.CharField(_("colour"), max_length=12, choices=Hue.choices, default=Hue.HARBOUR)
    strip_style = models.CharField(
        _("on the front page"), max_length=12, choices=StripStyle.choices, default=StripStyle.PICTURES
    )

    content_panels: list[Any] = [
        *Page.content_panels,
        FieldPanel("description"),
        FieldRowPanel([FieldPanel("hue"), FieldPanel("strip_style")]),
    ]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")


class Access(models.TextChoices):
    """Who may read an article's whole body."""

    EVERYONE = "everyone", _("Everyone")
    COMMUNITY = "community", _("Community only")


class ArticlePage(ServedPage):  # type: ignore[django-manager-missing]  # Wagtail's aliases point here
    """An article. `title` is its headline."""

    view = "masthead.newsroom.views.show_article"
    read_with_it = ("lead_image", "locale")
    parent_page_types = ["newsroom.SectionPage"]
    subpage_types: list[str] = []

    kicker = models.CharField(
        _("kicker"),
        max_length=60,
        blank=True,
        help_text=_("A word or two above the headline. Empty: the section's name."),
    )
    standfirst = models.TextField(
        _("standfirst"),
        blank=True,
        max_length=400,
        help_text=_("One or two sentences below the headline, also shown in lists, feeds and search. Always public."),
    )
    dateline = models.CharField(
        _("dateline"), max_length=80, blank=True, help_text=_("Where it was reported from, such as the town's name.")
    )
    credit_line = models.CharField(
        _("credit line"),
        max_length=250,
        blank=True,
        help_text=_("For example: Additional reporting by … · Translated by …"),
    )
    lead_image = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
        help_text=_("Above the text and in lists. Always public."),
    )
    lead_image_alt = models.CharField(
        _("description of the picture"),
        max_length=250,
        blank=True,
        help_text=_("What a reader who cannot see it should know. Empty: the picture's own description."),
    )
    lead_image_caption = models.CharField(_("caption"), max_length=400, blank=True)
    lead_image_credit = models.CharField(_("credit of the picture"), max_length=200, blank=True)
    body = StreamField(
        article_blocks(),
        verbose_name=_("body"),
        blank=True,
        help_text=_("Of a Community-only article, everyone reads the first paragraphs; members read the rest."),
    )
    topics = ParentalManyToManyField(Topic, blank=True, related_name="articles", verbose_name=_("topics"))
    access = models.CharField(
        _("who may read it whole"), max_length=12, choices=Access.choices, default=Access.EVERYONE, db_index=True
    )
    published_at = models.DateTimeField(
        _("published"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("Set at the first publishing; change it only to print another date."),
    )
    updated_at = models.DateTimeField(
        _("updated"),
        null=True,
        blank=True,
        help_text=_("Set it when something changed that a reader should know of. Leave it alone for a comma."),
    )

    content_panels: list[Any] = [
        TitleFieldPanel("title", heading=_("Headline"), placeholder=_("Headline"), classname="title"),
        FieldPanel("standfirst"),
        FieldRowPanel([FieldPanel("kicker"), FieldPanel("dateline")]),
        InlinePanel("bylines", heading=_("Bylines"), label=_("Author")),
        MultiFieldPanel(
            [
                FieldPanel("lead_image"),
                FieldPanel("lead_image_alt"),
                FieldRowPanel([FieldPanel("lead_image_caption"), FieldPanel("lead_image_credit")]),
            ],
            heading=_("Leading picture"),
        ),
        FieldPanel("body"),
        FieldPanel("credit_line"),
    ]
    placing_panels: list[Any] = [
        FieldPanel("access"),
        FieldPanel("topics"),
        FieldRowPanel([FieldPanel("published_at"), FieldPanel("updated_at")]),
        InlinePanel(
            "related_links",
            heading=_("Related articles"),
            label=_("Article"),
            max_num=4,
            help_text=_("None chosen: the newest of the same topics, then of the same section."),
        ),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Story")),
            ObjectList(placing_panels, heading=_("Readers and place")),
            ObjectList(Page.promote_panels, heading=_("Search and sharing")),
        ]
    )
    # What is indexed can be found and shown by anyone: nothing but what everyone may read.
    search_fields = [
        *Page.search_fields,
        index.SearchField("kicker"),
        index.SearchField("standfirst"),
        index.SearchField("dateline"),
        index.SearchField("public_text"),
        index.SearchField("names"),
        index.FilterField("access"),
        index.FilterField("published_at"),
    ]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = [models.Index(fields=["-published_at", "-page_ptr"], name="newsroom_newest")]

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """As whom a draft can be looked at."""
        return [("everyone", _("As everyone reads it")), ("members", _("As members read it"))]

    @property
    def article_key(self) -> str:
        """The stable name of the article on the wire; its translations share it."""
        return str(self.translation_key)

    @property
    def is_community_only(self) -> bool:
        """Whether the whole body is for members."""
        return self.access == Access.COMMUNITY

    @property
    def public_text(self) -> str:
        """The plain words of the body that everyone may read."""
        return bodies.to_text(bodies.cut_body(self.body, whole=not self.is_community_only))

    @property
    def names(self) -> str:
        """The authors' and topics' names, for the search index."""
        return " ".join(
            [*(byline.author.name for byline in self.bylines.all()), *(topic.name for topic in self.topics.all())]
        )

    def clean(self) -> None:
        """Refuse a printed date that has not come yet."""
        super().clean()
        if self.published_at and self.published_at > timezone.now() and not self.go_live_at:
            raise ValidationError(
                {"published_at": _("This time has not come yet. To publish later, set a schedule instead.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a live article always has a printed date."""
        if self.live and self.published_at is None:
            self.published_at = self.first_published_at or timezone.now()
        super().save(*args, **kwargs)


class ArticleByline(Orderable):
    """One author's name above one article."""

    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, models.CASCADE, related_name="bylines", verbose_name=_("author"))

    panels = [FieldPanel("author")]


class RelatedArticle(Orderable):
    """An article that an editor set beside another."""

    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="related_links")
    article = models.ForeignKey(ArticlePage, models.CASCADE, related_name="+", verbose_name=_("article"))

    panels = [PageChooserPanel("article")]


class FeaturedArticle(Orderable):
    """An article that an editor holds beside the leading one."""

    page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="featured")
    article = models.ForeignKey(ArticlePage, models.CASCADE, related_name="+", verbose_name=_("article"))

    panels = [PageChooserPanel("article")]
