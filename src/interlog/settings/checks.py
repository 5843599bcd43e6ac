"""What the types of settings cannot say: each check raises ``ValueError`` for a value that is no good."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # unknown, a folder's name, no file's name
        raise ValueError(name) from error


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(url)


def _check_sources(text: str) -> None:
    from ..ledger.outside import places_of

    if not places_of(text):
        raise ValueError(text)


def _check_domain(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?", name):
        raise ValueError(name)


def _check_tiles(url: str) -> None:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9._~/{}@-]*(\?[A-Za-z0-9._~&={}-]*)?", url):
        raise ValueError(url)
    if any(part not in url for part in ("{z}", "{x}", "{y}")):
        raise ValueError(url)


CHECKS: Mapping[str, tuple[str, Callable[[str], None]]] = {
    "affinity_time_zone": ("the name of a time zone", _check_time_zone),
    "customer_insights_domain": ("a domain in lower case, with its port if it has one", _check_domain),
    "customer_insights_sources": ("addresses with https, http or file, with commas between them", _check_sources),
    "map_tiles": ("a URL with http or https, and {z}, {x} and {y} in its path", _check_tiles),
    "public_url": ("a URL with http or https", _check_url),
}
"""What a type cannot say: the expectation in plain English, and what raises ``ValueError`` where it is not met."""
