"""What a newsroom keeps: pages, people, topics, the publication itself and its ad slots."""

from __future__ import annotations

from masthead.newsroom.models.ads import AdPlace, AdSlot, HouseAd
from masthead.newsroom.models.imports import ImportedItem
from masthead.newsroom.models.naming import Author, Hue, Topic
from masthead.newsroom.models.pages import (
    Access,
    ArticleByline,
    ArticlePage,
    FeaturedArticle,
    HomePage,
    RelatedArticle,
    SectionPage,
    StripStyle,
)
from masthead.newsroom.models.publication import PublicationSettings
from masthead.newsroom.models.versions import PagesVersion

__all__ = [
    "Access",
    "AdPlace",
    "AdSlot",
    "ArticleByline",
    "ArticlePage",
    "Author",
    "FeaturedArticle",
    "HomePage",
    "HouseAd",
    "Hue",
    "ImportedItem",
    "PagesVersion",
    "PublicationSettings",
    "RelatedArticle",
    "SectionPage",
    "StripStyle",
    "Topic",
]
