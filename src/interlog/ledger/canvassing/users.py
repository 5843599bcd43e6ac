"""Users of canvassing: internal persons who can sign in, with what is kept beside them.

A user made here sees nothing and may do nothing before they are an active member of an organization. Users made in
other ways have the rights of their role in the tenant until then.
"""

from collections.abc import Callable

from msgspec.structs import replace

from ...model.canvassing.errors import Changed, Taken
from ...model.canvassing.resources import Resource, ResourceDraft
from ...model.canvassing.users import ACTIVE, BY_MEMBERSHIP, INACTIVE, data_of, names_in
from ...model.errors import Conflict, Invalid, NotFound, Problem, Unauthenticated
from ...model.ids import uuid7
from ...model.instants import now
from ...model.journal import Action, Entity
from ...model.parties import Person, PersonKind, normal_email
from ...model.tenancy import Actor, Right, User, UserRole
from ...store import persons as person_rows
from ...store import resources as rows
from ...store import tenants as tenant_rows
from ...store.database import Duplicate, Stale
from ...store.journal import add_entry
from ...store.statements import Unit
from ...store.store import Store
from ..passwords import Passwords
from ..persons import Persons
from .resources import Made, Resources

_TRIES = 4
KIND = "users"


class Users:
    """Use cases around users. ``changed`` is told of the tenant whose users are others by now."""

    def __init__(
        self, store: Store, resources: Resources, persons: Persons, passwords: Passwords, changed: Callable[[int], None]
    ) -> None:
        self._store = store
        self._database = store.database
        self._resources = resources
        self._persons = persons
        self._passwords = passwords
        self._changed = changed
        persons.followers.append(self._follow)

    async def complete(self, actor: Actor) -> None:
        """Give users who were made in other ways what stands beside a user; most often there are none."""
        for _ in range(_TRIES):
            missing = await rows.users_without(self._database, actor.tenant.id)
            if not missing:
                return
            persons = await person_rows.by_ids(self._database, actor.tenant.id, missing)
            drafts = [
                ResourceDraft(kind=KIND, id=person.uuid, data=data_of(person), person=person.id, group=0)
                for person in persons.values()
            ]
            items = await self._resources.drafted(actor, drafts)
            unit = Unit()
            self._resources.add_new(actor, unit, [replace(item, creator=None, modifier=None) for item in items])
            try:
                await self._database.write(unit)
            except Duplicate:
                continue  # somebody else is doing the same
            return

    async def create(self, actor: Actor, draft: ResourceDraft, password: str | None) -> Made:
        """Create a user, with a password if one is given. Who is a person already becomes a user.

        The same once more, by id, stores nothing; ``Taken`` where the address is another user's.
        """
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            if draft.id is not None:
                stored = (await rows.by_refs(self._database, actor.tenant.id, [(KIND, draft.id)])).get((KIND, draft.id))
                if stored is not None and stored.data == draft.data:
                    return Made(stored, repeated=True)
                if stored is not None:
                    raise Taken("there is a user with this id already", stored)
            unit = Unit()
            person = await self._person(actor, unit, draft)
            aside = {**draft.aside, BY_MEMBERSHIP: True}
            wanted = replace(draft, id=person.uuid, data=data_of(person, draft.data), aside=aside, person=person.id)
            (item,) = await self._resources.drafted(actor, [replace(wanted, group=0)])
            self._resources.add_new(actor, unit, [item])
            is_active = item.data["status"] != INACTIVE
            user = User(person_id=person.id, role=UserRole.MEMBER, active=is_active, created_at=item.created_at)
            tenant_rows.insert_user(unit, actor.tenant.id, user)
            add_entry(unit, actor, Action.CREATE, Entity.USER, person.id, 1, item.created_at)
            if password is not None:
                await self._add_password(unit, actor, person.id, password)
            try:
                await self._database.write(unit)
            except (Duplicate, Stale):
                continue
            await self._persons.bind_late(actor, [normal_email(email) for email in person.emails])
            self._changed(actor.tenant.id)
            return Made(item)
        raise Conflict("somebody else is storing the same; try again")

    async def _person(self, actor: Actor, unit: Unit, draft: ResourceDraft) -> Person:
        """Return the person that a new user is, as the unit makes them."""
        tenant, email = actor.tenant.id, draft.data["email"].strip()
        first, last = names_in(draft.data)
        owner = (await person_rows.ids_by_email(self._database, tenant, [normal_email(email)])).get(normal_email(email))
        if owner is None:
            number = await self._store.numbers.one(tenant, "person")
            person = Person(
                id=number, uuid=draft.id or uuid7(), kind=PersonKind.INTERNAL, first_name=first, last_name=last,
                emails=(email,), primary_email=email, created_at=now(),
            )  # fmt: skip
            self._persons.add_new(actor, unit, [person])
            await self._persons.bind_waiting(actor, unit, {normal_email(email): number})
            return person
        if await tenant_rows.user_of(self._database, tenant, owner) is not None:
            await self.complete(actor)
            found = await rows.by_person(self._database, tenant, KIND, [owner])
            raise Taken("the e-mail address is another user's", found.get(owner))
        read = (await person_rows.by_ids(self._database, tenant, [owner]))[owner]
        if draft.id not in (None, read.uuid):
            raise Taken("the e-mail address is that of somebody with another id")
        wanted = replace(read, kind=PersonKind.INTERNAL, first_name=first, last_name=last)
        person = await self._persons.add_change(actor, unit, read, wanted)
        await self._persons.tell(actor, unit, read, person)
        return person

    async def _add_password(self, unit: Unit, actor: Actor, person: int, password: str) -> None:
        try:
            await self._passwords.add(unit, actor, person, password)
        except Invalid as error:
            raise Invalid(*(replace(problem, path="/params/password") for problem in error.problems)) from None

    async def amend(
        self,
        actor: Actor,
        id_: str,
        change: Callable[[Resource], Resource],
        *,
        expected_version: int | None = None,
    ) -> Resource:
        """Change a user, and the person that they are; who is inactive cannot sign in any more."""
        actor.require(Right.WRITE)
        tenant = actor.tenant.id
        for _ in range(_TRIES):
            read = await self._resources.get(actor, KIND, id_)
            if expected_version not in (None, read.version):
                raise Changed("it was changed by somebody else in the meantime; read it again", read)
            wanted = change(read)
            if wanted == read:
                return read
            unit = Unit()
            await self._change_person(actor, unit, read, wanted)
            user = await tenant_rows.user_of(self._database, tenant, read.person or 0)
            is_active = wanted.data["status"] != INACTIVE
            if user is not None and user.active != is_active:
                tenant_rows.change_user(unit, tenant, user, replace(user, active=is_active))
                add_entry(unit, actor, Action.AMEND, Entity.USER, user.person_id, 2, now())
            new = await self._resources.add_change(actor, unit, read, wanted)
            try:
                await self._database.write(unit)
            except (Duplicate, Stale):
                continue
            await self._persons.bind_late(actor, [normal_email(new.data["email"])])
            self._changed(tenant)
            return new
        raise Conflict("it was being changed by others at the same time; try again")

    async def _change_person(self, actor: Actor, unit: Unit, read: Resource, wanted: Resource) -> None:
        before, after = read.data.get("email"), wanted.data["email"].strip()
        names, person = names_in(wanted.data), read.person or 0
        found = (await person_rows.by_ids(self._database, actor.tenant.id, [person])).get(person)
        if found is None:
            raise NotFound(KIND, read.id)
        emails = tuple(after if email == before else email for email in found.emails)
        emails = emails if after in emails else (after, *emails)
        if (names, emails) == ((found.first_name, found.last_name), found.emails):
            return
        owners = await person_rows.ids_by_email(self._database, actor.tenant.id, [normal_email(after)])
        if owners.get(normal_email(after), person) != person:
            raise Invalid(Problem("/data/email", "is somebody else's", "taken"))
        changed = replace(found, first_name=names[0], last_name=names[1], emails=emails, primary_email=after)
        new = await self._persons.add_change(actor, unit, found, changed)
        await self._persons.tell(actor, unit, found, new, besides=self._follow)

    async def memberships(self, actor: Actor, id_: str) -> list[Resource]:
        """Return all memberships of a user, also of organizations that the actor does not see: for what one may do."""
        actor.require(Right.READ)
        return await rows.owned_by_anybody(self._database, actor.tenant.id, "memberships", id_)

    async def reset_password(self, actor: Actor, id_: str, password: str, *, own: str) -> None:
        """Give a user a new password; ``own`` is the actor's, ``Unauthenticated`` where it is wrong."""
        actor.require(Right.WRITE)
        ids = await person_rows.ids_by_uuid(self._database, actor.tenant.id, [id_])
        if id_ not in ids:
            raise NotFound(KIND, id_)
        me = (await person_rows.by_ids(self._database, actor.tenant.id, [actor.person_id]))[actor.person_id]
        if not me.emails:
            raise Unauthenticated("the password is wrong")
        await self._passwords.check(actor.tenant, me.emails[0], own)
        try:
            await self._passwords.set(actor, ids[id_], password, right=Right.WRITE)
        except Invalid as error:
            raise Invalid(*(replace(problem, path="/params/password") for problem in error.problems)) from None

    async def _follow(self, actor: Actor, unit: Unit, read: Person, new: Person | None) -> None:
        """Add to the unit of a change of a person what it means for the user that they are."""
        if new is None or read.kind is not PersonKind.INTERNAL:
            return
        user = (await rows.by_person(self._database, actor.tenant.id, KIND, [read.id])).get(read.id)
        data = data_of(new, user.data) if user is not None else None
        if user is not None and data is not None and data != user.data:
            await self._resources.add_change(actor, unit, user, replace(user, data=data))

    async def follow_activity(self, actor: Actor, unit: Unit, read: User, new: User) -> None:
        """Add to the unit of a change of a user what it means for what stands beside them."""
        found = (await rows.by_person(self._database, actor.tenant.id, KIND, [read.person_id])).get(read.person_id)
        if found is None or read.active == new.active or (found.data.get("status") != INACTIVE) == new.active:
            return
        data = found.data | {"status": ACTIVE if new.active else INACTIVE}
        await self._resources.add_change(actor, unit, found, replace(found, data=data))
