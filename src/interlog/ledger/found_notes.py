"""Finding notes by their words: those of parties, those that are the text of an interaction, and replies."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..model.notes import Note, NoteKind
from ..model.searching import CANDIDATES, Kind, Terms, fold, terms_of, without_tags
from ..model.tenancy import Actor, Right
from .finding import Finding
from .notes import Notes

_AT_ONCE = 100
_KINDS = (Kind.NOTE, Kind.INTERACTION)


class FoundNote(NamedTuple):
    """A note, its text without marks, and what was looked for in it."""

    note: Note
    text: str
    terms: Terms


class FoundNotes:
    """Use cases around finding notes."""

    def __init__(self, finding: Finding, notes: Notes) -> None:
        self._finding = finding
        self._notes = notes

    async def search(
        self, actor: Actor, question: str, *, limit: int, among: Sequence[int] | None = None,
        organization: int | None = None,
    ) -> list[FoundNote]:  # fmt: skip
        """Return notes that have all words of a question, the last of which may be unfinished, the best first.

        ``among``: some notes, which alone are looked through, in this order; ``organization``: whose they are. As in
        ``Finding.search`` it is the thousand that were changed last that are ranked.
        """
        actor.require(Right.READ)
        terms = terms_of(question)
        if terms is None:
            return []

        def meets(note: Note) -> FoundNote | None:
            text = without_tags(note.content) if note.kind is NoteKind.HTML else note.content
            is_its = organization is None or organization in note.links.organizations
            return FoundNote(note, text, terms) if is_its and terms.are_in(fold(text)) else None

        if among is not None:
            return (await self._meeting(actor, among, meets))[:limit]
        found: list[FoundNote] = []
        for skip in range(0, CANDIDATES, _AT_ONCE):
            there = await self._finding.search(actor, question, _KINDS, limit=_AT_ONCE, skip=skip)
            ids = [item.id for item in there.items[Kind.NOTE]]
            briefs = [item.brief for item in there.items[Kind.INTERACTION] if item.brief is not None]
            ids += [brief.note_id for brief in briefs if brief.note_id is not None]
            found += await self._meeting(actor, ids, meets)
            if len(found) >= limit or not any(there.more.values()):
                break
        return found[:limit]

    async def _meeting(
        self, actor: Actor, ids: Sequence[int], meets: Callable[[Note], FoundNote | None]
    ) -> list[FoundNote]:
        there = await self._notes.get_many(actor, set(ids))
        found = (meets(there[id_]) for id_ in dict.fromkeys(ids) if id_ in there)
        return [item for item in found if item is not None]
