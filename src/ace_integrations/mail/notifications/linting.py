"""Check a bilingual mail: languages, directions, contrast, links, subject, size."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import urlsplit

from ace_integrations.mail.message import Draft
from ace_integrations.mail.notifications.rendering import LONGEST_SUBJECT, visible
from ace_integrations.mail.text import has_arabic, has_latin, outside_isolates
from ace_integrations.settings import is_loopback

LARGEST_HTML = 70_000
"""Bytes; at about 102 KB a large webmail cuts a mail, and hides its end."""

LOWEST_CONTRAST = 4.5

_VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "wbr"})
_BLOCKS = frozenset({"p", "td", "th", "div", "h1", "h2", "h3", "li", "table", "tr", "body", "title"})
_PLACE = re.compile(r"%recipient\.\w+%")
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a mail.

    Attributes:
        rule: a fixed word, as in "mixed-direction".
        where: the part, and the start of the text that it is about.
        level: a warning may be right on a developer's machine.
    """

    rule: str
    message: str
    where: str
    level: Literal["error", "warning"] = "error"


def lint(message: Draft) -> list[Finding]:
    """Give everything that is wrong with a mail; nothing is sent."""
    return [*_subject(message), *_text(message), *_html(message), *_headers(message)]


def _subject(message: Draft) -> list[Finding]:
    found: list[Finding] = []
    seen = visible(message.subject)
    if len(seen) > LONGEST_SUBJECT:
        found.append(Finding("subject-length", f"has {len(seen)} characters; {LONGEST_SUBJECT} are shown", "subject"))
    if not (has_arabic(seen) and has_latin(seen)):
        found.append(Finding("missing-language", "the subject is in one language", "subject"))
    return found


def _text(message: Draft) -> list[Finding]:
    if not message.text:
        return [Finding("no-text", "there is no plain-text part", "text")]
    found: list[Finding] = []
    if not (has_arabic(message.text) and has_latin(_URL.sub("", message.text))):
        found.append(Finding("missing-language", "the plain text is in one language", "text"))
    for line in message.text.splitlines():
        bare = _PLACE.sub("", _URL.sub("", outside_isolates(line)))
        if has_arabic(bare) and (has_latin(bare) or _URL.search(line)):
            found.append(_mixed("text", line))
    return found


def _headers(message: Draft) -> list[Finding]:
    if "job-posted" in message.tags and not {"List-Unsubscribe", "List-Unsubscribe-Post"} <= set(message.headers):
        return [Finding("no-unsubscribe", "mail to many needs List-Unsubscribe and its one-click header", "headers")]
    return []


def _html(message: Draft) -> list[Finding]:
    if not message.html:
        return [Finding("no-html", "there is no HTML part", "html")]
    page = _Page()
    page.feed(message.html)
    page.close()
    found = page.findings
    size = len(message.html.encode())
    if size > LARGEST_HTML:
        found.append(Finding("size", f"has {size} bytes; {LARGEST_HTML} keep it whole", "html"))
    for language, name in (("ar", "Arabic"), ("en", "English")):
        if language not in page.languages:
            found.append(Finding("missing-language", f"no block is marked as {name}", "html"))
    return list(dict.fromkeys(found))


def _mixed(part: str, text: str) -> Finding:
    advice = "Latin and Arabic letters share a line: isolate the inserted value"
    return Finding("mixed-direction", advice, f"{part}: {_start(text)}")


def _start(text: str) -> str:
    return " ".join(text.split())[:40]


@dataclass(slots=True)
class _Frame:
    """An open element, and what it inherits; `html` and `body` give nothing, since webmail drops them."""

    tag: str
    direction: str = ""
    language: str = ""
    color: str = "#000000"
    ground: str = "#ffffff"
    hidden: bool = False
    isolated: bool = False
    starts_line: bool = False
    text: list[str] = field(default_factory=list[str])


class _Page(HTMLParser):
    """Walks a mail's HTML with the direction, the language and the colours that hold at each place."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []
        self.languages: set[str] = set()
        self._open = [_Frame("", starts_line=True)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._check_element(tag, given)
        if tag in _VOID:
            if tag == "br":
                self._line_ends()
            return
        self._open.append(self._frame(tag, given))

    def handle_endtag(self, tag: str) -> None:
        if tag not in [frame.tag for frame in self._open[1:]]:
            return
        while True:
            frame = self._open.pop()
            if frame.starts_line:
                self._check_line(frame)
            if frame.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        frame = self._open[-1]
        if frame.hidden or frame.tag in ("style", "title", "script") or not data.strip():
            return
        line = next(one for one in reversed(self._open) if one.starts_line)
        line.text.append(data)
        if has_arabic(data) or has_latin(_PLACE.sub("", data)):
            self._check_marks(frame, data)
        ratio = contrast(frame.color, frame.ground)
        if ratio is not None and ratio < LOWEST_CONTRAST:
            why = f"{frame.color} on {frame.ground} has a contrast of {ratio:.1f}; {LOWEST_CONTRAST} is legible"
            self.findings.append(Finding("contrast", why, f"html: {_start(data)}"))

    def _frame(self, tag: str, given: dict[str, str]) -> _Frame:
        above = self._open[-1]
        root = tag in ("html", "body")
        styles = _styles(given.get("style", ""))
        direction = "auto" if tag == "bdi" and "dir" not in given else given.get("dir", "")
        language = "" if root else given.get("lang", "")
        if language:
            self.languages.add(language.partition("-")[0])
            if not given.get("dir") and not above.direction:
                self.findings.append(Finding("missing-direction", "lang without dir", f"html: <{tag}>"))
        return _Frame(
            tag,
            direction=above.direction if root or not direction else direction,
            language=language or above.language,
            color=styles.get("color", above.color),
            ground=styles.get("background-color") or styles.get("background") or given.get("bgcolor") or above.ground,
            hidden=above.hidden or styles.get("display") == "none" or tag == "head",
            isolated=above.isolated or direction == "auto",
            starts_line=tag in _BLOCKS or tag == "bdi" or bool(given.get("dir")),
        )

    def _check_marks(self, frame: _Frame, data: str) -> None:
        where = f"html: {_start(data)}"
        if frame.isolated:
            return
        if not frame.language:
            self.findings.append(Finding("missing-language", "no element around it says its language", where))
        if not frame.direction:
            self.findings.append(Finding("missing-direction", "no element around it says its direction", where))
        elif has_arabic(data) and frame.direction == "ltr" and not has_latin(data):
            self.findings.append(Finding("missing-direction", "Arabic stands in a left-to-right block", where))
        elif has_latin(data) and frame.direction == "rtl" and not has_arabic(data):
            self.findings.append(_mixed("html", data))

    def _check_line(self, frame: _Frame) -> None:
        text = _PLACE.sub("", "".join(frame.text))
        if not frame.isolated and has_arabic(text) and has_latin(text):
            self.findings.append(_mixed("html", text))

    def _line_ends(self) -> None:
        line = next(one for one in reversed(self._open) if one.starts_line)
        self._check_line(line)
        line.text.clear()

    def _check_element(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a" and "href" in given:
            self.findings += _link(given["href"])
        elif tag == "img":
            if "alt" not in given:
                self.findings.append(Finding("no-alt", "a picture has no text in its place", f"html: <{tag}>"))
            if not given.get("src", "").startswith(("https://", "cid:", "data:")):
                self.findings.append(Finding("link", "a picture's address is not https", "html: <img>"))
        elif tag in ("script", "form", "iframe", "object"):
            self.findings.append(Finding("active-content", f"mail programs drop <{tag}>", f"html: <{tag}>"))


def _link(url: str) -> list[Finding]:
    if _PLACE.fullmatch(url) or url.startswith(("mailto:", "tel:", "cid:")):
        return []
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return []
    if parts.scheme == "http" and is_loopback(url):
        return [Finding("link", "leads to this machine only", f"html: {url[:60]}", "warning")]
    return [Finding("link", "is not an absolute https address", f"html: {url[:60]}")]


def _styles(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.replace("!important", "").strip().lower() for name, _, value in pairs if value}


def contrast(color: str, ground: str) -> float | None:
    """Give the contrast of two colours, 1 to 21; None for one that is not written as `#rrggbb` or `#rgb`."""
    first, second = _luminance(color), _luminance(ground)
    if first is None or second is None:
        return None
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def _luminance(color: str) -> float | None:
    digits = color.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-f]{6}", digits):
        return None
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
