"""Users, as whoever looks after the tenant does it: invite them, decide what they may do, let them in and keep them
out; and the tokens of all of them."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from msgspec.structs import replace

from ..model.conditions import Condition
from ..model.errors import Conflict, Invalid, NotFound, Problem
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Person, PersonDraft, PersonKind, normal_email
from ..model.person_rules import email_problems, name_problems
from ..model.tenancy import Actor, Right, Token, User, UserRole
from ..store import persons as person_rows
from ..store import staff as rows
from ..store import tenants as tenant_rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.staff import Seen
from ..store.statements import Unit
from ..store.store import Store
from .persons import Persons
from .sessions import Sessions
from .tenants import Tenants

GIVEN_OUT = (UserRole.ADMIN, UserRole.MEMBER, UserRole.VIEWER)
"""The roles that are given and taken. The owner stays the owner, so that there is always somebody who may do all."""

_TRIES = 4

Follower: TypeAlias = Callable[[Actor, Unit, User, User], Awaitable[None]]
"""Adds to a unit what follows from a user's change: what he was, and what he will be."""


class Staff:
    """Use cases around a tenant's users. ``changed`` is told of the tenant whose users are others by now."""

    def __init__(
        self, store: Store, tenants: Tenants, persons: Persons, sessions: Sessions, changed: Callable[[int], None]
    ) -> None:
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self._persons = persons
        self._sessions = sessions
        self._changed = changed
        self.followers: list[Follower] = []

    async def page(self, actor: Actor, *, after: int = 0, limit: int) -> list[Seen]:
        """Return users with when they were last seen, in the order of their persons' ids."""
        actor.require(Right.ADMIN)
        return await rows.users(self._database, actor.tenant.id, after=after, limit=limit)

    async def get(self, actor: Actor, person_id: int) -> Seen:
        """Return a user and when he was last seen."""
        actor.require(Right.ADMIN)
        found = await rows.users(self._database, actor.tenant.id, after=person_id - 1, limit=1)
        if not found or found[0].user.person_id != person_id:
            raise NotFound("user", person_id)
        return found[0]

    async def colleagues(
        self, actor: Actor, condition: Condition | None = None, *, term: str = "", after: int = 0, limit: int
    ) -> list[tuple[User, Person]]:
        """Return users in the order of their persons' ids, whoever asks.

        ``condition``: what their ``id`` and ``active`` meet; ``term``: a part of a name or an address.
        """
        actor.require(Right.READ)
        found = await rows.page(self._database, actor.tenant.id, condition, term=term, after=after, limit=limit)
        people = await self._persons.get_many(actor, [user.person_id for user in found])
        return [(user, people[user.person_id]) for user in found if user.person_id in people]

    async def colleague(self, actor: Actor, person_id: int) -> tuple[User, Person]:
        """Return a user, whoever asks; raises ``NotFound``."""
        for found in await self.colleagues(actor, after=person_id - 1, limit=1):
            if found[0].person_id == person_id:
                return found
        raise NotFound("user", person_id)

    async def tokens(self, actor: Actor, *, before: int = 2**62, limit: int) -> list[Token]:
        """Return everybody's tokens, the newest first, also those that are over."""
        actor.require(Right.ADMIN)
        return await rows.tokens(self._database, actor.tenant.id, before=before, limit=limit)

    async def invite(
        self, actor: Actor, *, first_name: str, last_name: str, email: str, role: UserRole
    ) -> tuple[Person, str]:
        """Make a user of whom the address belongs to, or of somebody new; returns him and the key of his first link."""
        actor.require(Right.ADMIN)
        problems = _role_problems(role)
        address = normal_email(email)
        problems += [replace(problem, path="email") for problem in email_problems((address,))]
        if problems:
            raise Invalid(*problems)
        known = (await person_rows.ids_by_email(self._database, actor.tenant.id, [address])).get(address)
        if known is None:
            problems = name_problems(first_name, last_name)
            if problems:
                raise Invalid(*problems)
            draft = PersonDraft(
                first_name=first_name, last_name=last_name, emails=(email.strip(),), kind=PersonKind.INTERNAL
            )
            known = (await self._persons.create(actor, draft)).id
        try:
            user = await self._tenants.add_user(actor, known, role)
        except Conflict as error:
            if error.existing is None:
                raise
            raise Invalid(Problem("email", "belongs to a user already", "taken")) from error
        self._changed(actor.tenant.id)
        return await self._persons.get(actor, known), await self._sessions.link(actor, user)

    async def link(self, actor: Actor, person_id: int) -> str:
        """Return the key of a link that signs a user in, once; raises ``Conflict`` where he may not sign in."""
        actor.require(Right.ADMIN)
        user = (await self.get(actor, person_id)).user
        if not user.active:
            raise Conflict("the user may not sign in")
        return await self._sessions.link(actor, user)

    async def change(
        self, actor: Actor, person_id: int, *, role: UserRole | None = None, active: bool | None = None
    ) -> User:
        """Give a user another role, or let him sign in or not; neither the owner's nor one's own changes.

        Who may not sign in any more is out within a second, with all of his sessions and tokens.
        """
        actor.require(Right.ADMIN)
        for _ in range(_TRIES):
            read = await tenant_rows.user_of(self._database, actor.tenant.id, person_id)
            if read is None:
                raise NotFound("user", person_id)
            new = replace(read, role=role or read.role, active=read.active if active is None else active)
            if new == read:
                return read
            problems = _role_problems(new.role) if new.role is not read.role else []
            if read.role is UserRole.OWNER:
                problems.append(Problem("role", "the owner stays the owner, and may sign in", "owner"))
            elif person_id == actor.person_id:
                problems.append(Problem("role", "nobody changes what he may do himself", "self"))
            if problems:
                raise Invalid(*problems)
            unit, at = Unit(), now()
            tenant_rows.change_user(unit, actor.tenant.id, read, new)
            add_entry(unit, actor, Action.AMEND, Entity.USER, person_id, 2, at, encode(read).decode())
            for follower in self.followers:
                await follower(actor, unit, read, new)
            try:
                await self._database.write(unit)
            except Stale:
                continue
            self._changed(actor.tenant.id)
            return new
        raise Conflict("the user was being changed by others at the same time; try again")


def _role_problems(role: UserRole) -> list[Problem]:
    return [] if role in GIVEN_OUT else [Problem("role", "is none that can be given", "choice")]
