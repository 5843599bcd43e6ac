"""Visits: read, corrected, deleted, restored. They are recorded by ``recording.py``."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ...model.canvassing.errors import Changed
from ...model.canvassing.permissions import Permit
from ...model.canvassing.said import Said, said_in
from ...model.canvassing.surveys import answers_in
from ...model.canvassing.visits import (
    FIELDS,
    PROTOCOL,
    TYPE_ID,
    Visit,
    extras_of,
    fields_of,
    summary_of,
    title_of,
    visit_of,
)
from ...model.errors import Conflict, Invalid, NotFound
from ...model.instants import EVER, now
from ...model.interactions import Brief, Content, Interaction, Participant
from ...model.journal import Action, Entity
from ...model.tenancy import Actor, Right
from ...model.types import Role
from ...store import interactions as interaction_rows
from ...store import resources as rows
from ...store import visit_groups
from ...store import visit_timeline as timeline_rows
from ...store import visits as visit_rows
from ...store.database import Duplicate, Stale
from ...store.journal import add_entries
from ...store.statements import Unit
from ...store.store import Store
from ..interactions import Interactions
from .recording import is_seen
from .surveys import Book, Books
from .visit_drafts import Found, completed, correction, problems_of, refs_of

_TRIES = 8


class Told(NamedTuple):
    """A visit as one reads it: the questions that were answered with their answers, and the names of what it refers
    to, by the kind of each."""

    visit: Visit
    answers: list[tuple[str, str]]
    names: dict[str, str]


class Visits:
    """Use cases around visits that are recorded. What the actor's groups or role hide is as if it were not there."""

    def __init__(self, store: Store, interactions: Interactions, books: Books) -> None:
        self._database = store.database
        self._interactions = interactions
        self._books = books

    # Reading

    async def get(self, actor: Actor, permit: Permit, id_: str, *, deleted: bool = False) -> Interaction:
        """Return a visit; with ``deleted`` one that was deleted."""
        actor.require(Right.READ)
        item = await interaction_rows.by_uuid(self._database, actor.tenant.id, id_)
        if item is None or not is_seen(actor, permit, item) or (item.deleted_at is not None) is not deleted:
            raise NotFound("interaction", id_)
        if item.type_id != TYPE_ID or visit_of(item.content) is None or item.voided_by is not None:
            raise NotFound("interaction", id_)
        return item

    async def newest(
        self,
        actor: Actor,
        permit: Permit,
        campaign: str,
        *,
        limit: int,
        before: tuple[int, str] | None = None,
        states: Sequence[str] = timeline_rows.STATES,
        start: int = -EVER,
        end: int = EVER,
        person: int | None = None,
    ) -> list[tuple[Brief, tuple[int, str]]]:
        """Return visits of a campaign that went in one of these ways, newest first, each with its place.

        ``before``: the place of the last one seen. From ``start`` until before ``end``; ``person``: who took part.
        """
        actor.require(Right.READ)
        wanted = timeline_rows.Wanted(
            tenant=actor.tenant.id,
            groups=actor.groups,
            campaign=campaign,
            limit=limit,
            before=before,
            canvasser=permit.user if permit.assigned_only else None,
            states=[place for place, name in enumerate(timeline_rows.STATES) if name in states],
            start=start,
            end=end,
            person=person,
        )
        return await timeline_rows.newest(self._database, wanted)

    async def told(self, actor: Actor, item: Interaction) -> Told | None:
        """Return what a visit says, by the names of what it refers to; None for what is none."""
        visit = visit_of(item.content)
        if item.type_id != TYPE_ID or visit is None:
            return None
        refs = refs_of(visit)
        found = {ref: one for ref, one in (await rows.by_refs(self._database, actor.tenant.id, refs)).items()
                 if actor.sees(one.group)}  # fmt: skip
        book = await self._books.of(actor, found.get(("surveys", visit.survey)))
        survey = book.at(visit.at) if book is not None else None
        answers = []
        for answer in answers_in(visit.responses):
            question = survey.questions.get(answer.question) if survey is not None else None
            values = answer.value if isinstance(answer.value, list) else [answer.value]
            shown = question.shown(answer.value) if question is not None else ", ".join(map(str, values))
            answers.append(((question.text if question is not None else "") or answer.tag, shown))
        names = {kind: str(one.data["name"]) for (kind, _), one in found.items() if one.data.get("name")}
        return Told(visit, answers, names)

    async def latest_by_canvasser(
        self,
        actor: Actor,
        permit: Permit,
        organization: str,
        between: tuple[int, int],
        *,
        limit: int,
        skip: int = 0,
    ) -> list[Interaction]:
        """Return the newest visit of each canvasser in a time of an organization's campaigns, newest first."""
        actor.require(Right.READ)
        window = visit_rows.Window(organization, *between)
        numbers = await visit_rows.latest_by_canvasser(
            self._database, actor.tenant.id, window, actor.groups, limit=limit, skip=skip
        )
        return await self._in_order(actor, permit, numbers)

    async def duplicates(
        self, actor: Actor, permit: Permit, campaign: str | None, *, limit: int, skip: int = 0
    ) -> list[Interaction]:
        """Return visits that may have been recorded twice: same contact, canvasser, moment and survey."""
        actor.require(Right.READ)
        numbers = await visit_rows.duplicates(
            self._database, actor.tenant.id, campaign, actor.groups, limit=limit, skip=skip
        )
        return await self._in_order(actor, permit, numbers)

    async def _in_order(self, actor: Actor, permit: Permit, numbers: Sequence[int]) -> list[Interaction]:
        found = await interaction_rows.by_numbers(self._database, actor.tenant.id, numbers)
        items = [found[number] for number in numbers if number in found]
        return [item for item in items if item.deleted_at is None and is_seen(actor, permit, item)]

    # Changing

    async def amend(
        self,
        actor: Actor,
        permit: Permit,
        id_: str,
        change: Callable[[Visit], Visit],
        *,
        expected_version: int | None = None,
    ) -> Interaction:
        """Correct a visit; if nothing is different, nothing is stored. ``Changed`` where another version is stored.

        ``Invalid`` where it refers to something else now that is not there. What follows from the answers follows anew,
        and so do the contacts of before and after.
        """
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read = await self.get(actor, permit, id_)
            if expected_version not in (None, read.version):
                raise Changed("it was changed by somebody else in the meantime; read it again", read)
            old = visit_of(read.content)
            assert old is not None, "get returns visits"
            new = change(old)
            if new.at // 1_000 == old.at // 1_000:  # clients see milliseconds
                new = replace(new, at=old.at)
            if new == old:
                return read
            draft = correction(old, new)
            refs = [*refs_of(new), ("campaigns", old.campaign)]
            found = await rows.by_refs(self._database, actor.tenant.id, refs)
            problems = problems_of(actor, new, found, before=old)
            book = await self._books.of(actor, found.get(("surveys", new.survey)))
            visit, said, wrong = completed(actor.tenant, draft, found, book)
            if problems or wrong:
                raise Invalid(*problems, *wrong)
            content = _amended(read.content, old, visit, said, found, book)
            unit, type_ = Unit(), actor.tenant.types_by_id[read.type_id]
            group = _group_after(read, old, visit, found)
            amended = await self._interactions.add_amendment(actor, unit, read, content, type_, group=group)
            if group != read.group:
                await self._move(actor, unit, amended)
            await self._interactions.follow(actor, unit, [(read, amended)])
            try:
                await self._database.write(unit)
            except (Stale, Duplicate):
                continue
            return amended
        raise Conflict("others are changing visits of the same contact; try again")

    async def _move(self, actor: Actor, unit: Unit, item: Interaction) -> None:
        """Add to a unit that a visit that is amended in it is seen by others, with its text and what replied to it."""
        tenant, root = actor.tenant.id, item.note_id
        visit_groups.move_one(unit, tenant, item.number, root, item.group)
        if root is not None:
            replies = await visit_groups.replies_of(self._database, tenant, root)
            add_entries(unit, actor, Action.AMEND, Entity.NOTE, [(*reply, None) for reply in replies], now())

    async def delete(
        self, actor: Actor, permit: Permit, id_: str, *, expected_version: int | None = None
    ) -> Interaction:
        """Delete a visit, with its note; the contact is as if it had not been."""
        read = await self._expected(actor, permit, id_, expected_version)
        return await self._interactions.delete(actor, read.number, expected_version=expected_version)

    async def restore(
        self, actor: Actor, permit: Permit, id_: str, *, expected_version: int | None = None
    ) -> Interaction:
        """Undo the deletion of a visit."""
        read = await self._expected(actor, permit, id_, expected_version, deleted=True)
        return await self._interactions.restore(actor, read.number, expected_version=expected_version)

    async def _expected(
        self, actor: Actor, permit: Permit, id_: str, version: int | None, *, deleted: bool = False
    ) -> Interaction:
        read = await self.get(actor, permit, id_, deleted=deleted)
        if version not in (None, read.version):
            raise Changed("it was changed by somebody else in the meantime; read it again", read)
        return read


def _group_after(read: Interaction, old: Visit, new: Visit, found: Found) -> int:
    """Return the security group of a corrected visit: it goes along to another campaign's, unless it has its own."""
    before, after = found.get(("campaigns", old.campaign)), found.get(("campaigns", new.campaign))
    if before is None or after is None or read.group != before.group:
        return read.group
    return after.group


def _amended(read: Content, old: Visit, visit: Visit, said: Said, found: Found, book: Book | None) -> Content:
    """Return the content of a corrected visit. A text that somebody wrote in the place of the summary stays."""
    survey = book.at(visit.at) if book is not None else None
    is_summary = read.body in (None, summary_of(old, said_in(old.responses, survey)))
    participants = read.participants
    if visit.contact != old.contact:
        person = Participant(found["contacts", visit.contact].person, Role.CONTACT)
        participants = (person, *(part for part in participants if part.role != Role.CONTACT))
    title = read.title
    if visit.campaign != old.campaign:
        title = title_of(found["campaigns", visit.campaign].data.get("name"))
    others = {name: value for name, value in read.fields.items() if name not in FIELDS}
    extras = {name: value for name, value in read.extras.items() if name != PROTOCOL}
    return replace(
        read,
        occurred_at=visit.at,
        title=title,
        body=summary_of(visit, said) if is_summary else read.body,
        participants=participants,
        fields=others | fields_of(visit),
        extras=extras | extras_of(visit),
    )
