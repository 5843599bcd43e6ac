"""Who somebody is of whom another system has sent a card: a name, an address, ids."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ..model.ids import uuid7
from ..model.instants import now
from ..model.interactions import Draft, Interaction
from ..model.parties import (
    Card,
    Organization,
    OrganizationDraft,
    Party,
    Person,
    PersonDraft,
    PersonKind,
    normal_email,
)
from ..model.person_rules import plain_name, split_name
from ..model.tenancy import Actor, Right
from ..store import external_ids
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.external_ids import Pair
from ..store.statements import Unit
from ..store.store import Store
from .organizations import Organizations
from .persons import Persons


class Bound(NamedTuple):
    """Drafts whose participants are persons as far as cards tell, those yet to be stored, and which ids were known."""

    drafts: Sequence[Draft]
    newcomers: list[Person]
    known: dict[Pair, int]


class Cards:
    """Use cases around cards. A card is of whoever we gave its uuid to, else who has its address, else one of its ids,
    else alone its name."""

    def __init__(self, store: Store, persons: Persons, organizations: Organizations) -> None:
        self._store = store
        self._database = store.database
        self._people = persons
        self._organizations = organizations

    async def persons(self, actor: Actor, cards: Sequence[Card]) -> list[Person | None]:
        """Return whose cards these are; None where nobody is known by what a card says."""
        actor.require(Right.READ)
        found, _ = await self._find(actor, cards)
        people = await person_rows.by_ids(self._database, actor.tenant.id, set(found.values()))
        return [people.get(found.get(card, 0)) for card in cards]

    async def bind(self, actor: Actor, drafts: Sequence[Draft]) -> Bound:
        """Name the persons of drafts that come with cards.

        Who is not known becomes a new person, with an address or without one.
        """
        cards = [card for draft in drafts for card in draft.cards]
        if not cards:
            return Bound(drafts, [], {})
        found, known = await self._find(actor, cards)
        newcomers: list[Person] = []
        if actor.tenant.settings.create_unknown_persons:
            unknown = list(dict.fromkeys(card for card in cards if card not in found))
            newcomers = await self._newcomers(actor, unknown, found)
        return Bound([_named(draft, found) for draft in drafts], newcomers, known)

    async def _newcomers(self, actor: Actor, unknown: Sequence[Card], found: dict[Card, int]) -> list[Person]:
        """Return new persons for cards of nobody, and add whose these are: cards that share an id are of the same."""
        owners, newcomers = await self._people.bind(
            actor, {normal_email(card.email): card.name for card in unknown if card.email}
        )
        new_ids: dict[Pair, int] = {}
        for card in sorted(unknown, key=lambda card: not card.email):
            id_ = owners.get(normal_email(card.email or ""))
            if id_ is None:
                id_ = next((new_ids[pair] for pair in card.ids if pair in new_ids), None)
            if id_ is None and (plain_name(card.name) or card.ids):
                newcomers.append(await self._without_address(actor, card))
                id_ = newcomers[-1].id
            if id_ is not None:
                found[card] = id_
                new_ids |= {pair: id_ for pair in card.ids if pair not in new_ids}
        return newcomers

    def learn(
        self, actor: Actor, unit: Unit, known: dict[Pair, int], stored: Iterable[tuple[Draft, Interaction]]
    ) -> None:
        """Add to a unit the ids that cards say of the persons who took part, where nobody had them."""
        new: dict[Pair, int] = {}
        for draft, item in stored:
            for card, part in zip(draft.cards, item.content.participants, strict=False):
                if part.person is not None:
                    new |= {pair: part.person for pair in card.ids if pair not in known and pair not in new}
        if new:
            external_ids.insert(unit, actor.tenant.id, Party.PERSON, new)

    async def external_ids(self, actor: Actor, kind: Party, ids: Iterable[int]) -> dict[int, dict[str, str]]:
        """Return the ids by which other systems know persons or organizations: system -> id, for each of ours."""
        actor.require(Right.READ)
        wanted = set(ids)
        found = await external_ids.by_parties(self._database, actor.tenant.id, kind, wanted) if wanted else {}
        return {id_: dict(pairs) for id_, pairs in found.items()}

    async def organization(self, actor: Actor, card: Card) -> Organization | None:
        """Return the organization that a card is of; it has no address."""
        actor.require(Right.READ)
        tenant = actor.tenant.id
        ours = await organization_rows.ids_by_uuid(self._database, tenant, [card.uuid]) if card.uuid else {}
        known = await external_ids.parties(self._database, tenant, Party.ORGANIZATION, card.ids)
        ids = [ours.get(card.uuid or ""), *(known.get(pair) for pair in card.ids)]
        id_ = next((id_ for id_ in ids if id_ is not None), None)
        if id_ is not None:
            return (await organization_rows.by_ids(self._database, tenant, [id_])).get(id_)
        found = await organization_rows.exact_matches(self._database, tenant, plain_name(card.name))
        named = [item for item in found if item.name.casefold() == plain_name(card.name).casefold()]
        return named[0] if len(named) == 1 else None

    async def put_person(self, actor: Actor, card: Card) -> tuple[Person, bool]:
        """Store what a card says of a person; returns the person, and whether it is a new one."""
        actor.require(Right.WRITE)
        (known,) = await self.persons(actor, [card])
        first_name, last_name = split_name(plain_name(card.name))
        emails = (card.email,) if card.email else ()
        new = await self._unknown(actor, Party.PERSON, card)
        if known is None:
            if not first_name:
                first_name = card.email or next((id_ for _, id_ in card.ids), "")
            draft = PersonDraft(first_name=first_name, last_name=last_name, emails=emails, ids=new)
            return await self._people.create(actor, draft), True
        missing = tuple(email for email in emails if normal_email(email) not in map(normal_email, known.emails))
        same_name = not first_name or (first_name, last_name) == (known.first_name, known.last_name)
        if same_name and not missing and not new:
            return known, False
        changed = await self._people.update(
            actor,
            known.id,
            first_name=None if same_name else first_name,
            last_name=None if same_name else last_name,
            emails=known.emails + missing,
            new_ids=new,
        )
        return changed, False

    async def put_organization(self, actor: Actor, card: Card) -> tuple[Organization, bool]:
        """Store what a card says of an organization; returns the organization, and whether it is a new one."""
        actor.require(Right.WRITE)
        known = await self.organization(actor, card)
        name = plain_name(card.name)
        new = await self._unknown(actor, Party.ORGANIZATION, card)
        if known is None:
            draft = OrganizationDraft(name=name or next((id_ for _, id_ in card.ids), ""), ids=new)
            return await self._organizations.create(actor, draft), True
        if not new and name in ("", known.name):
            return known, False
        return await self._organizations.update(actor, known.id, name=name or None, new_ids=new), False

    async def _unknown(self, actor: Actor, kind: Party, card: Card) -> tuple[Pair, ...]:
        known = await external_ids.parties(self._database, actor.tenant.id, kind, card.ids)
        return tuple(pair for pair in dict.fromkeys(card.ids) if pair not in known)

    async def _find(self, actor: Actor, cards: Sequence[Card]) -> tuple[dict[Card, int], dict[Pair, int]]:
        """Return whose cards are known, and whose ids."""
        tenant = actor.tenant.id
        addresses = {normal_email(card.email) for card in cards if card.email}
        owners = await person_rows.ids_by_email(self._database, tenant, addresses) if addresses else {}
        uuids = {card.uuid for card in cards if card.uuid}
        ours = await person_rows.ids_by_uuid(self._database, tenant, uuids) if uuids else {}
        pairs = list(dict.fromkeys(pair for card in cards for pair in card.ids))
        known = await external_ids.parties(self._database, tenant, Party.PERSON, pairs)
        found: dict[Card, int] = {}
        for card in cards:
            ids = [ours.get(card.uuid or ""), owners.get(normal_email(card.email or ""))]
            ids += [known.get(pair) for pair in card.ids]
            id_ = next((id_ for id_ in ids if id_ is not None), None)
            if id_ is None and not card.email and not card.ids and card not in found:
                id_ = await self._namesake(actor, plain_name(card.name))
            if id_ is not None:
                found[card] = id_
        return found, known

    async def _namesake(self, actor: Actor, name: str) -> int | None:
        """Return who alone has the name."""
        if not name:
            return None
        found = await person_rows.exact_matches(self._database, actor.tenant.id, name)
        return found[0].id if len(found) == 1 else None

    async def _without_address(self, actor: Actor, card: Card) -> Person:
        first_name, last_name = split_name(plain_name(card.name) or card.ids[0][1])
        return Person(
            id=await self._store.numbers.one(actor.tenant.id, "person"),
            uuid=uuid7(),
            kind=PersonKind.EXTERNAL,
            first_name=first_name,
            last_name=last_name,
            created_at=now(),
        )


def _named(draft: Draft, found: dict[Card, int]) -> Draft:
    if not draft.cards:
        return draft
    parts = list(draft.content.participants)
    for index, card in enumerate(draft.cards):
        if card in found and parts[index].person is None:
            part = parts[index]
            parts[index] = type(part)(found[card], part.role, part.address, part.name)
    return replace(draft, content=replace(draft.content, participants=tuple(parts)))
