"""Logging an interaction, of any type: the form is made from the type's definition. Amending and deleting likewise."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from ..model.errors import Conflict, Exists, Expired, Invalid, Problem, Refused
from ..model.ids import parse_uuid
from ..model.instances import Instance, Put
from ..model.instants import now
from ..model.interactions import Content, Draft, Interaction, Links
from ..model.types import CALL, CANVASS_VISIT, Category, FieldKind, InteractionType
from . import forms, log_form, taking_part
from .log_form import Said
from .timeline import icon_of
from .view import Page, Redirect, View

_QUICK = 8
"""Types that have a button of their own; all others stand in a list."""

_SENT = (Category.CALL, Category.MESSAGE, Category.EMAIL)
_AT_ONCE = (Category.MESSAGE, Category.EMAIL)


# New ones


async def ask(view: View) -> Any:
    """``GET /log``: the form of a call, or of the type that was chosen."""
    return await ask_for(view, view.query.get("type") or CALL.name)


async def ask_for(view: View, name: str) -> Page:
    """``GET /log/{name}``: the form of a type."""
    type_ = await view.ledger.types.find(view.actor, name)
    return await _page(view, type_, log_form.first(view, type_))


async def log(view: View, name: str) -> Page | Redirect:
    """``POST /log/{name}``: store it, or show all problems at their fields."""
    type_ = await view.ledger.types.find(view.actor, name)
    said = await log_form.sent(view, type_)
    content, problems = log_form.content_of(view, type_, said, None)
    if problems or any(part.problems for part in said.parts):
        return await _page(view, type_, said, problems)
    try:
        said = said._replace(parts=await taking_part.with_new(view, said.parts))
        content = replace(content, participants=tuple(taking_part.participants_of(said.parts)))
        key = f"web:{said.key}" if parse_uuid(said.key) else None
        if type_.built_in:
            draft = Draft(type=type_.name, content=content, request_key=key)
            stored = (await view.ledger.interactions.log(view.actor, draft)).interaction
        else:
            instance = _instance(type_, content, request_key=key)
            stored = (await view.ledger.instances.put(view.actor, instance, Put.CREATE)).interaction
    except Invalid as error:
        return await _page(view, type_, said, error.problems)
    except Conflict as error:
        return await _page(view, type_, said, [_clash(view, type_, error)], 409, existing=error.existing)
    return Redirect(f"/interactions/{stored.number}", view.texts.gettext("Logged."))


# Those that are stored


async def ask_again(view: View, number: str) -> Page:
    """``GET /interactions/{number}/edit``."""
    item = await view.ledger.interactions.get(view.actor, view.number(number))
    return await _page(view, log_form.type_of(view, item), log_form.stored(view, item), item=item)


async def amend(view: View, number: str) -> Page | Redirect:
    """``POST /interactions/{number}/edit``: a new version, unless somebody else was quicker."""
    item = await view.ledger.interactions.get(view.actor, view.number(number))
    type_ = log_form.type_of(view, item)
    said = await log_form.sent(view, type_, item)
    content, problems = log_form.content_of(view, type_, said, item)
    if problems or any(part.problems for part in said.parts):
        return await _page(view, type_, said, problems, item=item)
    try:
        said = said._replace(parts=await taking_part.with_new(view, said.parts))
        content = replace(content, participants=log_form.participants(type_, said.parts, item))
        if type_.built_in:
            await view.ledger.interactions.amend(
                view.actor, item.number, lambda read: content, expected_version=said.version
            )
        else:
            cleared = {name: None for name in item.content.fields if name not in content.fields}
            named = tuple(part for part in content.participants if part.role in {p.slot.role for p in said.parts})
            instance = _instance(type_, replace(content, fields=content.fields | cleared, participants=named))
            instance = replace(instance, identity=item.public_id, expected_version=said.version, origin=item.origin)
            await view.ledger.instances.put(view.actor, instance, Put.MERGE)
    except Invalid as error:
        return await _page(view, type_, said, error.problems, item=item)
    except Conflict as error:
        return await _page(view, type_, said, [_clash(view, type_, error)], 409, item=item)
    return Redirect(f"/interactions/{item.number}", view.texts.gettext("Saved."))


async def delete(view: View, number: str) -> Redirect:
    """``POST /interactions/{number}/delete``."""
    gone = await view.ledger.interactions.delete(view.actor, view.number(number))
    return Redirect(f"/interactions/{gone.number}/deleted")


async def deleted(view: View, number: str) -> Page:
    """``GET /interactions/{number}/deleted``: what was deleted, and how to have it back."""
    item = await view.ledger.interactions.get(view.actor, view.number(number), deleted=True)
    return Page("interaction_deleted.html", {"item": item, "type": log_form.type_of(view, item)})


async def restore(view: View, number: str) -> Redirect:
    """``POST /interactions/{number}/restore``: undo the deletion."""
    back = await view.ledger.interactions.restore(view.actor, view.number(number))
    return Redirect(f"/interactions/{back.number}", view.texts.gettext("It is back."))


async def undo(view: View, number: str) -> Redirect:
    """``POST /interactions/{number}/undo``: let the version before the last amendment stand again."""
    version = log_form.version_in(view)
    item = await view.ledger.undoing.undo(view.actor, view.number(number), expected_version=version)
    return Redirect(f"/interactions/{item.number}", view.texts.gettext("The version before stands again."))


def _instance(type_: InteractionType, content: Content, request_key: str | None = None) -> Instance:
    return Instance(
        type=type_.name,
        fields=content.fields,
        occurred_at=content.occurred_at,
        occurred_offset=content.occurred_offset,
        ended_at=content.ended_at if content.ended_at is not None else None,
        title=content.title or type_.display_name or type_.name,
        body=content.body,
        direction=content.direction,
        participants=content.participants if taking_part.slots_of(type_) else UNSET,
        request_key=request_key,
    )


def _clash(view: View, type_: InteractionType, error: Conflict) -> Problem:
    """Return what a conflict means to whoever fills in a form."""
    gettext = view.texts.gettext
    match error:
        case Expired():
            return Problem("", gettext("This type takes no interactions any more."))
        case Exists() if type_.identity:
            return Problem(f"fields.{type_.identity[0]}", gettext("One with this key is stored already."))
        case Refused():
            return Problem("", gettext("What is stored is a fact and cannot be changed."))
    return Problem("", gettext("It was changed or logged by somebody else, or by you on another page."))


# Showing


async def _page(
    view: View,
    type_: InteractionType,
    said: Said,
    problems: Sequence[Problem] = (),
    status: int = 422,
    *,
    item: Interaction | None = None,
    existing: int | None = None,
) -> Page:
    texts = view.texts
    fields = log_form.fields_of(type_)
    controls = forms.controls(
        texts, fields, said.raw, problems,
        required=type_.identity, fixed=type_.identity if item is not None else (),
    )  # fmt: skip
    places = await taking_part.places(view, said.parts, problems)
    when = forms.messages(texts, problems, "occurred_at")
    if type_.timestamp_field is not None:
        when += forms.messages(texts, problems, f"fields.{type_.timestamp_field}")
    own = {name: forms.messages(texts, problems, name) for name in ("ended_at", "title", "body", "direction")}
    placed = ("occurred_at", "ended_at", "title", "body", "direction", "participants", "fields.")
    general = [texts.said(problem.message) for problem in problems if not problem.path.startswith(placed)]
    known = {f"fields.{field.name}" for field in type_.fields}
    general += [
        f"{problem.path.removeprefix('fields.')}: {texts.said(problem.message)}"
        for problem in problems
        if problem.path.startswith("fields.") and not any(problem.path.startswith(name) for name in known)
    ]
    bad = bool(problems) or any(place.problems for place in places)
    values = {
        "type": type_,
        "type_icon": icon_of(type_),
        "said": said,
        "item": item,
        "controls": controls,
        "places_of": places,
        "when": when,
        "own": own,
        "general": general,
        "bad": bad,
        "existing": existing,
        "has_time": not any(f.name == type_.timestamp_field and f.kind is FieldKind.DATE for f in type_.fields),
        "has_minutes": type_.category not in _AT_ONCE or bool(said.minutes),
        "has_direction": type_.category in _SENT or bool(said.direction),
        "linked": await _linked(view, said.links),
        "person": view.query.get("person", ""),
        **_types(view, type_),
    }
    return Page("log.html", values, status if bad else 200)


def _types(view: View, chosen: InteractionType) -> dict[str, Any]:
    """Return the types to choose from: buttons for the first ones, a list of all others."""
    at = now()
    types = [
        type_
        for type_ in view.actor.tenant.types_by_id.values()
        if type_.id != CANVASS_VISIT.id and (type_.expires_at is None or type_.expires_at > at)
    ]
    types.sort(key=lambda type_: (not type_.built_in, type_.category is Category.OTHER and type_.built_in, type_.id))
    return {"quick": [(type_, icon_of(type_)) for type_ in types[:_QUICK]], "more_types": types[_QUICK:]}


async def _linked(view: View, links: Links) -> list[tuple[str, int, str]]:
    """Return the organizations and opportunities that it is about: kind, id and name."""
    found = []
    if links.organizations:
        those = await view.ledger.organizations.get_many(view.actor, links.organizations)
        found += [("organization", item.id, item.name) for item in those.values()]
    if links.opportunities:
        deals = await view.ledger.opportunities.get_many(view.actor, links.opportunities)
        found += [("opportunity", item.id, item.name) for item in deals.values()]
    return found
