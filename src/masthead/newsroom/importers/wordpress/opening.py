"""Opening an export: what is no export is refused in one sentence, before anything is read."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import BinaryIO, ClassVar

from django.utils.translation import gettext as _

from masthead.rules.errors import MastheadError

# Characters that XML 1.0 forbids; real exports carry them where an editor pasted from a word processor.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FORBIDDEN_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7-zip",
    b"Rar!": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}


class BadExport(MastheadError):
    """This file cannot be read as a WordPress export."""

    code: ClassVar[str] = "bad-export"
    status: ClassVar[int] = 422


def check_looks(path: Path) -> None:
    """Refuse what is plainly no WordPress export: a missing file, a folder, an archive, a web page, …

    Raises BadExport with the one sentence that says what it is instead.
    """
    shown = {"name": path.name or str(path)}
    try:
        if path.is_dir():
            raise BadExport(_("%(name)s is a folder; name the export file itself.") % shown)
        if not path.exists():
            raise BadExport(_("There is no file %(path)s.") % {"path": path})
        if not path.is_file():
            raise BadExport(_("%(name)s is no ordinary file; save the export to disk first.") % shown)
        with path.open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadExport(_("%(name)s cannot be read: %(reason)s.") % {**shown, "reason": reason}) from error
    _check_head(head, shown)


def _check_head(head: bytes, shown: dict[str, str]) -> None:
    for magic, kind in _PACKED.items():
        if head.startswith(magic):
            raise BadExport(
                _("%(name)s is packed (%(kind)s); unpack it and name the file inside.") % {**shown, "kind": kind}
            )
    if head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        return
    text = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if not text:
        raise BadExport(_("%(name)s is empty.") % shown)
    if re.search(rb"<!doctype\s+html|<html[\s>]", text) and b"<rss" not in text:
        raise BadExport(_("%(name)s is a web page, not a WordPress export (WXR).") % shown)
    if text.startswith((b"{", b"[")):
        raise BadExport(_("%(name)s looks like JSON, not like a WordPress export (WXR, an XML file).") % shown)
    if not text.startswith(b"<"):
        raise BadExport(_("%(name)s is not a WordPress export (WXR, an XML file).") % shown)


def open_export(path: Path, *, mend: bool = False) -> BinaryIO:
    """Open the export for reading; with `mend`, leave out the characters that XML forbids (in UTF-8 files)."""
    file = path.open("rb")
    if not mend:
        return file
    head = file.read(200)
    file.seek(0)
    declared = re.search(rb"encoding=[\"']([A-Za-z0-9_.-]+)", head)
    other = declared is not None and declared.group(1).lower() not in {b"utf-8", b"utf8", b"us-ascii"}
    return file if other or head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)) else MendingReader(file)


class MendingReader(io.RawIOBase, BinaryIO):
    """A UTF-8 file without the characters that XML forbids and with broken bytes replaced.

    Lines stay where they are, so that a message about line 812 means line 812 of the file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return some mended bytes, at least one unless the file has ended."""
        while True:
            raw = self._file.read(size)
            text = FORBIDDEN.sub("", self._decoder.decode(raw, final=not raw))
            if text or not raw:
                return text.encode("utf-8", "ignore")

    def tell(self) -> int:
        """Return how far the file below has been read."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file below."""
        self._file.close()
        super().close()


def explain_bad_xml(path: Path, *, line: int, column: int, reason: str) -> BadExport:
    """Return the sentence for XML that cannot be read, with the line and, where it can be told, the character."""
    shown: dict[str, object] = {"name": path.name, "line": line, "reason": reason}
    if reason.startswith(("no element found", "unclosed token", "unclosed CDATA")):
        return BadExport(_("%(name)s ends in the middle, at line %(line)d: it was cut off; export it again.") % shown)
    raw = _read_line(path, line)
    if found := FORBIDDEN_BYTES.search(raw):
        shown["character"] = f"U+{found.group()[0]:04X}"
        return BadExport(
            _(
                "Line %(line)d of %(name)s holds the control character %(character)s, which XML forbids; "
                "run again with --mend to leave such characters out."
            )
            % shown
        )
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        shown["byte"] = f"0x{raw[error.start]:02X}"
        return BadExport(
            _(
                "Line %(line)d of %(name)s holds the byte %(byte)s, which is no UTF-8; "
                "run again with --mend to replace such bytes."
            )
            % shown
        )
    return BadExport(
        _("%(name)s is not well-formed XML at line %(line)d, column %(column)d: %(reason)s.")
        % {**shown, "column": column + 1}
    )


def _read_line(path: Path, wanted: int) -> bytes:
    """Return one line of the file, at most a million bytes of it."""
    with path.open("rb") as file:
        number = 1
        while piece := file.readline(1_000_000):
            if number == wanted:
                return piece
            number += piece.endswith(b"\n")
    return b""
