"""The HTML of notes: what each version of the API lets in, and plain text as HTML (spec 7.3, 14.3)."""

import html
from html.parser import HTMLParser

import nh3

_TAGS_V1 = {"p", "strong", "em", "u", "ol", "ul", "li", "span"}
_STYLES_V1 = {"color", "background-color"}

_ATTRIBUTES_V2: dict[str, set[str]] = {
    tag: set() for tag in ("p", "br", "strong", "em", "u", "ol", "ul", "li", "span")
} | {"a": {"href"}}
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
    reader.close()
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
    """Return plain text as HTML."""
    return "<p>" + html.escape(text, quote=False).replace("\n", "<br>") + "</p>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ATTRIBUTES_V2:
            self.problems.append(f"must not hold the tag <{tag}>")
            return
        for name, value in attrs:
            if name not in _ATTRIBUTES_V2[tag]:
                self.problems.append(f"must not hold the attribute {name} on <{tag}>")
            elif not (value or "").strip().lower().startswith(_SCHEMES_V2):
                self.problems.append("must link only to http, https and mailto addresses")

    def handle_comment(self, data: str) -> None:
        self.problems.append("must not hold comments")
