"""A store full of visits at the door: ten campaigns, each contact visited fifty times, answers to a survey.

The rows are those of Interlog's own use cases, but that contacts do not learn what visits make of them: a list of
visits reads nothing of it.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from rich.progress import Progress

from interlog.ledger import Ledger
from interlog.ledger.adding import add_drafts
from interlog.ledger.drafts import Accepted
from interlog.ledger.tenants import system_actor
from interlog.model.canvassing.permissions import Permit
from interlog.model.canvassing.resources import ResourceDraft, derived_id, root_organization
from interlog.model.canvassing.said import said_in
from interlog.model.canvassing.surveys import Survey, compiled
from interlog.model.canvassing.visits import TYPE, Beside, Visit, content_of, summary_of, title_of
from interlog.model.instants import from_datetime, now
from interlog.model.interactions import Draft
from interlog.model.parties import PersonDraft, PersonKind
from interlog.model.tenancy import Actor
from interlog.store.statements import Unit

from .requests import raw_request
from .settling import settle
from .shape import chance, moment_of
from .visits import MODES, QUESTIONS, REASONS, WISH

VERSION = 1
"""To be counted up when anything here changes."""

CAMPAIGNS = 10
EACH = 50
"""How often each contact is visited: a full page."""

CREW = 40
_BATCH = 5_000
_CONTACTS_AT_ONCE = 500
_LAT, _LNG = 43.07, -89.39
_METRES_A_MILE = 1_609.344


class Doors(Struct):
    """How a store was filled with visits. ``places``: campaigns and visits in them, all over the store."""

    size: int
    tenant: int
    token: str
    campaigns: list[str]
    contacts: list[str]
    places: list[tuple[str, str]]


async def fill(url: str, size: int) -> Doors:
    """Fill an empty database with visits."""
    ledger = await Ledger.open(url)
    try:
        tenant, owner, _ = await ledger.tenants.init(
            "bench", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example")
        )
        actor = system_actor(tenant, owner.id, protocol="polis")
        await ledger.permits.of(actor)  # what every tenant has is there from now on
        with Progress(transient=True) as progress:
            task = progress.add_task(f"Filling a store of {size:,} visits", total=size)
            filling = _Filling(ledger, actor, size)
            await filling.found()
            for start in range(0, size, _BATCH):
                await filling.visit(start, min(start + _BATCH, size))
                progress.update(task, completed=start + _BATCH)
        await settle(ledger, tenant.id)
        user = await ledger.tenants.user(tenant, "mia@own.example")
        token, _ = await ledger.access.create_token(actor, user, label="benchmarks")
    finally:
        await ledger.close()
    return Doors(size, tenant.id, token, filling.campaigns, filling.contacts, filling.places)


class _Filling:
    """Keeps what visits refer to while they are written."""

    def __init__(self, ledger: Ledger, actor: Actor, size: int) -> None:
        self._ledger, self._actor, self._size = ledger, actor, size
        self.campaigns = [derived_id(actor.tenant, "campaign", str(place)) for place in range(CAMPAIGNS)]
        self.contacts = [derived_id(actor.tenant, "contact", str(place)) for place in range(size // EACH)]
        self.places: list[tuple[str, str]] = []
        self._persons: list[int] = []
        self._crew: list[tuple[Actor, Permit]] = []
        self._surveys: list[tuple[str, Survey]] = []

    async def found(self) -> None:
        """Create campaigns with their surveys, canvassers and contacts."""
        ledger, actor = self._ledger, self._actor
        for place, campaign in enumerate(self.campaigns):
            organization = root_organization(actor.tenant)
            data: dict[str, Any] = {"name": f"Bus lines {place}", "status": "started", "organizationId": organization}
            await ledger.resources.create(actor, ResourceDraft(kind="campaigns", id=campaign, data=data))
            asked = [
                question | {"questionId": derived_id(actor.tenant, campaign, question["tag"])} for question in QUESTIONS
            ]
            data = {"name": "Bus lines", "campaignId": campaign, "questions": asked}
            survey = (await ledger.resources.create(actor, ResourceDraft(kind="surveys", data=data))).resource
            self._surveys.append((survey.id, compiled(survey.data)))
        drafts = [
            PersonDraft(first_name="Own", last_name=f"Canvasser{place}", emails=(f"own{place}@own.example",),
                        kind=PersonKind.INTERNAL)
            for place in range(CREW)
        ]  # fmt: skip
        for person in await ledger.bulk.create_persons(actor, drafts):
            own = system_actor(actor.tenant, person.id, protocol="polis")
            self._crew.append((own, await ledger.permits.of(own)))
        for start in range(0, len(self.contacts), _CONTACTS_AT_ONCE):
            items = [
                ResourceDraft(kind="contacts", id=id_, data=_contact(id_))
                for id_ in self.contacts[start : start + _CONTACTS_AT_ONCE]
            ]
            for made in await ledger.contacts.create_many(actor, items):
                assert not isinstance(made, Exception), made
                self._persons.append(made.resource.person or 0)

    async def visit(self, start: int, end: int) -> None:
        """Write visits from one place to another, in one unit for each canvasser who made some of them."""
        crew: dict[int, list[Draft]] = {}
        for index in range(start, end):
            crew.setdefault(chance(index, 30) % CREW, []).append(self._draft(index))
        for place, drafts in crew.items():
            actor, unit = self._crew[place][0], Unit()
            accepted = [Accepted(draft, actor.tenant.types_by_name[TYPE], [], "") for draft in drafts]
            for item in await add_drafts(self._ledger.store, actor, unit, accepted, now()):
                if chance(item.number, 31) % (self._size // 1_000 or 1) == 0:
                    self.places.append((item.content.fields["campaignId"], item.uuid))
            await self._ledger.store.database.write(unit)

    def _draft(self, index: int) -> Draft:
        place = chance(index, 32) % CAMPAIGNS
        contact = index % len(self.contacts)
        canvasser, permit = self._crew[chance(index, 30) % CREW]
        survey_id, survey = self._surveys[place]
        away = chance(index, 33) % 3 > 0
        answers = _answers(index, away=away)
        ids = {question.tag: id_ for id_, question in survey.questions.items()}
        visit = Visit(
            campaign=self.campaigns[place],
            contact=self.contacts[contact],
            survey=survey_id,
            at=from_datetime(moment_of(index, self._size)).instant,
            responses={ids[tag]: {"questionId": ids[tag], "fields": {tag: value}} for tag, value in answers.items()},
            unavailable=away,
            successful=None if away else chance(index, 34) % 2 == 0,
            distance=chance(index, 35) % 40 / _METRES_A_MILE,
            lat=_LAT + chance(index, 36) % 100_000 / 1_000_000,
            lng=_LNG + chance(index, 37) % 100_000 / 1_000_000,
            confidence=8,
            beside=Beside(creator=permit.user),
        )
        title, body = title_of(f"Bus lines {place}"), summary_of(visit, said_in(visit.responses, survey))
        return Draft(type=TYPE, content=content_of(visit, title, body, self._persons[contact], canvasser.person_id))


def _contact(id_: str) -> dict[str, Any]:
    return {"profile": {"name": {"first": "Contact", "last": id_[:8]}}, "fields": {}, "answers": {}}


def _answers(index: int, *, away: bool) -> dict[str, object]:
    draw = chance(index, 38)
    if away:
        return {"available": "false", "unavailable_reason": REASONS[draw % len(REASONS)]}
    return {
        "available": "true",
        "rides_bus": "true" if draw % 3 else "false",
        "lines_used": ["A", "D"] if draw % 2 else ["B"],
        "main_mode": MODES[draw % len(MODES)],
        "service_rating": 1 + draw % 5,
        "wish": f"{WISH} ({draw % 100_000})",
    }


def of_contacts(doors: Doors, many: int) -> Iterator[bytes]:
    """Yield requests for all visits of contacts all over the store, a page each."""
    for draw in range(many):
        contact = doors.contacts[chance(draw, 40) % len(doors.contacts)]
        yield _list(doors, f'/data/contactId eq "{contact}"')


def of_campaigns(doors: Doors, many: int) -> Iterator[bytes]:
    """Yield requests for pages of campaigns that begin anywhere, as the links to further pages do."""
    for draw in range(many):
        campaign, id_ = doors.places[chance(draw, 41) % len(doors.places)]
        cursor = base64.urlsafe_b64encode(json.dumps([id_]).encode()).decode().rstrip("=")
        yield _list(doors, f'/data/campaignId eq "{campaign}"', cursor=cursor)


def _list(doors: Doors, condition: str, **more: str) -> bytes:
    query = urlencode({"filter": condition, "limit": EACH} | more)
    return raw_request("GET", f"/polis/v1/interactions?{query}", doors.token)
