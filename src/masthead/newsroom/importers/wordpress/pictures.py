"""Bringing pictures in, each once, before the article that shows them."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from urllib.parse import unquote, urlsplit

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify
from wagtail.images import get_image_model
from wagtail.utils.file import hash_filelike

from masthead.newsroom.importers.wordpress.blocks import Picture
from masthead.newsroom.importers.wordpress.fetching import Fetched, PictureMissing, PictureSource
from masthead.newsroom.importers.wordpress.ledger import Ledger
from masthead.newsroom.importers.wordpress.texts import shorten

KIND = "image"


class Pictures:
    """Brings pictures into the library; one that is there is not fetched again.

    Without a `source` nothing is fetched, and only what is there is found.
    """

    def __init__(self, ledger: Ledger, source: PictureSource | None, *, no_source_reason: str) -> None:
        self._ledger = ledger
        self._source = source
        self._no_source_reason = no_source_reason
        self._found: dict[str, int] = {}
        self._missing: dict[str, str] = {}
        self.made = 0

    def bring(self, picture: Picture) -> int | None:
        """Return the number here of a picture of the old site; None where it cannot be had, see `why_missing`."""
        key = key_of(picture.address)
        if key in self._found:
            return self._found[key]
        if key in self._missing:
            return None
        there = self._ledger.find(KIND, key)
        if there is not None and get_image_model().objects.filter(pk=there.target_id).exists():
            self._found[key] = int(there.target_id or 0)
            return self._found[key]
        try:
            if self._source is None:
                raise PictureMissing(self._no_source_reason)
            fetched = self._source.fetch(picture.address)
            self._found[key] = self._save(key, picture, fetched)
        except PictureMissing as error:
            self._missing[key] = str(error)
            return None
        self.made += 1
        return self._found[key]

    def why_missing(self, picture: Picture) -> str:
        """Return why a picture was not had."""
        return self._missing[key_of(picture.address)]

    def _save(self, key: str, picture: Picture, fetched: Fetched) -> int:
        """Write the picture and its row in the ledger; a picture that the library refuses raises PictureMissing."""
        name = unquote(urlsplit(picture.address).path.rsplit("/", 1)[-1])
        stem = name.rpartition(".")[0] or name
        file_name = f"{slugify(stem)[:60] or 'picture'}-{sha256(key.encode()).hexdigest()[:10]}.{fetched.ending}"
        with transaction.atomic():
            image = get_image_model()(
                title=shorten(picture.alt or stem or file_name, 200),
                description=shorten(picture.alt, 250),
                file=ContentFile(fetched.content, name=file_name),
                file_size=len(fetched.content),
                file_hash=hash_filelike(BytesIO(fetched.content)),
            )
            image.save()
            self._ledger.record(KIND, key, image.pk)
        return int(image.pk)


def key_of(address: str) -> str:
    """Return what the ledger calls a picture: its address without the scheme."""
    return address.partition("://")[2]
