"""Interactions and their participants.

``gc=False``: these records hold JSON and each other, never anything that leads back to them, so that the garbage
collector need not walk them; a page of 500 costs a third less.
"""

from typing import Any

from msgspec import Struct

from .parties import Card
from .types import Direction, Logging, Role


class Participant(Struct, frozen=True, array_like=True, gc=False):
    """One party's part in an interaction.

    ``person`` is None while nobody here is known by ``address`` (an e-mail address); the participant is bound to a
    person as soon as one with that address arrives.
    """

    person: int | None
    role: str = Role.ATTENDEE
    address: str | None = None
    name: str | None = None


class ProfilePart(Struct, frozen=True, array_like=True, gc=False):
    """A profile's part in an interaction, in a slot whose participants are found by references.

    Persons stand among the participants instead, once they are known. ``number`` is None while no profile, or more
    than one (``candidates``), has the values referred to; ``key`` is what the interaction waits under until then.
    """

    slot: str
    type_id: int
    number: int | None
    key: str | None = None
    candidates: int = 0


class Links(Struct, frozen=True, omit_defaults=True, gc=False):
    """What an interaction or a note concerns directly, besides its participants. Ids, in the order given."""

    persons: tuple[int, ...] = ()
    organizations: tuple[int, ...] = ()
    opportunities: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.persons or self.organizations or self.opportunities)


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What happened: everything about an interaction that its author says, and an amendment may change.

    Times are instants (microseconds, UTC); offsets are minutes. ``fields`` follow the type's definition, ``extras``
    have no place in the model and come back unchanged through the protocol they came from, by its name. ``watched``:
    the values referred to that are no key, as ``waiting_key`` writes them; whoever has them may change. ``sources``:
    which data source wrote a value last, where some have precedence.
    """

    occurred_at: int
    occurred_offset: int | None = None
    ended_at: int | None = None
    title: str | None = None
    body: str | None = None
    direction: Direction | None = None
    place: dict[str, Any] | None = None
    participants: tuple[Participant, ...] = ()
    links: Links = Links()
    fields: dict[str, Any] = {}
    extras: dict[str, Any] = {}
    profiles: tuple[ProfilePart, ...] = ()
    watched: tuple[str, ...] = ()
    sources: dict[str, str] = {}


class Brief(Struct, frozen=True, array_like=True, gc=False):
    """An interaction as a list shows it: without its text, its fields, and what else only the record itself shows."""

    number: int
    type_id: int
    occurred_at: int
    ended_at: int | None
    title: str | None
    direction: Direction | None
    participants: tuple[Participant, ...]
    logging: Logging
    creator: int | None
    note_id: int | None
    created_at: int
    modified_at: int | None


class Draft(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An interaction to be logged.

    ``uuid``, the identity fields of the type, ``external_ids`` (system -> id) and ``request_key`` make the request
    repeat-safe: the same again stores nothing new. ``group`` is a security group, 0 for everyone in the tenant.
    ``creator`` (a person's id) defaults to the actor; automatically captured ones have none. ``created_at`` is for
    what was recorded elsewhere before; by default it is now. ``identity``: the id it is to be known by in its type, if
    that is not what its identity fields make by themselves. ``cards``: what is known of the participants, in their
    order, where they come from a system that has ids of its own for them.
    """

    type: str
    content: Content
    logging: Logging = Logging.MANUAL
    origin: str | None = None
    creator: int | None = None
    uuid: str | None = None
    external_ids: dict[str, str] = {}
    request_key: str | None = None
    group: int = 0
    created_at: int | None = None
    identity: str | None = None
    cards: tuple[Card, ...] = ()


class Interaction(Struct, frozen=True, kw_only=True, gc=False):
    """An interaction as it is stored. ``number`` is its integer id, unique in the tenant.

    ``note_id`` is its root note, if it has one; ``modified_at`` is None until the first amendment. ``identity`` is the
    id it is known by in its type, if it has another than its uuid. ``changed_at`` grows with every change in the
    tenant. ``voided_by``: the number of the interaction that corrects this one, which is hidden since then.
    """

    uuid: str
    number: int
    type_id: int
    type_version: int
    content: Content
    logging: Logging
    protocol: str
    origin: str | None
    creator: int | None
    group: int
    note_id: int | None
    external_ids: dict[str, str]
    version: int
    created_at: int
    modified_at: int | None = None
    modifier: int | None = None
    deleted_at: int | None = None
    identity: str | None = None
    changed_at: int = 0
    voided_by: int | None = None

    @property
    def public_id(self) -> str:
        """The id that identifies it within its type: its identity, or the 32 digits of its uuid."""
        return self.identity if self.identity is not None else self.uuid.replace("-", "")

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Who took part."""
        return self.content.participants

    @property
    def brief(self) -> Brief:
        """The interaction as a list shows it."""
        content = self.content
        return Brief(
            self.number,
            self.type_id,
            content.occurred_at,
            content.ended_at,
            content.title,
            content.direction,
            content.participants,
            self.logging,
            self.creator,
            self.note_id,
            self.created_at,
            self.modified_at,
        )
