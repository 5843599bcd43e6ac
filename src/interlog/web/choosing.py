"""Persons and organizations that are chosen in a form: those that are ticked, and what was typed.

Everybody chosen is a ticked box with an id, so that it works without scripts; what is typed is looked up when the form
is sent. Names that nobody has can be taken for new ones.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..model.parties import OrganizationDraft, Party, PersonDraft
from ..model.person_rules import email_problems
from .view import Page, View

MOST_TYPED = 20
"""Names that are looked up for one form."""

_SHOWN = 8
_MOST_TEXT = 300


class Known(NamedTuple):
    """A person or an organization as a form shows it. ``detail``: an address or a domain."""

    id: int
    name: str
    detail: str


class Choice(NamedTuple):
    """What a form says of one kind. ``candidates``: who may be meant by what was typed; ``unknown``: names of nobody;
    ``new``: names that are to be created."""

    kind: Party
    ids: tuple[int, ...] = ()
    new: tuple[str, ...] = ()
    typed: str = ""
    candidates: tuple[Known, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Place(NamedTuple):
    """A choice as a template shows it. ``name``: that of its inputs; ``picks``: what an id in it is the id of."""

    name: str
    picks: str
    label: str
    source: str
    hint: str
    chosen: Sequence[Known]
    choice: Choice
    problems: Sequence[str]


_NAMES = {Party.PERSON: ("persons", "person"), Party.ORGANIZATION: ("organizations", "organization")}
_BETWEEN = {Party.PERSON: re.compile(r"[,;\r\n]+"), Party.ORGANIZATION: re.compile(r"[;\r\n]+")}


async def organization_options(view: View) -> Page:
    """``GET /options/organizations``: which a text may mean, for type-ahead; ``known``: none that is new."""
    term = _clean(view.query.get("q", ""))
    found = await _called(view, Party.ORGANIZATION, term) if term else []
    return Page("organization_options.html", {"organizations": found, "term": "" if view.query.get("known") else term})


async def sent(view: View, kind: Party) -> Choice:
    """Return what a form that was sent says of one kind, with names looked up."""
    name, picks = _NAMES[kind]
    ids = [int(text) for text in view.fields(f"{picks}.{name}") if _is_id(text)]
    new = [text for line in view.fields(f"new.{name}") if (text := _clean(line))]
    typed = [entry for line in view.fields(f"add.{name}") for entry in _entries(kind, line)]
    typed += [text for line in view.fields(f"named.{name}") if (text := _clean(line))]
    kept: list[str] = []
    candidates: list[Known] = []
    unknown: list[str] = []
    problems: list[str] = []
    wrong = [text for text in (*new, *typed) if kind is Party.PERSON and "@" in text and email_problems((text,))]
    new, typed = [text for text in new if text not in wrong], [text for text in typed if text not in wrong]
    if wrong:
        kept += wrong
        problems.append(view.texts.gettext("must be an e-mail address"))
    taken = {text.casefold() for text in new}
    for place, text in enumerate(dict.fromkeys(typed)):
        if text.casefold() in taken:
            continue
        if place >= MOST_TYPED:
            kept.append(text)
            problems.append(view.texts.gettext("These are too many names at once"))
            continue
        found = await _called(view, kind, text)
        same = [one for one in found if text.casefold() in (one.name.casefold(), one.detail.casefold())]
        if len(same) == 1 or len(found) == 1:
            ids.append((same or found)[0].id)
        elif {one.id for one in found}.isdisjoint(ids):
            kept.append(text)
            candidates += found
            if found:
                problems.append(view.texts.gettext("Several may be meant by %(name)s: choose one", name=text))
            else:
                unknown.append(text)
                problems.append(view.texts.gettext("None here is called %(name)s", name=text))
    return Choice(
        kind,
        tuple(dict.fromkeys(ids)),
        tuple(dict.fromkeys(new)),
        ("; " if kind is Party.ORGANIZATION else ", ").join(kept),
        tuple({one.id: one for one in candidates}.values()),
        tuple(unknown),
        tuple(dict.fromkeys(problems)),
    )


async def with_new(view: View, choice: Choice) -> Choice:
    """Create what is new in a choice, and return it with the ids."""
    ids = []
    for name in choice.new:
        if choice.kind is Party.ORGANIZATION:
            ids.append((await view.ledger.organizations.create(view.actor, OrganizationDraft(name=name))).id)
        else:
            ids.append((await view.ledger.persons.create(view.actor, _person(name))).id)
    return choice._replace(ids=tuple(dict.fromkeys((*choice.ids, *ids))), new=())


async def place(view: View, choice: Choice, label: str, problems: Sequence[str] = ()) -> Place:
    """Return a choice as its template shows it; one statement for all that is chosen."""
    name, picks = _NAMES[choice.kind]
    known = await known_of(view, choice.kind, choice.ids)
    hint = view.texts.gettext("Name or e-mail address") if choice.kind is Party.PERSON else view.texts.gettext("Name")
    return Place(name, picks, label, f"/options/{name}", hint, known, choice, (*choice.problems, *problems))


async def known_of(view: View, kind: Party, ids: Iterable[int]) -> list[Known]:
    """Return those of some persons, or organizations, that are there."""
    ledger, wanted = view.ledger, list(ids)
    found: Mapping[int, Any]
    show: Callable[[View, Any], Known]
    if kind is Party.ORGANIZATION:
        found, show = (await ledger.organizations.get_many(view.actor, wanted) if wanted else {}), _organization
    else:
        found, show = (await ledger.persons.get_many(view.actor, wanted) if wanted else {}), _known_person
    return [show(view, found[id_]) for id_ in wanted if id_ in found]


async def _called(view: View, kind: Party, text: str) -> list[Known]:
    """Return those that a text may mean, those that it names exactly first."""
    if kind is Party.ORGANIZATION:
        organizations, _ = await view.ledger.organizations.page(view.actor, term=text, limit=_SHOWN)
        return [_organization(view, one) for one in organizations]
    persons, _ = await view.ledger.persons.page(view.actor, term=text, limit=_SHOWN)
    return [_known_person(view, one) for one in persons]


def _known_person(view: View, one: Any) -> Known:
    name = one.name or one.primary_email or view.texts.gettext("Somebody")
    return Known(one.id, name, one.primary_email or "")


def _organization(view: View, one: Any) -> Known:
    return Known(one.id, one.name, one.domain or "")


def _person(text: str) -> PersonDraft:
    """Return the new person that a name, or an address, is of."""
    if "@" in text:
        return PersonDraft(first_name=text.partition("@")[0], emails=(text,))
    first, _, last = text.rpartition(" ")
    return PersonDraft(first_name=first or last, last_name=last if first else "")


def _entries(kind: Party, text: str) -> list[str]:
    return [entry for part in _BETWEEN[kind].split(text) if (entry := _clean(part))]


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:_MOST_TEXT]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15
