"""Who takes part, in a form: persons that were chosen, and what was typed: names, or e-mail addresses.

Everybody chosen is a ticked box with the person's id, so that it works without scripts; what is typed is looked up when
the form is sent. Names that nobody has can be taken for new persons.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..model.errors import Problem
from ..model.interactions import Participant
from ..model.parties import Person, PersonDraft
from ..model.types import Category, InteractionType, ParticipantSlot, Role
from .view import Page, View

MOST_TYPED = 20
"""Names that are looked up for one form."""

_SHOWN = 8
_ADDRESSED = re.compile(r"(.*)<([^<>\s]+@[^<>\s]+)>", re.DOTALL)
NAMES = {
    Role.ATTENDEE: "Participants",
    Role.FROM: "From",
    Role.TO: "Recipients",
    Role.CC: "Copies to",
    Role.INITIATOR: "Initiator",
    Role.CONTACT: "Contact",
    Role.CANVASSER: "Canvasser",
}


class Named(NamedTuple):
    """Somebody who takes part and is nobody's record: ``value`` is what the form says of him."""

    value: str
    label: str
    is_new: bool


class Place(NamedTuple):
    """A slot as a form shows it. ``candidates``: who may be meant by what was typed; ``unknown``: names of nobody."""

    id: str
    role: str
    label: str
    required: bool
    many: bool
    chosen: Sequence[Person]
    named: Sequence[Named]
    typed: str
    candidates: Sequence[Person]
    unknown: Sequence[str]
    problems: tuple[str, ...]


class Part(NamedTuple):
    """What a form says of one slot: persons, others as they were stored or typed, and the names of new persons."""

    slot: ParticipantSlot
    persons: tuple[int, ...] = ()
    named: tuple[Participant, ...] = ()
    new: tuple[str, ...] = ()
    typed: str = ""
    candidates: tuple[Person, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


async def options(view: View) -> Page:
    """``GET /options/persons``: whom a text may mean, for type-ahead; ``known``: persons alone, nobody new."""
    term = view.query.get("q", "").strip()[:200]
    found: list[Person] = []
    if term:
        found, _ = await view.ledger.persons.page(view.actor, term=term, limit=_SHOWN)
    return Page(
        "person_options.html",
        {"persons": found, "term": "" if view.query.get("known") else term, "is_address": "@" in term},
    )


def slots_of(type_: InteractionType) -> list[ParticipantSlot]:
    """Return the slots whose participants are named one by one; those who do something come last."""
    named = [slot for slot in type_.slots if not slot.references]
    is_sent = type_.category is Category.EMAIL
    return sorted(named, key=lambda slot: slot.primary is not is_sent)


def label_of(view: View, slot: ParticipantSlot) -> str:
    """Return what a slot is called."""
    known = next((name for role, name in NAMES.items() if role == slot.role), None)
    return view.texts.gettext(known) if known is not None else slot.role


def first_parts(view: View, type_: InteractionType, person: int | None, typed: str = "") -> list[Part]:
    """Return what a new form says: whoever logs it did it, with the person it was asked for, or who was written."""
    found = []
    other = None
    for slot in slots_of(type_):
        persons: tuple[int, ...] = ()
        names = ""
        if slot.primary and slot.role in (Role.INITIATOR, Role.FROM, Role.CANVASSER):
            persons = (view.actor.person_id,)
        elif (person is not None or typed) and other is None:
            persons, other, names = (person,) if person is not None else (), slot.role, typed
        found.append(Part(slot, persons, typed=names))
    return found


def stored_parts(type_: InteractionType, participants: Iterable[Participant]) -> list[Part]:
    """Return what the form of a stored interaction says."""
    parts = list(participants)
    return [
        Part(
            slot,
            tuple(part.person for part in parts if part.role == slot.role and part.person is not None),
            tuple(part for part in parts if part.role == slot.role and part.person is None),
        )
        for slot in slots_of(type_)
    ]


async def sent_parts(view: View, type_: InteractionType) -> list[Part]:
    """Return what a form that was sent says, with names looked up."""
    left = MOST_TYPED
    found = []
    for slot in slots_of(type_):
        typed = [text for line in view.fields(f"add.{slot.role}") for text in _entries(line)]
        new = [text for line in view.fields(f"new.{slot.role}") for text in _entries(line)]
        persons = [int(text) for text in view.fields(f"person.{slot.role}") if _is_id(text)]
        named = [_participant(text, slot.role) for line in view.fields(f"named.{slot.role}") if (text := _clean(line))]
        kept, candidates, unknown, problems = [], [], [], []
        for text in typed:
            if "@" in text:
                named.append(_participant(text, slot.role))
                continue
            left -= 1
            those = await _called(view, text) if left >= 0 else []
            if len(those) == 1:
                persons.append(those[0].id)
                continue
            kept.append(text)
            if those:
                candidates += those
                problems.append(view.texts.gettext("Several persons may be meant by %(name)s. Choose one.", name=text))
            elif left < 0:
                problems.append(view.texts.gettext("These are too many names at once; give e-mail addresses."))
            else:
                unknown.append(text)
                problems.append(view.texts.gettext("Nobody here is called %(name)s.", name=text))
        found.append(
            Part(
                slot,
                tuple(dict.fromkeys(persons)),
                tuple(dict.fromkeys(named)),
                tuple(dict.fromkeys(new)),
                ", ".join(kept),
                tuple({person.id: person for person in candidates}.values()),
                tuple(unknown),
                tuple(problems),
            )
        )
    return [_without_offered(part) for part in found]


def _without_offered(part: Part) -> Part:
    """Leave out of what was typed who was chosen meanwhile among those offered for it."""
    names = {text.casefold() for text in part.new}
    unknown = tuple(text for text in part.unknown if text.casefold() not in names)
    chosen = {person.id for person in part.candidates} & set(part.persons)
    if len(unknown) == len(part.unknown) and not chosen:
        return part
    settled = {text for text in part.unknown if text not in unknown}
    if chosen:
        settled |= {
            text
            for text in _entries(part.typed)
            if any(text.casefold() in person.name.casefold() for person in part.candidates if person.id in chosen)
        }
    typed = [text for text in _entries(part.typed) if text not in settled]
    if typed:
        return part._replace(unknown=unknown, typed=", ".join(typed))
    return part._replace(unknown=(), typed="", candidates=(), problems=())


def _entries(text: str) -> list[str]:
    """Return the names and addresses in a text, with commas, semicolons or line breaks between them."""
    return [entry for part in re.split(r"[,;\r\n]+", text) if (entry := _clean(part))]


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15


def _participant(text: str, role: str) -> Participant:
    match = _ADDRESSED.fullmatch(text)
    if match is not None:
        return Participant(None, role, match[2], match[1].strip(' "') or None)
    return Participant(None, role, text) if "@" in text else Participant(None, role, None, text)


async def _called(view: View, name: str) -> list[Person]:
    """Return the person who is called exactly so, else those who may be meant."""
    found, _ = await view.ledger.persons.page(view.actor, term=name, limit=_SHOWN)
    exact = [person for person in found if person.name.casefold() == name.casefold()]
    return exact or found


def participants_of(parts: Iterable[Part], before: Iterable[Participant] = ()) -> list[Participant]:
    """Return the participants that a form names, as they stand in the interaction where they took part before.

    New persons are in it by their names alone; see ``with_new``.
    """
    known = {(part.person, part.role): part for part in before if part.person is not None}
    found: list[Participant] = []
    for part in parts:
        role = part.slot.role
        found += [known.get((id_, role)) or Participant(id_, role) for id_ in part.persons]
        found += part.named
        found += [Participant(None, role, None, name) for name in part.new]
    return found


async def with_new(view: View, parts: Iterable[Part]) -> list[Part]:
    """Create the new persons of a form, each name once, and return what it says with them."""
    created: dict[str, int] = {}
    found = []
    for part in parts:
        for name in part.new:
            if name.casefold() not in created:
                first, _, last = name.rpartition(" ")
                draft = PersonDraft(first_name=first or last, last_name=last if first else "")
                created[name.casefold()] = (await view.ledger.persons.create(view.actor, draft)).id
        ids = tuple(created[name.casefold()] for name in part.new)
        found.append(part._replace(persons=(*part.persons, *ids), new=()))
    return found


async def places(view: View, parts: Sequence[Part], problems: Sequence[Problem] = ()) -> list[Place]:
    """Return the slots of a form as its template shows them; one statement for all persons."""
    ids = {id_ for part in parts for id_ in part.persons}
    persons = await view.ledger.persons.get_many(view.actor, ids) if ids else {}
    by_role = _by_role(parts, problems)
    return [
        Place(
            id=f"part-{index}",
            role=part.slot.role,
            label=label_of(view, part.slot),
            required=part.slot.required,
            many=part.slot.many,
            chosen=[persons[id_] for id_ in part.persons if id_ in persons],
            named=[*map(_named, part.named), *(Named(name, name, is_new=True) for name in part.new)],
            typed=part.typed,
            candidates=[person for person in part.candidates if person.id not in part.persons],
            unknown=part.unknown,
            problems=(*part.problems, *(view.texts.said(text) for text in by_role.get(part.slot.role, ()))),
        )
        for index, part in enumerate(parts)
    ]


def _named(part: Participant) -> Named:
    text = f"{part.name} <{part.address}>" if part.name and part.address else part.address or part.name or ""
    return Named(text, part.name or part.address or "", is_new=False)


def _by_role(parts: Sequence[Part], problems: Iterable[Problem]) -> dict[str, list[Any]]:
    """Return what is wrong with the participants of each role; what is about all of them stands at the first."""
    everybody = participants_of(parts)
    found: dict[str, list[Any]] = {}
    for problem in problems:
        if not problem.path.startswith("participants"):
            continue
        index = problem.path.removeprefix("participants[").partition("]")[0]
        role = parts[0].slot.role if parts else ""
        if index.isdecimal() and int(index) < len(everybody):
            role = everybody[int(index)].role
        else:
            role = next((p.slot.role for p in parts if problem.message.endswith(f" {p.slot.role}")), role)
        found.setdefault(role, []).append(problem.message)
    return found
