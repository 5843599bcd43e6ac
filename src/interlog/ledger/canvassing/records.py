"""Records: what a campaign knows of a contact in a household (spec 4.3). They stand beside the contact."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...model.canvassing.contacts import Data
from ...model.canvassing.errors import Changed
from ...model.canvassing.records import Record, record_of, with_record
from ...model.canvassing.resources import Resource
from ...model.errors import InterlogError, Invalid, NotFound, Problem
from ...model.instants import now
from ...model.tenancy import Actor
from .contacts import Amendment, Contacts
from .identities import CONTACTS
from .parts import MILLISECOND, link
from .people import People
from .resources import Resources

_TRIES = 4


class Kept(NamedTuple):
    """A record, and the contact and the link that it is about. One that is ``implied`` is not stored: the campaign
    knows no more than that the contact lives there."""

    record: Record
    contact: Resource
    link: str
    implied: bool = False


class Wish(NamedTuple):
    """What is to be made of the record of a contact in a household: from what it says, None where there is none yet.

    ``change`` is pure, and may be asked several times.
    """

    contact: str
    household: str
    change: Callable[[Data | None], Data]


class Records:
    """Use cases around records of campaigns."""

    def __init__(self, resources: Resources, contacts: Contacts, people: People) -> None:
        self._resources = resources
        self._contacts = contacts
        self._people = people

    async def get(self, actor: Actor, campaign: str, contact_id: str, household: str) -> Kept:
        """Return a record; ``NotFound`` where the contact neither lives in the household nor was visited there."""
        held = await self._resources.get(actor, "campaigns", campaign)
        contact = await self._resources.get(actor, CONTACTS, contact_id)
        part = link(actor, contact, household)
        record = record_of(contact.aside, held.id, household)
        if record is not None:
            return Kept(record, contact, part.id)
        linked = (await self._resources.get_many(actor, [part.ref])).get(part.ref)
        if linked is None:
            raise NotFound("record of this contact", contact_id)
        type_ = _type_of(held, contact)
        implied = Record(
            campaign=held.id,
            household=household,
            data={"contacted": False} | ({} if type_ is None else {"type": type_}),
            created_at=linked.created_at,
            creator=linked.creator,
            modified_at=linked.created_at,
            modifier=linked.creator,
        )
        return Kept(implied, contact, part.id, implied=True)

    async def put(self, actor: Actor, campaign: str, wish: Wish, *, expected_version: int | None = None) -> Kept:
        """Create or change a record; see ``put_many``. ``expected_version``: the contact's. Raises a refusal."""
        (outcome,) = await self.put_many(actor, campaign, [wish], expected_version=expected_version)
        if isinstance(outcome, InterlogError):
            raise outcome
        return outcome

    async def put_many(
        self, actor: Actor, campaign: str, wishes: Sequence[Wish], *, expected_version: int | None = None
    ) -> list[Kept | InterlogError]:
        """Create or change records of a campaign, each for itself. Contact and household must be linked.

        A status decides the state, and with it whether the contact was contacted; a state that it does not fit is
        refused. A new record has the type of the list that the contact is on.
        """
        held = await self._resources.get(actor, "campaigns", campaign)
        outcomes: dict[int, Kept | InterlogError] = {}
        tries = 0
        while len(outcomes) < len(wishes):
            waiting = {place: wish for place, wish in enumerate(wishes) if place not in outcomes}
            some = await self._put(actor, held, waiting, expected_version)
            retried = {place for place, outcome in some.items() if isinstance(outcome, Changed)}
            if expected_version is not None or tries == _TRIES:
                retried = set()
            tries = tries + 1 if len(retried) == len(some) else 0
            outcomes |= {place: outcome for place, outcome in some.items() if place not in retried}
        return [outcomes[place] for place in range(len(wishes))]

    async def _put(
        self, actor: Actor, held: Resource, wishes: Mapping[int, Wish], expected_version: int | None
    ) -> dict[int, Kept | InterlogError]:
        """Try to fulfil wishes; ``Changed`` where a contact was changed since it was read, by others or by a wish."""
        contacts = await self._resources.get_many(actor, {(CONTACTS, wish.contact) for wish in wishes.values()})
        parts = {
            (wish.contact, wish.household): link(actor, contacts[CONTACTS, wish.contact], wish.household)
            for wish in wishes.values()
            if (CONTACTS, wish.contact) in contacts
        }
        links = await self._resources.get_many(actor, [part.ref for part in parts.values()])
        outcomes: dict[int, Kept | InterlogError] = {}
        going: dict[int, Data] = {}
        for place, wish in wishes.items():
            contact = contacts.get((CONTACTS, wish.contact))
            if contact is None or parts[wish.contact, wish.household].ref not in links:
                text = "does not live in this household"
                outcomes[place] = Invalid(Problem("/params/contactId", text, "unknown_id"))
                continue
            read = record_of(contact.aside, held.id, wish.household)
            data = wish.change(read.data if read is not None else None)
            type_ = _type_of(held, contact)
            going[place] = data if "type" in data or type_ is None else data | {"type": type_}
        states = await self._states(actor, going.values())
        by, at = await self._people.uuid_of(actor), now() // MILLISECOND * MILLISECOND
        amendments: dict[int, Amendment] = {}
        for place, data in going.items():
            wish = wishes[place]
            try:
                change = _Change(held.id, wish.household, _settled(data, states), at, by)
            except Invalid as error:
                outcomes[place] = error
                continue
            version = expected_version or contacts[CONTACTS, wish.contact].version
            amendments[place] = Amendment(wish.contact, change.made, version)
        made = await self._contacts.amend_many(actor, list(amendments.values()))
        for (place, amendment), outcome in zip(amendments.items(), made, strict=True):
            household = wishes[place].household
            if isinstance(outcome, InterlogError):
                outcomes[place] = outcome
            else:
                record = record_of(outcome.resource.aside, held.id, household)
                assert record is not None, "it was written in this unit"
                outcomes[place] = Kept(record, outcome.resource, parts[amendment.id, household].id)
        return outcomes

    async def _states(self, actor: Actor, some: Iterable[Data]) -> dict[str, Any]:
        """Return the states of contacts that the statuses mean."""
        found = await self._resources.get_many(
            actor, {("statuses", data["statusId"]) for data in some if "statusId" in data}
        )
        return {id_: status.data.get("contactState") for (_, id_), status in found.items()}


class _Change(NamedTuple):
    """The change of a contact that writes a record beside it."""

    campaign: str
    household: str
    data: Data
    at: int
    by: str

    def made(self, contact: Resource) -> Resource:
        """Return the contact with the record."""
        read = record_of(contact.aside, self.campaign, self.household)
        if read is not None and read.data == self.data:
            return contact
        record = (
            read.changed(self.data, self.at, self.by)
            if read is not None
            else Record(
                campaign=self.campaign,
                household=self.household,
                data=self.data,
                created_at=self.at,
                creator=self.by,
                modified_at=self.at,
                modifier=self.by,
            )
        )
        return replace(contact, aside=with_record(contact.aside, record))


def _settled(data: Data, states: dict[str, Any]) -> Data:
    """Return what a record says once its status is reckoned with."""
    status = data.get("statusId")
    if status is None:
        return data
    if status not in states:
        raise Invalid(Problem("/data/statusId", "names nothing that is there in statuses", "unknown_id"))
    state = states[status]
    if data.get("state", state) != state:
        raise Invalid(Problem("/data/statusId", f"is a status of the state {state}", "choice"))
    return {"contacted": is_contacted(state)} | data | {"state": state}


def is_contacted(state: str) -> bool:
    """Whether somebody of this state was contacted."""
    return not state.startswith("not-contacted") and state != "unknown"


def _type_of(campaign: Resource, contact: Resource) -> str | None:
    """Return the type that a campaign gives the list that a contact is on."""
    for item in campaign.data.get("lists", ()):
        if item.get("listId") == contact.data.get("listId"):
            type_: str | None = item.get("type")
            return type_
    return None
