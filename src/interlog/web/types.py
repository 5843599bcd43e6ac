"""Types of interactions: the list, what one says, its versions, and defining them."""

import asyncio
from typing import Any

import msgspec

from ..ledger.types import Defined
from ..model.errors import Conflict, Invalid, NotFound, Problem, Refused
from ..model.evolution import Part
from ..model.samples import csv_rows, proposal, with_names
from ..model.types import InteractionType, ParticipantSlot
from . import type_form
from .timeline import ICONS, NAMES, icon_of
from .type_changes import HOW, changes
from .type_draft import draft_of, sent
from .type_form import Definition, FieldRow, SlotRow
from .type_problems import message_of, with_problems
from .view import Download, Page, Redirect, View

TABS = (("", "Definition"), ("/table", "Table"), ("/versions", "Versions"), ("/json", "JSON"))
"""The pages of a type: the end of the path, and the title."""

_MOST_KEPT = 100_000
"""Characters of pasted rows that a page shows again."""


async def show_all(view: View) -> Page:
    """``GET /types``."""
    types = await view.ledger.types.list(view.actor)
    counts = await view.ledger.types.instances_counts(view.actor, types)
    rows = [(type_, icon_of(type_), counts.get(type_.id, 0)) for type_ in types]
    values = {
        "own": [row for row in rows if not row[0].built_in],
        "built_in": [row for row in rows if row[0].built_in],
        "categories": NAMES,
    }
    return Page("types.html", values)


async def show(view: View, name: str) -> Page:
    """``GET /types/{name}``: what a definition says."""
    type_ = await view.ledger.types.get(view.actor, name)
    work = await view.ledger.chores.under_way(view.actor, type_.id)
    counts = await view.ledger.types.instances_counts(view.actor, [type_]) if work is not None else {}
    return Page("type.html", head(type_) | {"kinds": type_form.KINDS, "work": work, "all": counts.get(type_.id, 0)})


async def versions(view: View, name: str) -> Page:
    """``GET /types/{name}/versions``: each with what it changed, the newest first."""
    return await _versions(view, name)


async def undo(view: View, name: str) -> Page | Redirect:
    """``POST /types/{name}/undo``: let the definition before the newest one stand again."""
    version = view.field("version")
    expected = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None
    try:
        defined = await view.ledger.types.undo(view.actor, name, expected_version=expected)
    except (Refused, Invalid) as error:
        return await _versions(view, name, list(dict.fromkeys(message_of(view, found) for found in error.problems)))
    return Redirect(f"/types/{defined.type.name}/versions", view.texts.gettext("The version before stands again."))


async def _versions(view: View, name: str, problems: list[str] | None = None) -> Page:
    found = list(await view.ledger.types.versions(view.actor, name))
    pairs = zip(found, [None, *found[:-1]], strict=True)
    rows = [(type_, changes(view.texts, old, type_) if old is not None else []) for type_, old in pairs]
    values = {"versions": rows[::-1], "how": HOW, "problems": problems or []}
    return Page("type_versions.html", head(found[-1]) | values, 409 if problems else 200)


async def as_json(view: View, name: str) -> Page | Download:
    """``GET /types/{name}/json``: the definition for machines; ``version`` asks for a former one."""
    found = await view.ledger.types.versions(view.actor, name)
    asked = view.query.get("version", "")
    shown = next((type_ for type_ in found if str(type_.version) == asked), None) if asked else found[-1]
    if shown is None:
        raise NotFound("version", asked[:20])
    text = msgspec.json.format(msgspec.json.encode(shown), indent=2)
    if "download" in view.query:
        return Download(text, "application/json", f"{shown.name}-{shown.version}.json")
    return Page("type_json.html", head(found[-1]) | {"text": text.decode(), "shown": shown.version})


def head(type_: InteractionType) -> dict[str, Any]:
    """Return what the frame of a type's pages needs."""
    return {
        "type": type_,
        "type_icon": icon_of(type_),
        "type_path": f"/types/{type_.name}",
        "tabs": TABS,
        "categories": NAMES,
    }


# Defining


async def ask_new(view: View) -> Page:
    """``GET /new/type``."""
    first = InteractionType(id=0, name="", is_activity=True, slots=(ParticipantSlot("attendee"),))
    return _form(view, type_form.stored(first), None)


async def create(view: View) -> Page | Redirect:
    """``POST /new/type``."""
    return await _define(view, None)


async def ask_again(view: View, name: str) -> Page:
    """``GET /types/{name}/edit``."""
    type_ = await view.ledger.types.get(view.actor, name)
    return _form(view, type_form.stored(type_), type_)


async def change(view: View, name: str) -> Page | Redirect:
    """``POST /types/{name}/edit``."""
    return await _define(view, await view.ledger.types.get(view.actor, name))


async def ask_sample(view: View) -> Page:
    """``GET /new/type/sample``: a file, or rows, from which a definition is proposed."""
    return Page("type_sample.html", {"name": "", "text": "", "problem": None})


async def propose(view: View) -> Page:
    """``POST /new/type/sample``: the form of a new type as the rows of a CSV suggest it; nothing is stored."""
    name, text = view.field("name")[: type_form.LONGEST], view.field("rows") or view.field("file")
    try:
        said = await asyncio.to_thread(_proposed, name, text)  # a large file is no reason for others to wait
    except ValueError as error:
        problem = view.texts.gettext("This is no CSV: %(error)s", error=str(error))
    else:
        if said is not None:
            return _form(view, said, None, proposed=True)
        problem = view.texts.gettext("There must be a line of column names, and one row at least.")
    return Page("type_sample.html", {"name": name, "text": text[:_MOST_KEPT], "problem": problem}, 422)


def _proposed(name: str, text: str) -> Definition | None:
    """Return the form that a CSV suggests; None where it has no rows. Raises ``ValueError`` where it is no CSV."""
    rows, titles = with_names(csv_rows(text))
    given = proposal(rows) if rows else None
    return type_form.proposed(name, given, titles) if given is not None and given.columns else None


async def _define(view: View, old: InteractionType | None) -> Page | Redirect:
    said = sent(view, old)
    what = view.field("do")
    if what == "more":
        return _form(view, said, old, more=5)
    draft, problems = draft_of(said, old)
    types = view.ledger.types
    if old is None:
        await types.learn(view.actor)
        if view.actor.tenant.type_named(said.name) is not None:
            problems.append(Problem("name", "belongs to another type already", "taken"))
    expected = said.version if old is not None else 0
    try:
        if problems:
            raise Invalid(*problems)
        tried = await types.define(view.actor, draft, expected_version=expected, dry_run=True)
        if what == "check" or (_is_grave(tried) and what != "confirm"):
            return _form(view, said, old, tried=tried)
        defined = await types.define(view.actor, draft, expected_version=expected)
    except (Invalid, Refused) as error:
        return _form(view, with_problems(view, said, error.problems), old, status=422)
    except Conflict:
        message = view.texts.gettext("Somebody else has changed the type in the meantime. Load the page again.")
        return _form(view, said._replace(problems=(("", message),)), old, status=409)
    return Redirect(f"/types/{defined.type.name}", view.texts.gettext("The type is defined."))


def _is_grave(tried: Defined) -> bool:
    """Whether a change concerns what is stored, so that it is asked for once more."""
    return not tried.created and tried.part in (Part.MODEL, Part.REVISION) and tried.instances > 0


def _form(
    view: View,
    said: Definition,
    old: InteractionType | None,
    *,
    tried: Defined | None = None,
    status: int = 200,
    more: int = 2,
    proposed: bool = False,
) -> Page:
    own = (said.icon,) if said.icon and said.icon not in type_form.TYPE_ICONS else ()
    values = {
        "said": said.with_blanks(more),
        "old": old,
        "kinds": type_form.KINDS,
        "categories": NAMES,
        "category_icons": ICONS,
        "icons": (*type_form.TYPE_ICONS, *own),
        "tried": tried,
        "part": tried.part.name.lower() if tried is not None and tried.part is not None else "",
        "is_grave": tried is not None and _is_grave(tried),
        "changes": changes(view.texts, old, tried.type) if tried is not None and old is not None else [],
        "how": HOW,
        "proposed": proposed,
        "blank_field": FieldRow(0),
        "blank_slot": SlotRow(0),
        "bad": status != 200,
    }
    return Page("type_form.html", values, status)
