"""Notes: text on parties or on an interaction, with replies."""

from enum import IntEnum

from msgspec import Struct

from .interactions import Links


class NoteKind(IntEnum):
    """The form of a note's text."""

    PLAIN = 0
    HTML = 2


class Note(Struct, frozen=True, kw_only=True, gc=False):
    """A note. One that is the root note of an interaction (``interaction`` is set) holds that interaction's text."""

    id: int
    content: str
    creator: int | None
    created_at: int
    kind: NoteKind = NoteKind.PLAIN
    links: Links = Links()
    mentions: tuple[int, ...] = ()
    interaction: int | None = None
    interaction_type_id: int | None = None
    attendees: tuple[int, ...] = ()
    parent: int | None = None
    updated_at: int | None = None
    group: int = 0
    version: int = 1


class NoteDraft(Struct, frozen=True, kw_only=True):
    """A note to be written: on parties, on an interaction that has none, or as a reply (``parent``)."""

    content: str
    kind: NoteKind = NoteKind.PLAIN
    links: Links = Links()
    interaction: int | None = None
    parent: int | None = None
    creator: int | None = None
    created_at: int | None = None
