"""Writing a canvass into a ledger, as the apps of its canvassers would have sent it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from ...ledger import Ledger
from ...ledger.canvassing.visit_drafts import Rules, VisitDraft
from ...ledger.tenants import system_actor
from ...model.canvassing.permissions import Permit
from ...model.canvassing.resources import ResourceDraft, derived_id, role_id, root_organization
from ...model.canvassing.visits import Visit
from ...model.errors import InterlogError
from ...model.instants import from_datetime
from ...model.parties import PersonDraft, PersonKind
from ...model.tenancy import Actor, UserRole
from ..load import Progress, batches
from ..naming import plain
from . import questions
from .city import CITY, COUNTRY, COUNTY, STATE, Household
from .residents import Resident
from .rounds import Knock, Walklist
from .world import Canvass

_LISTS = {
    "high-priority": "Riders' friends",
    "normal": "Everybody else",
    "do-not-knock": "Do not knock",
}
_AT_ONCE = 500
_RULES = Rules(placeholders=False)


async def load(ledger: Ledger, canvass: Canvass, actor: Actor, domain: str, progress: Progress) -> dict[str, int]:
    """Write everything of a canvass into the actor's tenant, and return how many of each there are.

    ``domain``: the e-mail domain of those who work for it, one of the tenant's own.
    """
    return await _Loader(ledger, canvass, actor, domain, progress).load()


class _Loader:
    """Keeps the ids that the canvass's keys stand for: they are derived from them, so that each run makes the same."""

    def __init__(self, ledger: Ledger, canvass: Canvass, actor: Actor, domain: str, progress: Progress) -> None:
        self._ledger, self._canvass, self._actor = ledger, canvass, actor
        self._domain, self._progress = domain, progress
        self._homes = {home.key: home for home in canvass.homes}
        self._crew: list[tuple[Actor, Permit]] = []

    async def load(self) -> dict[str, int]:
        await self._ledger.permits.of(self._actor)  # what every tenant has is there from now on
        await self._create(self._frame())
        await self._load_crew()
        await self._load_contacts()
        await self._create(self._walklist(item) for item in self._canvass.walklists)
        visits = await self._load_visits()
        notes = await self._load_notes()
        return {
            "canvassers": len(self._canvass.crew),
            "contacts": len(self._canvass.people),
            "households": len(self._canvass.homes),
            "walklists": len(self._canvass.walklists),
            "visits": visits,
            "remarks": notes,
        }

    def _id(self, *words: Any) -> str:
        return derived_id(self._actor.tenant, "demo", *map(str, words))

    async def _create(self, drafts: Iterable[ResourceDraft]) -> None:
        for draft in drafts:
            await self._ledger.resources.create(self._actor, draft)

    # What there is before anybody knocks

    def _frame(self) -> Iterable[ResourceDraft]:
        """Yield organizations, lists, campaigns, surveys and segments."""
        for place, name in enumerate(self._canvass.organizations):
            data = {
                "name": name,
                "discoverable": place == 0,
                "parentId": self._id("organization", 0) if place else root_organization(self._actor.tenant),
                "editOldTurfs": True,
                "viewUnassignedData": True,
                "requireSignUpConfirmation": True,
            }
            group = 0 if place == 0 else None
            yield ResourceDraft(kind="organizations", id=self._id("organization", place), data=data, group=group)
        organization = self._id("organization", 0)
        for priority, name in _LISTS.items():
            data = {"name": name, "organizationId": organization}
            yield ResourceDraft(kind="lists", id=self._id("list", priority), data=data)
        for key, (name, status, description) in enumerate(self._canvass.campaigns, 1):
            campaign, survey = self._id("campaign", key), self._id("survey", key)
            first, last = self._canvass.periods[key - 1]
            data = {
                "name": name,
                "status": status,
                "organizationId": organization,
                "description": f"{description} {first:%B} to {last:%B %Y}.",
                "lists": [{"listId": self._id("list", priority), "type": priority} for priority in _LISTS],
                "fields": [
                    [{"type": "field", "path": f"/data/profile/name/anglican/{part}"} for part in ("given", "surname")],
                    [{"type": "field", "path": "/data/notes"}],
                ],
            }
            if status == "complete":
                data["ended"] = f"{last.isoformat()}T18:00:00.000Z"
            yield ResourceDraft(kind="campaigns", id=campaign, data=data)
            # mypy cannot infer the type of a lambda with a default.
            asked = questions.questions(lambda tag, key=key: self._id("question", key, tag))  # type: ignore[misc]
            data = {"name": questions.NAME, "campaignId": campaign, "discoverable": False, "questions": asked}
            yield ResourceDraft(kind="surveys", id=survey, data=data)
            data = {
                "name": "Everybody",
                "campaignId": campaign,
                "surveyId": survey,
                "criteria": {"filter": "all", "clauses": [{"source": "1", "operator": "eq", "value": "1"}]},
                "precedence": 1,
            }
            yield ResourceDraft(kind="segments", id=self._id("segment", key), data=data)

    async def _load_crew(self) -> None:
        crew = self._canvass.crew
        drafts = [
            PersonDraft(
                first_name=item.first,
                last_name=item.last,
                emails=(f"{plain(item.first)}.{plain(item.last)}@{self._domain}",),
                kind=PersonKind.INTERNAL,
            )
            for item in crew
        ]
        persons = await self._ledger.bulk.create_persons(self._actor, drafts)
        for place, (item, person) in enumerate(zip(crew, persons, strict=True)):
            await self._ledger.tenants.add_user(self._actor, person.id, UserRole.MEMBER)
            data = {
                "organizationId": self._id("organization", item.organization),
                "userId": person.uuid,
                "roleId": role_id(self._actor.tenant, item.role),
                "status": "active",
                "notifications": {"dailySummary": True},
            }
            await self._create([ResourceDraft(kind="memberships", id=self._id("membership", place), data=data)])
            own = replace(system_actor(self._actor.tenant, person.id), protocol="polis", groups=self._actor.groups)
            self._crew.append((own, await self._ledger.permits.of(own)))
            self._progress(1)

    # Who lives there

    async def _load_contacts(self) -> None:
        for batch in batches(self._canvass.people, _AT_ONCE):
            outcomes = await self._ledger.contacts.create_many(self._actor, [self._contact(item) for item in batch])
            _raise(outcomes)
            self._progress(len(batch))

    def _contact(self, item: Resident) -> ResourceDraft:
        home = self._homes[item.household]
        phones = [{"phone": phone, "phoneType": "home", "active": True, "primary": not place}
                  for place, phone in enumerate(item.phones)]  # fmt: skip
        profile: dict[str, Any] = {
            "name": {"first": item.first, "last": item.last},
            "gender": item.gender,
            "languages": list(item.languages),
            "birthdate": item.birthdate.isoformat(),
            "age": item.age,
            "address": _address(home),
        }
        if phones:
            profile |= {"phone": list(item.phones), "phones": phones}
        if item.email is not None:
            emails = [{"email": item.email, "active": True, "primary": True}]
            profile |= {"email": item.email, "emails": emails}
        data = {
            "listId": self._id("list", item.priority),
            "profile": profile,
            "fields": {},
            "answers": {},
            "contacted": False,
            "reservation": {"reserved": False},
        }
        if item.external_id is not None:
            data["externalId"] = item.external_id
        return ResourceDraft(kind="contacts", id=self._id("contact", item.key), data=data)

    def _walklist(self, item: Walklist) -> ResourceDraft:
        _, status, _ = self._canvass.campaigns[item.campaign - 1]
        knocking = [one for one in range(len(self._canvass.crew)) if self._canvass.crew[one].role == "Canvasser"]
        data = {
            "name": f"Walk {item.key}",
            "campaignId": self._id("campaign", item.campaign),
            "organizationId": self._id("organization", 0),
            "assignedTo": self._crew[knocking[item.canvasser]][1].user,
            "contactIds": [self._id("contact", key) for key in item.residents],
            "status": "done" if status == "complete" else "open",
        }
        return ResourceDraft(kind="walklists", id=self._id("walklist", item.key), data=data)

    # What happened at the doors

    async def _load_visits(self) -> int:
        count = 0
        for batch in batches(self._canvass.knocks(), _AT_ONCE):
            for place in sorted({knock.canvasser for knock in batch}):
                those = [knock for knock in batch if knock.canvasser == place]
                actor, permit = self._crew[place]
                drafts = [self._visit(knock) for knock in those]
                drafts += [self._visit(knock, "again") for knock in those if knock.twice]
                _raise(await self._ledger.recording.create_many(actor, permit, drafts, _RULES))
                for knock in those:
                    await self._mend(actor, permit, knock)
                count += len(drafts)
            self._progress(len(batch))
        return count

    async def _mend(self, actor: Actor, permit: Permit, knock: Knock) -> None:
        """Change, or take back, what was sent."""
        reason, id_ = knock.amended, self._id("visit", knock.key)
        if reason is not None:
            await self._ledger.visits.amend(actor, permit, id_, lambda visit: replace(visit, reason=reason))
        if knock.deleted:
            await self._ledger.visits.delete(actor, permit, id_)

    def _visit(self, knock: Knock, *more: str) -> VisitDraft:
        responses: dict[str, dict[str, Any]] = {}
        for tag, answer in knock.answers.items():
            id_ = self._id("question", knock.campaign, tag)
            responses[id_] = {"questionId": id_, "fields": {} if answer is None else {tag: answer}}
        lat, lng, confidence = knock.place or (None, None, None)
        visit = Visit(
            campaign=self._id("campaign", knock.campaign),
            contact=self._id("contact", knock.resident),
            survey=self._id("survey", knock.campaign),
            at=_instant(knock.at),
            responses=responses,
            unavailable=knock.answers["available"] == "false",
            lat=lat,
            lng=lng,
            confidence=confidence,
            walklist=self._id("walklist", knock.walklist),
        )
        return VisitDraft(visit=visit, id=self._id("visit", knock.key, *more), created_at=_instant(knock.sent_at))

    async def _load_notes(self) -> int:
        count = 0
        for resident, text in self._canvass.notes():
            draft = ResourceDraft(
                kind="notes",
                id=self._id("note", count),
                data={"contactId": self._id("contact", resident), "text": text},
            )
            await self._ledger.contact_notes.create(self._actor, draft)
            count += 1
        return count


def _address(home: Household) -> dict[str, Any]:
    street: dict[str, Any] = {"formatted": home.line, "number": str(home.number), "route": home.street}
    if home.unit:
        street["unit"] = home.unit
    found: dict[str, Any] = {
        "streetAddress": street,
        "city": CITY,
        "county": COUNTY,
        "state": STATE,
        "country": COUNTRY,
        "postalCode": home.postal_code,
        "formatted": ", ".join(part for part in (home.line, home.unit, CITY, f"{STATE} {home.postal_code}") if part),
    }
    if home.lat is not None:
        found["position"] = {"type": "Point", "coordinates": [home.lng, home.lat]}
    return found


def _instant(moment: datetime) -> int:
    return from_datetime(moment).instant


def _raise(outcomes: Sequence[object]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, InterlogError):
            raise outcome
