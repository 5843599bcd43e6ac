"""Merges, reminders, files and webhooks, as a copy brings them."""

from collections.abc import Sequence

from msgspec.structs import replace

from ..model.deliveries import Subscription, Target
from ..model.errors import Unavailable
from ..model.files import Holder
from ..model.ids import uuid7
from ..model.imports import Import, ImportedFile, ImportedMerge, ImportedWebhook
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Organization, Party, Person, PersonKind
from ..model.reminders import Reminder, ReminderKind
from ..model.tenancy import Actor, Right
from ..store import changes
from ..store import deliveries as delivery_rows
from ..store import files as file_rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store import reminders as reminder_rows
from ..store import tenants as tenant_rows
from ..store.journal import add_entries, add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .files import Upload
from .imports import Imports
from .reminders import Reminders
from .webhooks import name_of, new_key

_HOLDERS = {
    Holder.PERSON: "person",
    Holder.ORGANIZATION: "organization",
    Holder.OPPORTUNITY: "opportunity",
    Holder.INTERACTION: "interaction",
}
_KINDS = {Party.PERSON: "person", Party.ORGANIZATION: "organization", Party.OPPORTUNITY: "opportunity"}


class ImportedRest:
    """Use cases of a copy, for an administrator."""

    def __init__(self, store: Store, imports: Imports, reminders: Reminders) -> None:
        self._store = store
        self._database = store.database
        self._imports, self._reminders = imports, reminders

    async def add_merges(self, actor: Actor, item: Import, kind: Party, new: Sequence[ImportedMerge]) -> Import:
        """Let ids of who was merged away lead to whom they became; the newest merges come first."""
        actor.require(Right.ADMIN)
        unit, tenant, at, remarks = Unit(), actor.tenant.id, now(), list[str]()
        there = await self._imports.taken(actor, _KINDS[kind], [merge.survivor for merge in new])
        entity, stored = (Entity.PERSON if kind is Party.PERSON else Entity.ORGANIZATION), 0
        for merge in new:
            if merge.survivor not in there:
                remarks.append(f"{_KINDS[kind]} {merge.gone} is left out: what it was merged into is not there")
                continue
            there.add(merge.gone)
            stored += 1
            record: Person | Organization
            if kind is Party.PERSON:
                record = Person(id=merge.gone, uuid=uuid7(), kind=PersonKind.EXTERNAL, first_name="", last_name="")
                record = replace(record, created_at=at, version=2)
                person_rows.insert(unit, tenant, record, deleted_at=at, merged_into=merge.survivor)
            else:
                record = Organization(id=merge.gone, uuid=uuid7(), name="", created_at=at, version=2)
                organization_rows.insert(unit, tenant, record, deleted_at=at, merged_into=merge.survivor)
            before = encode(replace(record, version=1)).decode()
            add_entry(unit, actor, Action.CREATE, entity, merge.gone, 1, at)
            add_entry(unit, actor, Action.MERGE, entity, merge.gone, 2, at, before)
        return await self._imports.store_with(actor, unit, item.with_stored("merges", stored, tuple(remarks)))

    async def add_file(self, actor: Actor, item: Import, given: ImportedFile, upload: Upload) -> Import:
        """Store a file whose content was uploaded; where it would lie beside nothing that is there, it is left out."""
        actor.require(Right.ADMIN)
        if given.holder not in await self._imports.taken(actor, _HOLDERS[given.holder_kind], [given.holder]):
            return await self.leave_file(actor, item, given, "what it lies beside is not there")
        if not upload.name:
            return await self.leave_file(actor, item, given, "it has no name")
        unit, tenant = Unit(), actor.tenant.id
        uploader = given.uploader
        if uploader is None or uploader not in await self._imports.taken(actor, "person", [uploader]):
            uploader = actor.person_id
        record = upload.take(given.id, given.holder_kind, given.holder, uploader, given.created_at)
        file_rows.insert(unit, tenant, [record])
        add_entries(unit, actor, Action.CREATE, Entity.FILE, [(given.id, 1, None)], now())
        try:
            return await self._imports.store_with(actor, unit, item.with_stored("files", 1))
        except Unavailable:  # perhaps it is stored all the same: then its content must not go
            raise
        except BaseException:
            upload.give_back()
            raise

    async def leave_file(self, actor: Actor, item: Import, given: ImportedFile, why: str) -> Import:
        """Note that a file is left out."""
        actor.require(Right.ADMIN)
        remark = f"file {given.id}, {given.name}, is left out: {why}"
        return await self._imports.store_with(actor, Unit(), item.with_stored("files", 0, (remark,)))

    async def add_reminders(self, actor: Actor, item: Import, new: Sequence[Reminder]) -> Import:
        """Store reminders. Those of who is not there are the actor's; those about who is not there are left out."""
        actor.require(Right.ADMIN)
        unit, tenant, remarks = Unit(), actor.tenant.id, list[str]()
        there = {
            kind: await self._imports.taken(actor, name, {given.party for given in new if given.party_kind is kind})
            for kind, name in _KINDS.items()
        }
        named = {id_ for given in new for id_ in (given.creator, given.owner, given.completer) if id_ is not None}
        people = await self._imports.taken(actor, "person", named)
        stored = []
        for given in new:
            if given.party not in there[given.party_kind]:
                remarks.append(f"reminder {given.id} is left out: whom it is about is not there")
                continue
            if not {given.creator, given.owner} <= people:
                remarks.append(f"reminder {given.id} is yours: whose it was is not there")
            record = replace(
                given,
                creator=given.creator if given.creator in people else actor.person_id,
                owner=given.owner if given.owner in people else actor.person_id,
                completer=given.completer if given.completer in people else None,
            )
            reminder_rows.insert(unit, tenant, record)
            stored.append(record)
        if any(record.kind is ReminderKind.RECURRING for record in stored):
            await self._reminders.follow_contacts(actor, unit)
        add_entries(unit, actor, Action.CREATE, Entity.REMINDER, [(record.id, 1, None) for record in stored], now())
        return await self._imports.store_with(actor, unit, item.with_stored("reminders", len(stored), tuple(remarks)))

    async def add_webhooks(self, actor: Actor, item: Import, new: Sequence[ImportedWebhook]) -> Import:
        """Store webhooks that rest: whoever made one lets it go on once the source tells nobody any more.

        Then it is told of everything from now on. One whose maker is no user here is the actor's.
        """
        actor.require(Right.ADMIN)
        unit, at, remarks = Unit(), now(), list[str]()
        position = await changes.last(self._database, actor.tenant.id)
        users = {user.person_id for user in await tenant_rows.users(self._database, actor.tenant.id)}
        for given in new:
            if given.creator not in users:
                remarks.append(f"webhook {given.id} to {given.url} is yours: who made it is no user here")
            target = Target(
                url=given.url,
                signing_key=given.signing_key or new_key(),
                about={"subscriptions": given.events},
                is_paused=True,
                is_ordered=True,
            )
            record = Subscription(
                tenant_id=actor.tenant.id,
                id=given.id,
                protocol=actor.protocol,
                name=name_of(given.id),
                target=target,
                person_id=given.creator if given.creator in users else actor.person_id,
                position=position,
                created_at=given.created_at,
                changed_at=given.changed_at,
            )
            delivery_rows.insert(unit, record)
        add_entries(unit, actor, Action.CREATE, Entity.SUBSCRIPTION, [(given.id, 1, None) for given in new], at)
        return await self._imports.store_with(actor, unit, item.with_stored("webhooks", len(new), tuple(remarks)))
