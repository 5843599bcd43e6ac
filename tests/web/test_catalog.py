"""The pages speak every language completely."""

import re

import pytest
from babel.messages.catalog import Message

from interlog.web.catalog import catalogue, collected
from interlog.web.texts import LANGUAGES, texts_for

OTHERS = LANGUAGES[1:]
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_missing(language: str) -> None:
    """Each text of the pages has its translation; `make translations` puts new ones into the file."""
    kept = catalogue(language)
    missing = [m.id for m in collected() if m.id and (kept.get(m.id) is None or not all(_texts(kept[m.id])))]
    assert missing == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_stale(language: str) -> None:
    """What no page says any more is not kept; `make translations` drops it."""
    said = collected()
    kept = catalogue(language)
    assert [m.id for m in kept if m.id and said.get(m.id) is None] == []
    assert not kept.obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_agree(language: str) -> None:
    """A translation has the values of the original, and no others; the text for one may leave the number out."""
    for message in catalogue(language):
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        known = set(_PLACEHOLDER.findall(" ".join(originals)))
        texts = _texts(message)
        assert set(_PLACEHOLDER.findall(texts[-1])) == known, message.id
        assert all(set(_PLACEHOLDER.findall(text)) <= known for text in texts), message.id


def test_texts_are_found_in_another_language() -> None:
    """Texts, texts for so many, and their values come in the reader's language."""
    german = texts_for("de", "Europe/Berlin")
    assert german.gettext("Sign in") == "Anmelden"
    assert german.gettext("version %(count)s", count=3) == "Fassung 3"
    assert german.ngettext("and one more", "and %(count)s more", 1) == "und noch jemand"
    assert german.ngettext("and one more", "and %(count)s more", 1234) == "und 1.234 weitere"
    assert texts_for("en", "UTC").ngettext("and one more", "and %(count)s more", 1234) == "and 1,234 more"
