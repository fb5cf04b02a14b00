"""The blocks of an article's body. Raw HTML is not among them, on purpose."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import Block
from wagtail.blocks.field_block import BooleanBlock, CharBlock, RichTextBlock, TextBlock, URLBlock
from wagtail.blocks.list_block import ListBlock
from wagtail.blocks.struct_block import StructBlock
from wagtail.images.blocks import ImageChooserBlock

PARAGRAPH_FEATURES = ["bold", "italic", "link", "superscript", "subscript"]
LIST_ITEM_FEATURES = ["bold", "italic", "link"]


class QuoteBlock(StructBlock):
    """Words of someone, set apart; large in the column when they carry the article."""

    text = TextBlock(label=_("Words"), help_text=_("Without quotation marks: the page sets them."))
    attribution = CharBlock(label=_("Who said it"), required=False, max_length=200)

    class Meta:
        icon = "openquote"
        label = _("Quote")


class PictureBlock(StructBlock):
    """A picture in the body."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = CharBlock(
        label=_("Description"),
        required=False,
        max_length=250,
        help_text=_("What a reader who cannot see it should know. Empty: the picture's own description."),
    )
    caption = CharBlock(label=_("Caption"), required=False, max_length=400)
    credit = CharBlock(label=_("Credit"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")


class ItemsBlock(StructBlock):
    """A list, with bullets or with numbers."""

    ordered = BooleanBlock(label=_("Numbered"), required=False)
    items = ListBlock(RichTextBlock(features=LIST_ITEM_FEATURES), label=_("Items"))

    class Meta:
        icon = "list-ul"
        label = _("List")


class EmbedBlock(StructBlock):
    """Something that stands elsewhere on the web; shown as a card that links to it, so no foreign request is made."""

    url = URLBlock(label=_("Address"))
    title = CharBlock(
        label=_("What it is"),
        required=False,
        max_length=200,
        help_text=_("For example: The council's meeting, in full."),
    )

    class Meta:
        icon = "media"
        label = _("Link to video or post")


def article_blocks() -> list[tuple[str, Block]]:
    """Return the kinds of block of an article's body, in the order of the editor's menu."""
    return [
        ("paragraph", RichTextBlock(features=PARAGRAPH_FEATURES, label=_("Text"), icon="pilcrow")),
        ("heading", CharBlock(max_length=150, label=_("Heading"), icon="title")),
        ("quote", QuoteBlock()),
        ("image", PictureBlock()),
        ("list", ItemsBlock()),
        ("embed", EmbedBlock()),
    ]
