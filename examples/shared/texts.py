"""Texts that people type: what is dropped from them, and which addresses a browser may be led to."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROL = (*range(9), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0))
_DROPPED = dict.fromkeys((*_BIDI, *_CONTROL))

LONGEST_ADDRESS = 500


def clean(line: str) -> str:
    """Drop what would turn the text around a name or a title, and what neither holds; line ends become spaces."""
    return " ".join(line.translate(_DROPPED).split())


def clean_text(text: str) -> str:
    """Drop the same from a text of several lines, whose line ends stay."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED).strip()


def web_address(address: str) -> str:
    """Give an address that a link may lead to.

    Raises:
        ValueError: it is not one of http or https, or it holds a password or blanks.
    """
    stripped = address.strip()
    parts = urlsplit(stripped)
    is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    if not is_one or "\\" in stripped or any(char.isspace() or not char.isprintable() for char in stripped):
        raise ValueError("is not an address of http or https")
    return stripped


Line = Annotated[str, AfterValidator(clean), Field(min_length=2, max_length=200)]
"""One line of 2 to 200 characters. They are counted before it is cleaned, and again after."""
