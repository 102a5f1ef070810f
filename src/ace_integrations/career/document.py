"""A CV as text: from a text or a PDF, without what a reader of the page would not see."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ace_integrations.core.public_fetch import Document
from ace_integrations.errors import InvalidInputError

MEDIA_TYPES = ("application/pdf", "text/plain")
MOST_BYTES = 5 * 1024 * 1024
MOST_PAGES = 20

_SHOWS = frozenset((b"Tj", b"TJ", b"'", b'"'))
_FILLS = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"))
_SMALLEST = 2.0
"""Points; smaller letters are there for machines."""


def text_of(document: Document) -> str:
    """Give the text of a document.

    Raises:
        InvalidInputError: it is of another kind than its type says, has too many pages, or holds no text.
    """
    if len(document.content) > MOST_BYTES:
        raise _refused(f"is longer than {MOST_BYTES // 1024 // 1024} MB")
    if document.media_type == "application/pdf":
        text = _from_pdf(document.content)
    elif document.media_type == "text/plain":
        text = _from_text(document.content)
    else:
        raise _refused(f"is no file of a kind that is read: {', '.join(MEDIA_TYPES)}")
    if not text.strip():
        raise _refused("holds no text: a scanned page is a picture, so send the text")
    return text


def _from_text(content: bytes) -> str:
    if b"\0" in content[:4096]:
        raise _refused("is no text")
    return content.decode("utf-8-sig", "replace")


def _from_pdf(content: bytes) -> str:
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError:
        raise ImportError("reading a PDF needs the extra: pip install 'ace-integrations[pdf]'") from None
    if not content.startswith(b"%PDF-"):
        raise _refused("is no PDF")
    # Its notes about broken files quote them.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise _refused("is locked with a password")
        if len(reader.pages) > MOST_PAGES:
            raise _refused(f"has more than {MOST_PAGES} pages")
        return "\n\n".join(_visible_text(page, reader) for page in reader.pages)
    except InvalidInputError:
        raise
    # A broken file ends in any error of a parser.
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError):
        raise _refused("is a PDF that cannot be read") from None


@dataclass(frozen=True, slots=True)
class _Pen:
    """How text is drawn at one point of a page."""

    is_invisible: bool = False
    is_white: bool = False
    size: float = 12.0
    scale: float = 1.0


def _visible_text(page: Any, reader: Any) -> str:
    from pypdf.generic import ContentStream, NameObject

    if page.get_contents() is None:
        return ""
    content = ContentStream(page.get_contents(), reader)
    content.operations = list(_seen(content.operations))
    page[NameObject("/Contents")] = content
    text: str = page.extract_text()
    return text


def _seen(operations: Any) -> Iterator[Any]:
    """Leave out what shows text that nobody sees: not drawn, white on the bare page, or too small to read."""
    pen, kept, has_ground = _Pen(), list[_Pen](), False
    for operands, operator in operations:
        if operator in _SHOWS and _is_hidden(pen, has_ground=has_ground):
            continue
        if operator == b"q":
            kept.append(pen)
        elif operator == b"Q":
            pen = kept.pop() if kept else pen
        elif operator in _FILLS or operator in (b"Do", b"sh"):
            # White letters on a coloured bar or a picture are meant to be read.
            has_ground = has_ground or operator not in _FILLS or not pen.is_white
        pen = _moved(pen, operator, operands)
        yield operands, operator


def _moved(pen: _Pen, operator: bytes, operands: Any) -> _Pen:
    numbers = [float(one) for one in operands if isinstance(one, int | float)]
    match operator:
        case b"Tr" if numbers:
            return replace(pen, is_invisible=int(numbers[0]) in (3, 7))
        case b"Tf" if numbers:
            return replace(pen, size=abs(numbers[-1]))
        case b"BT":
            return replace(pen, scale=1.0)
        case b"Tm" if len(numbers) == 6:
            return replace(pen, scale=max(abs(numbers[2]), abs(numbers[3])))
        case b"g" | b"rg" | b"sc" | b"scn" if len(numbers) in (1, 3):
            return replace(pen, is_white=min(numbers) >= 0.95)
        case b"k" | b"sc" | b"scn" if len(numbers) == 4:
            return replace(pen, is_white=max(numbers) <= 0.05)
        case b"k" | b"g" | b"rg" | b"sc" | b"scn" | b"cs":
            return replace(pen, is_white=False)
        case _:
            return pen


def _is_hidden(pen: _Pen, *, has_ground: bool) -> bool:
    return pen.is_invisible or (pen.is_white and not has_ground) or pen.size * pen.scale < _SMALLEST


def _refused(why: str) -> InvalidInputError:
    return InvalidInputError(why, field="cv")
