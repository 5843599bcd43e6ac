"""Drafts of interactions: what is wrong with one, how its repetition is told, and the record that it becomes."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ..model.errors import Problem, unknown_id
from ..model.ids import parse_uuid
from ..model.instances import key_of_instance
from ..model.interactions import Content, Draft, Interaction
from ..model.notes import Note
from ..model.parties import Person, normal_email
from ..model.person_rules import email_problems
from ..model.tenancy import Actor
from ..model.types import InteractionType, Logging
from ..model.validation import identity_of, problems_of
from ..store.rows import encode

_MAX_SYSTEM = 100
_MAX_EXTERNAL_ID = 400
_MAX_KEY = 400
"""Characters up to which a key stands in its table as it is: a longer one by its hash."""


class Name(NamedTuple):
    """What a new interaction is known by from now on; ``note_id``: its root note, if it is to have one."""

    number: int
    uuid: str
    note_id: int | None


Rule = Callable[[Content, Mapping[int, Person]], Iterable[Problem]]
"""A protocol's own rule about the content to be stored, given everybody known in it."""


class Accepted(NamedTuple):
    """A draft that is to be stored, the keys under which its repetition is told by its fingerprint, and the id of the
    request that it came by, if not that of the actor's."""

    draft: Draft
    type_: InteractionType
    keys: list[str]
    fingerprint: str
    request_id: str | None = None


def problems_of_draft(
    actor: Actor, draft: Draft, type_: InteractionType, persons: Mapping[int, Person], rule: Rule | None
) -> list[Problem]:
    """Return everything wrong with a draft of the type, but for the parties that it is linked to."""
    problems = problems_of(draft.content, type_)
    problems += unknown_persons(draft.content, persons)
    if draft.uuid is not None and parse_uuid(draft.uuid) is None:
        problems.append(Problem("uuid", "must be a UUID"))
    for system, id_ in draft.external_ids.items():
        if len(system) > _MAX_SYSTEM or len(id_) > _MAX_EXTERNAL_ID or "\x00" in system + id_:
            problems.append(Problem(f"external_ids.{system}", "must be a short text", "too_long"))
    if not actor.sees(draft.group):
        problems.append(unknown_id("group", draft.group, "SecurityGroup"))
    if rule is not None:
        problems += rule(draft.content, persons)
    return problems


def unknown_persons(content: Content, persons: Mapping[int, Person], before: Content | None = None) -> list[Problem]:
    """Return the participants that are nobody; who took part before, and has been deleted since, may stay."""
    if all([part.person is None or part.person in persons for part in content.participants]):  # noqa: C419 (faster)
        return []
    kept = {part.person for part in before.participants} if before is not None else set()
    return [
        unknown_id(f"participants[{index}].person", part.person, "Person")
        for index, part in enumerate(content.participants)
        if part.person is not None and part.person not in persons and part.person not in kept
    ]


def with_canonical_uuid(draft: Draft) -> Draft:
    """Return a draft with its uuid in the usual spelling, if it is one."""
    return replace(draft, uuid=parse_uuid(draft.uuid or "") or draft.uuid)


def record_of(actor: Actor, draft: Draft, type_: InteractionType, name: Name, at: int, changed_at: int) -> Interaction:
    """Return the record that an accepted draft becomes."""
    creator = draft.creator
    if creator is None and draft.logging is Logging.MANUAL:
        creator = actor.person_id
    return Interaction(
        uuid=draft.uuid or name.uuid,
        number=name.number,
        type_id=type_.id,
        type_version=type_.version,
        content=draft.content,
        logging=draft.logging,
        protocol=actor.protocol,
        origin=draft.origin,
        creator=creator,
        group=draft.group,
        note_id=name.note_id,
        external_ids=draft.external_ids,
        version=1,
        created_at=at if draft.created_at is None else min(draft.created_at, at),
        identity=identity_text(draft.content, type_) if draft.identity is None and type_.identity else draft.identity,
        changed_at=changed_at,
    )


def identity_text(content: Content, type_: InteractionType) -> str | None:
    """Return the id that the identity fields give to content."""
    key = key_of_instance(type_, content.fields)
    return key.texts[0] if key is not None else None


def amended_identity(read: Interaction, content: Content, type_: InteractionType) -> str | None:
    """Return the id of an amended interaction: the one it has, unless its identity fields say something else now."""
    if not type_.identity or identity_of(content, type_) == identity_of(read.content, type_):
        return read.identity
    return identity_text(content, type_)


def root_note(item: Interaction, at: int, creator: int) -> Note:
    """Return the note that an interaction's text is."""
    return Note(
        id=item.note_id or 0,
        content=item.content.body or "",
        interaction=item.number,
        interaction_type_id=item.type_id,
        creator=creator,
        created_at=at,
        group=item.group,
    )


def unbound_rows(tenant: int, item: Interaction) -> list[tuple[int, str, int]]:
    """Return a row for each address that may become somebody's, for each profile that may arrive, and for what is
    watched."""
    content = item.content
    nobodies = [p.address for p in content.participants if p.person is None and p.address]
    if not (nobodies or content.profiles or content.watched):
        return []
    addresses = {normal_email(address) for address in nobodies if not email_problems((address,))}
    addresses |= {part.key for part in content.profiles if part.number is None and part.key is not None}
    addresses.update(content.watched)
    return [(tenant, address, item.number) for address in sorted(addresses)] if addresses else []


def keys_of(draft: Draft, type_: InteractionType) -> list[str]:
    """Return the keys under which a repetition of this request is recognised."""
    if not type_.identity and draft.request_key is None and draft.uuid is None and not draft.external_ids:
        return []
    keys = [request_key_text(draft.request_key)] if draft.request_key is not None else []
    keys += [_key("uuid", draft.uuid)] if draft.uuid is not None else []
    keys += [_key("external", system, id_) for system, id_ in sorted(draft.external_ids.items())]
    identity = identity_of(draft.content, type_)
    return keys + ([_key("identity", type_.id, identity)] if identity is not None else [])


def request_key_text(key: str) -> str:
    """Return the key under which a request that named itself is kept."""
    return _key("request", key)


def _key(*parts: str | int) -> str:
    text = encode(parts).decode()
    return text if len(text) <= _MAX_KEY else f"{parts[0]} {hashlib.sha256(text.encode()).hexdigest()}"


def fingerprint_of(draft: Draft) -> str:
    """Return what two requests share exactly when they ask for the same."""
    return hashlib.sha256(_in_one_order(replace(draft, request_key=None))).hexdigest()


_in_one_order = msgspec.json.Encoder(order="sorted").encode
