"""The HTML of notes: what each version of the API lets in, and plain text as HTML (spec 7.3, 14.3)."""

import html
import re
from html.parser import HTMLParser

import nh3

_TAGS_V1 = {"p", "strong", "em", "u", "ol", "ul", "li", "span"}
_STYLES_V1 = {"color", "background-color"}

_ATTRIBUTES_V2: dict[str, set[str]] = {
    tag: set() for tag in ("p", "br", "strong", "em", "u", "ol", "ul", "li", "span")
} | {"a": {"href"}}
_LINE = "\n"
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")

_TAG_BEGINS = re.compile(r"<[a-zA-Z/!?]")

_SCHEMES_V2 = ("http:", "https:", "mailto:")


def clean_v1(text: str) -> str:
    """Return HTML with everything outside the documented subset taken away."""
    return nh3.clean(
        text, tags=_TAGS_V1, attributes={"span": {"style"}}, filter_style_properties=_STYLES_V1, link_rel=None
    )


def problems_v2(text: str) -> list[str]:
    """Return what in the text version 2 does not accept; empty when it is fine."""
    reader = _Reader()
    reader.feed(text)
    reader.end()
    return reader.problems


def with_rel(text: str) -> str:
    """Return accepted HTML with ``rel`` and ``target`` added to its links."""
    return nh3.clean(
        text,
        tags=set(_ATTRIBUTES_V2),
        attributes={"a": {"href", "target"}},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def from_plain(text: str) -> str:
    """Return plain text as HTML: what blank lines part are paragraphs."""
    lines = html.escape(text, quote=False).replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = [paragraph for paragraph in _BLANK_LINES.split(lines) if paragraph]
    return "".join(f"<p>{paragraph.replace(_LINE, '<br>')}</p>" for paragraph in paragraphs)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, None] = {}

    @property
    def problems(self) -> list[str]:
        """What has been found, each once."""
        return list(self._found)

    def end(self) -> None:
        """Note a tag that never ends: what stands in it would be lost."""
        if _TAG_BEGINS.match(self.rawdata):
            self._note("must not end within a tag")

    def _note(self, problem: str) -> None:
        self._found[problem] = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ATTRIBUTES_V2:
            self._note(f"must not hold the tag <{tag}>")
            return
        for name, value in attrs:
            if name not in _ATTRIBUTES_V2[tag]:
                self._note(f"must not hold the attribute {name} on <{tag}>")
            elif not (value or "").strip().lower().startswith(_SCHEMES_V2):
                self._note("must link only to http, https and mailto addresses")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ATTRIBUTES_V2:
            self._note(f"must not hold the tag <{tag}>")

    def handle_comment(self, data: str) -> None:
        self._note("must not hold comments")

    def handle_decl(self, decl: str) -> None:
        self._note("must not hold declarations")

    def handle_pi(self, data: str) -> None:
        self._note("must not hold processing instructions")

    def unknown_decl(self, data: str) -> None:
        self._note("must not hold declarations")
