"""Collects the texts of the pages for translators; ``python -m interlog.web.catalog`` brings their files up to date.

Texts are what templates and handlers say in ``_("…")``, ``gettext("…")`` and ``ngettext("…", "…", count)``, and the
names in the tables below. What is new in a file waits for its translation; what no page says any more is dropped.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ..model.types import BUILT_IN_TYPES
from . import (
    admin,
    app,
    canvass,
    canvass_quality,
    instances_asked,
    journal,
    merging,
    origins,
    relationships,
    sayings,
    taking_part,
    timeline,
    type_changes,
    type_form,
    type_problems,
    types,
    visit_facts,
)
from .texts import LANGUAGES

HERE = Path(__file__).parent
TRANSLATIONS = HERE / "translations"

_METHODS = [("templates/**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
_OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}
_WIDTH = 120


def collected() -> Catalog:
    """Return all texts of the pages, each with the files that say it."""
    catalog = Catalog(project="Interlog")
    for file, _, text, comments, context in extract_from_dir(str(HERE), _METHODS, _OPTIONS):
        catalog.add(text, locations=[(file, 0)], auto_comments=comments, context=context)
    for file, text in _of_tables():
        catalog.add(text, locations=[(file, 0)])
    return catalog


def _of_tables() -> Iterator[tuple[str, str]]:
    """Yield the texts that are looked up by what they belong to."""
    yield from (("app.py", name) for _, name, _ in app.PLACES)
    yield from (("model/types.py", type_.display_name or type_.name) for type_ in BUILT_IN_TYPES)
    yield from (("timeline.py", name) for name in timeline.NAMES.values())
    yield from (("origins.py", name) for name in origins.PROTOCOLS.values())
    yield from (("relationships.py", name) for _, name in relationships.DATES)
    yield from (("admin.py", name) for name in admin.ROLES.values())
    yield from (("canvass.py", name) for name in canvass.STATUSES.values())
    yield from (("canvass.py", name) for _, name, _ in canvass.TABS)
    yield from (("canvass_quality.py", text) for texts in canvass_quality.CHECKS.values() for text in texts)
    yield from (("taking_part.py", name) for name in taking_part.NAMES.values())
    yield from (("instances_asked.py", name) for name in instances_asked.OPERATORS.values())
    yield from (("type_changes.py", name) for name in (*type_changes.PARTS.values(), *type_changes.HOW.values()))
    yield from (("type_form.py", name) for name in type_form.KINDS.values())
    yield from (("type_problems.py", text) for text in type_problems.MESSAGES.values())
    yield from (("types.py", name) for _, name in types.TABS)
    yield from (("visit_facts.py", name) for name in visit_facts.STATES.values())
    yield from (("merging.py", name) for name in merging.MOVES.values())
    yield from (("sayings.py", saying) for saying in sayings.SAYINGS)
    yield from (("journal.py", name) for names in (journal.ACTIONS, journal.ENTITIES) for name in names.values())


def catalogue(language: str) -> Catalog:
    """Return the translations into a language as they are kept."""
    path = TRANSLATIONS / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> Catalog:
    """Bring the file of a language up to date, and return what is in it."""
    catalog = catalogue(language)
    catalog.update(collected(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    TRANSLATIONS.mkdir(exist_ok=True)
    with (TRANSLATIONS / f"{language}.po").open("wb") as file:
        write_po(file, catalog, width=_WIDTH, omit_header=True, sort_output=True, include_lineno=False)
    return catalog


if __name__ == "__main__":
    for language in LANGUAGES[1:]:
        update(language)
