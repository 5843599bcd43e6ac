"""Merging two parties into one, and taking them apart again: the rules, without what they are applied to.

One of the two survives, the other one goes: what names the one that goes names the survivor from then on. A list that
names both keeps the survivor once. Taken apart, what the merge changed is as it was before; what was changed since
keeps its change: where the survivor was taken out, nobody is put in, and what was added stays the survivor's.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from .interactions import Content, Links, Participant, ProfilePart
from .parties import Organization, Party, Person, PersonKind, normal_email
from .profiles import party_of

T = TypeVar("T")


class MergeState(IntEnum):
    """How far a merge is. ``MOVING``: both are there, and records move; ``UNDOING``: both are there again."""

    MOVING = 0
    DONE = 1
    UNDOING = 2
    UNDONE = 3


class Merge(Struct, frozen=True, kw_only=True):
    """That one of two persons, or organizations, was merged into the other one.

    ``creator``: the person who did it; ``ended_at``: when it was done, or undone.
    """

    id: int
    kind: Party
    survivor: int
    gone: int
    state: MergeState
    creator: int
    created_at: int
    ended_at: int | None = None


class Pair(Struct, frozen=True):
    """Two parties of a kind of which one goes."""

    kind: Party
    survivor: int
    gone: int


# Facts of the two themselves


def united_person(survivor: Person, gone: Person) -> Person:
    """Return the survivor with what it lacks, and with the addresses and organizations of both."""
    emails = _united(survivor.emails, gone.emails, normal_email)
    return replace(
        survivor,
        kind=gone.kind if survivor.kind is PersonKind.EXTERNAL else survivor.kind,
        first_name=survivor.first_name or gone.first_name,
        last_name=survivor.last_name or gone.last_name,
        emails=emails,
        primary_email=survivor.primary_email or gone.primary_email,
        organization_ids=_united(survivor.organization_ids, gone.organization_ids),
    )


def parted_person(now: Person, before: Person, gone: Person) -> tuple[Person, Person]:
    """Return the survivor without what came from the other one, and the other one with what of it is still there."""
    after = united_person(before, gone)
    back = replace(
        gone,
        emails=tuple(email for email in gone.emails if normal_email(email) in set(map(normal_email, now.emails))),
        organization_ids=tuple(id_ for id_ in gone.organization_ids if id_ in now.organization_ids),
    )
    emails = _parted(now.emails, before.emails, gone.emails, normal_email)
    alone = replace(
        now,
        kind=_back(now.kind, after.kind, before.kind),
        first_name=_back(now.first_name, after.first_name, before.first_name),
        last_name=_back(now.last_name, after.last_name, before.last_name),
        emails=emails,
        primary_email=_main(_back(now.primary_email, after.primary_email, before.primary_email), emails),
        organization_ids=_parted(now.organization_ids, before.organization_ids, gone.organization_ids),
    )
    return alone, replace(back, primary_email=_main(gone.primary_email, back.emails))


def united_organization(survivor: Organization, gone: Organization) -> Organization:
    """Return the survivor with the domains of both."""
    return replace(survivor, domains=_united(survivor.domains, gone.domains))


def parted_organization(
    now: Organization, before: Organization, gone: Organization
) -> tuple[Organization, Organization]:
    """Return the survivor without what came from the other one, and the other one with what of it is still there."""
    back = replace(gone, domains=tuple(domain for domain in gone.domains if domain in now.domains))
    return replace(now, domains=_parted(now.domains, before.domains, gone.domains)), back


def united_fields(survivor: dict[str, Any], gone: dict[str, Any]) -> dict[str, Any]:
    """Return the survivor's fields, and those of the other one that it lacks."""
    return gone | survivor


def parted_fields(now: dict[str, Any], before: dict[str, Any], gone: dict[str, Any]) -> dict[str, Any]:
    """Return the survivor's fields without those that came from the other one and are still as they came."""
    return {name: value for name, value in now.items() if name in before or gone.get(name) != value}


# What names them


def moved_ids(ids: tuple[int, ...], pair: Pair) -> tuple[int, ...]:
    """Return ids with the survivor's in the place of the one that goes."""
    if pair.gone not in ids:
        return ids
    return tuple(dict.fromkeys(pair.survivor if id_ == pair.gone else id_ for id_ in ids))


def returned_ids(now: tuple[int, ...], before: tuple[int, ...], pair: Pair) -> tuple[int, ...]:
    """Return ids with the one that went in its place again; ``before``: as they were before the merge."""
    if pair.gone not in before or now == moved_ids(before, pair):
        return before if pair.gone in before else now
    if pair.survivor not in now:
        return now
    instead = (pair.survivor, pair.gone) if pair.survivor in before else (pair.gone,)
    return tuple(dict.fromkeys(new for id_ in now for new in (instead if id_ == pair.survivor else (id_,))))


def moved_links(links: Links, pair: Pair) -> Links:
    """Return what something concerns with the survivor in the place of the one that goes."""
    name = _LINKED[pair.kind]
    return replace(links, **{name: moved_ids(getattr(links, name), pair)})


def returned_links(now: Links, before: Links, pair: Pair) -> Links:
    """Return what something concerns with the one that went in its place again."""
    name = _LINKED[pair.kind]
    return replace(now, **{name: returned_ids(getattr(now, name), getattr(before, name), pair)})


def moved_content(content: Content, pair: Pair) -> Content:
    """Return an interaction's content with the survivor in the place of the one that goes."""
    participants, profiles = content.participants, content.profiles
    if pair.kind is Party.PERSON:
        participants = _moved(participants, pair, _in_role, lambda part: replace(part, person=pair.survivor))
    profiles = _moved(profiles, pair, _in_slot(pair.kind), lambda part: replace(part, number=pair.survivor))
    return replace(content, participants=participants, profiles=profiles, links=moved_links(content.links, pair))


def returned_content(now: Content, before: Content, pair: Pair) -> Content:
    """Return an interaction's content with the one that went in its place again."""
    after = moved_content(before, pair)
    participants, profiles = now.participants, now.profiles
    if pair.kind is Party.PERSON:
        participants = _returned(participants, before.participants, after.participants, pair, _in_role,
                                 lambda part: replace(part, person=pair.gone))  # fmt: skip
    profiles = _returned(profiles, before.profiles, after.profiles, pair, _in_slot(pair.kind),
                         lambda part: replace(part, number=pair.gone))  # fmt: skip
    return replace(
        now, participants=participants, profiles=profiles, links=returned_links(now.links, before.links, pair)
    )


_LINKED = {Party.PERSON: "persons", Party.ORGANIZATION: "organizations"}

_Named = tuple[int | None, str]
"""Who takes part, None where that is nobody of the kind, and as what."""


def _in_role(part: Participant) -> _Named:
    return part.person, part.role


def _in_slot(kind: Party) -> Callable[[ProfilePart], _Named]:
    return lambda part: (part.number if party_of(part.type_id) is kind else None, part.slot)


def _moved(parts: tuple[T, ...], pair: Pair, named: Callable[[T], _Named], rename: Callable[[T], T]) -> tuple[T, ...]:
    """Return parts with the survivor's name; where it takes part as the same already, once."""
    there = {role for who, role in map(named, parts) if who == pair.survivor}
    found: list[T] = []
    for part in parts:
        who, role = named(part)
        if who != pair.gone:
            found.append(part)
        elif role not in there:
            there.add(role)
            found.append(rename(part))
    return (
        parts if len(found) == len(parts) and all(a is b for a, b in zip(found, parts, strict=True)) else tuple(found)
    )


def _returned(
    now: tuple[T, ...],
    before: tuple[T, ...],
    after: tuple[T, ...],
    pair: Pair,
    named: Callable[[T], _Named],
    rename: Callable[[T], T],
) -> tuple[T, ...]:
    """Return parts with the name of the one that went where it came from."""
    if now == after:
        return before
    own = {role for who, role in map(named, before) if who == pair.survivor}
    came = {role: part for part in reversed(before) for who, role in [named(part)] if who == pair.gone}
    there = {role for who, role in map(named, now) if who == pair.gone}
    found: list[T] = []
    for part in now:
        who, role = named(part)
        if who != pair.survivor or role not in came or role in there:
            found.append(part)
        elif role in own:
            found += [part, came[role]]
        else:
            found.append(rename(part))
    return tuple(found)


def _same(value: Any) -> Any:
    return value


def _united(own: tuple[T, ...], other: Iterable[T], key: Callable[[T], Any] = _same) -> tuple[T, ...]:
    there = {key(value) for value in own}
    return (*own, *(value for value in other if key(value) not in there))


def _parted(now: tuple[T, ...], own: Iterable[T], other: Iterable[T], key: Callable[[T], Any] = _same) -> tuple[T, ...]:
    """Return the values that did not come from the other one alone."""
    came = {key(value) for value in other} - {key(value) for value in own}
    return tuple(value for value in now if key(value) not in came)


def _back(now: T, after: T, before: T) -> T:
    return before if now == after else now


def _main(email: str | None, emails: tuple[str, ...]) -> str | None:
    return email if email in emails else emails[0] if emails else None
