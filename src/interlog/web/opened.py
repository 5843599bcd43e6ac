"""An entry of a timeline that is opened, in place or on a page of its own: everything about one interaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..model.files import Holder
from ..model.instants import parse_moment
from ..model.interactions import Interaction
from ..model.parties import Organization, Person, PersonKind
from ..model.profiles import ORGANIZATION
from ..model.types import FieldDefinition, FieldKind, Role
from . import files
from .forms import options_of
from .origins import PROTOCOLS
from .taking_part import NAMES
from .texts import Texts
from .timeline import Someone, days_of
from .timeline_filter import day_in
from .versions import versions_of
from .view import Page, View
from .visit_facts import visit_facts


class Fact(NamedTuple):
    """Something that is known of it. ``is_code``: it is shown as a machine wrote it; ``path``: where it has a page."""

    name: str
    value: str
    is_code: bool = False
    path: str | None = None


async def interaction(view: View, number: str, wrong: Sequence[str] = ()) -> Page:
    """``GET /interactions/{number}``: everything about one, in place or as a page of its own.

    ``wrong``: what is wrong with files that were sent.
    """
    item = await view.ledger.interactions.get(view.actor, view.number(number))
    (day,) = await days_of(view, [item.brief])
    visit = await visit_facts(view, item)
    about, source = await _around(view, item)
    fields = [Fact(*fact) for fact in visit.facts] if visit is not None else _fields(view, item)
    values = {
        "item": item,
        "entry": day.entries[0],
        "participants": await _participants(view, item),
        "visit": visit,
        "facts": [*about, *fields, *source],
        "versions": await versions_of(view, item),
        "files": await files.beside(view, Holder.INTERACTION, item.number, wrong),
        "protocols": PROTOCOLS,
        "body": item.content.body,
    }
    template = "interaction_part.html" if view.is_part else "interaction.html"
    return Page(template, values, files.status_of(wrong))


add_files = files.adding(Holder.INTERACTION, interaction)
"""``POST /interactions/{number}/files``."""


async def _participants(view: View, item: Interaction) -> dict[str, list[Someone]]:
    """Return who took part, by their roles; what the type's authors call a role is shown as it is."""
    directory = await view.ledger.persons.of_interactions(view.actor, [item])
    found: dict[str, list[Someone]] = {}
    for part in item.participants:
        person = directory.get(part.person) if part.person is not None else None
        name = person.name if person is not None and person.name else part.name or part.address
        if not name and person is not None:
            name = person.primary_email
        role = view.texts.gettext(NAMES[Role(part.role)]) if part.role in list(Role) else part.role
        someone = Someone(
            person.id if person is not None else None,
            name or view.texts.gettext("Somebody"),
            person is not None and person.kind is PersonKind.INTERNAL,
        )
        found.setdefault(role, []).append(someone)
    return found


async def _around(view: View, item: Interaction) -> tuple[list[Fact], list[Fact]]:
    """Return what it concerns besides those who took part, and where it came from."""
    ledger, texts, content = view.ledger, view.texts, item.content
    links = content.links
    own = [part for part in content.profiles if part.type_id == ORGANIZATION.id and part.number is not None]
    persons: Mapping[int, Person] = {}
    organizations: Mapping[int, Organization] = {}
    if asked := {*links.persons, *([item.creator] if item.creator is not None else [])}:
        persons = await ledger.persons.get_many(view.actor, asked)
    if wanted := {*links.organizations, *(part.number for part in own if part.number is not None)}:
        organizations = await ledger.organizations.get_many(view.actor, wanted)
    about = [
        Fact(texts.gettext("Person"), persons[id_].name, path=f"/persons/{id_}")
        for id_ in links.persons
        if id_ in persons
    ]
    about += [
        Fact(texts.gettext("Organization"), organizations[id_].name, path=f"/organizations/{id_}")
        for id_ in links.organizations
        if id_ in organizations
    ]
    if links.opportunities:
        found = await ledger.opportunities.get_many(view.actor, links.opportunities)
        name = texts.gettext("Opportunity")
        about += [Fact(name, one.name, path=f"/opportunities/{id_}") for id_, one in found.items()]
    for part in content.profiles:
        known = organizations.get(part.number) if part in own and part.number is not None else None
        if known is not None:
            about.append(Fact(part.slot, known.name, path=f"/organizations/{known.id}"))
        elif part.number is None:
            about.append(Fact(part.slot, texts.gettext("not known yet")))
    if content.place is not None:
        about.append(_place(texts, content.place))
    return about, _source(texts, item, persons)


def _place(texts: Texts, place: Mapping[str, Any]) -> Fact:
    name, lat, lng = texts.gettext("Place"), place.get("lat"), place.get("lng")
    if isinstance(lat, (int, float)) and isinstance(lng, (int, float)):
        return Fact(name, f"{lat:.5f}, {lng:.5f}")
    if place and set(place) <= set(_ADDRESS):
        return Fact(name, ", ".join(str(place[part]) for part in _ADDRESS if part in place))
    return Fact(name, _json(place), is_code=True)


_ADDRESS = ("name", "street_address", "city", "state", "country")
"""The parts of a place that are read one after the other."""


def _source(texts: Texts, item: Interaction, persons: Mapping[int, Person]) -> list[Fact]:
    through = texts.gettext(PROTOCOLS[item.protocol]) if item.protocol in PROTOCOLS else item.protocol
    parts = [through, item.origin, texts.gettext("version %(count)s", count=item.version)]
    found = [Fact(texts.gettext("Source"), " · ".join(part for part in parts if part))]
    by = persons.get(item.creator) if item.creator is not None else None
    if by is not None:
        found.append(Fact(texts.gettext("Logged by"), by.name, path=f"/persons/{by.id}"))
    found.append(Fact(texts.gettext("Logged at"), texts.date_and_time(item.created_at)))
    found += [Fact(texts.gettext("Id in %(system)s", system=name), id_) for name, id_ in item.external_ids.items()]
    return found


def _fields(view: View, item: Interaction) -> list[Fact]:
    """Return the fields: the declared ones first, in their order, by what their definition says of them."""
    type_, values = view.actor.tenant.types_by_id[item.type_id], item.content.fields
    declared = {field.name: field for field in type_.fields}
    names = [*(name for name in declared if name in values), *(name for name in values if name not in declared)]
    return [_fact(view.texts, declared.get(name) or FieldDefinition(name, FieldKind.OBJECT), values[name])
            for name in names if values[name] is not None]  # fmt: skip


def _fact(texts: Texts, field: FieldDefinition, value: Any) -> Fact:
    name = field.display_name or field.name
    if field.kind is FieldKind.LOCALIZED and isinstance(value, Mapping) and value:
        return Fact(name, str(value.get(texts.language, next(iter(value.values())))))
    if field.flags and isinstance(value, int):
        bits = [bit for bit in field.choices if isinstance(bit, int) and bit & value]
        return Fact(name, _joined(_one(texts, field, bit) for bit in bits))
    if isinstance(value, list) and value and not any(isinstance(one, (list, Mapping)) for one in value):
        return Fact(name, _joined(_one(texts, field, one) for one in value))
    if isinstance(value, (list, Mapping)):
        return Fact(name, _json(value), is_code=True)
    return Fact(name, _one(texts, field, value))


def _one(texts: Texts, field: FieldDefinition, value: Any) -> str:
    """Return a single value as people read it."""
    if isinstance(value, bool):
        return texts.gettext("Yes") if value else texts.gettext("No")
    if field.choices:
        return next((option.label for option in options_of(texts, field) if option.value == str(value)), str(value))
    if field.kind is FieldKind.INSTANT and isinstance(value, str) and (moment := parse_moment(value)) is not None:
        try:
            return texts.date_and_time(moment.instant)
        except OverflowError:  # the reader's clock has no such time
            return value
    if field.kind is FieldKind.DATE and isinstance(value, str) and (day := day_in(value)) is not None:
        return texts.date(day)
    return str(value)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
