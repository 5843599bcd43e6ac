"""Contacts are what their visits say, after any sequence of visits that come, change, go and come back."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.ledger.canvassing.effects import outcome_of
from interlog.ledger.canvassing.visit_drafts import Rules, VisitDraft
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.canvassing.states import edited, worked
from interlog.model.canvassing.statuses import status_id
from interlog.model.canvassing.visits import Visit
from interlog.model.errors import NotFound
from interlog.model.ids import uuid7
from interlog.model.interactions import Content, Interaction
from tests.ledger.conftest import Firm, found_firm
from tests.model.canvassing.test_states import decided

from .conftest import Working

QUESTIONS = {tag: uuid7() for tag in ("bus", "pet")}
BASE: dict[str, Any] = {
    "profile": {"name": {"first": "", "last": ""}},
    "fields": {"bus": "before"},
    "answers": {},
    "contacted": False,
    "reservation": {"reserved": True, "walklistId": QUESTIONS["bus"]},
}

visits = st.fixed_dictionaries(
    {
        "contact": st.integers(0, 1),
        "campaign": st.integers(0, 1),
        "at": st.integers(1, 4),
        "answers": st.dictionaries(st.sampled_from(["bus", "pet"]), st.sampled_from(["x", "y"])),
        "unavailable": st.booleans(),
        "reason": st.sampled_from([None, "Not Home", "Moved"]),
        "successful": st.sampled_from([None, True]),
        "status": st.sampled_from([None, "Appointment"]),
        "walklist": st.sampled_from([None, QUESTIONS["bus"], QUESTIONS["pet"]]),
    }
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["create", "create", "create", "amend", "delete", "restore", "elsewhere", "hand"]),
        st.integers(0, 4),
        visits,
    ),
    max_size=14,
)


class Doors:
    """A firm with two contacts and two campaigns, and the visits of them."""

    def __init__(self, firm: Firm) -> None:
        self.firm, self.ledger = firm, firm.ledger
        self.made: list[str] = []

    async def prepare(self) -> None:
        actor, create = self.firm.actor, self.ledger.resources.create
        self.permit = await self.ledger.permits.of(actor)
        self.campaigns = [
            (await create(actor, ResourceDraft(kind="campaigns", data={"name": name}))).resource.id for name in "ab"
        ]
        self.survey = (await create(actor, ResourceDraft(kind="surveys", data={}, placeholder=True))).resource.id
        self.contacts = [
            (await create(actor, ResourceDraft(kind="contacts", data=BASE, person=person.id))).resource.id
            for person in (self.firm.eve, self.firm.ola)
        ]

    def visit(self, said: dict[str, Any]) -> Visit:
        answers = {
            QUESTIONS[tag]: {"questionId": QUESTIONS[tag], "fields": {tag: value}}
            for tag, value in said["answers"].items()
        }
        status = status_id(self.firm.tenant, said["status"]) if said["status"] else None
        return Visit(
            campaign=self.campaigns[said["campaign"]],
            contact=self.contacts[said["contact"]],
            survey=self.survey,
            at=said["at"] * 1_000_000,
            responses=answers,
            unavailable=said["unavailable"],
            reason=said["reason"],
            successful=said["successful"],
            walklist=said["walklist"],
            status=status,
        )

    async def step(self, what: str, which: int, said: dict[str, Any]) -> None:
        actor, permit, visits = self.firm.actor, self.permit, self.ledger.visits
        if what == "create":
            draft = VisitDraft(visit=self.visit(said), id=uuid7())
            recorded = await self.ledger.recording.create(actor, permit, draft, Rules())
            self.made.append(recorded.interaction.uuid)
        elif what == "hand":
            await self.edit(self.contacts[said["contact"]], said)
        elif self.made:
            id_ = self.made[which % len(self.made)]
            try:
                if what == "amend":
                    new = self.visit(said)
                    await visits.amend(actor, permit, id_, lambda old: replace(new, beside=old.beside))
                elif what == "delete":
                    await visits.delete(actor, permit, id_)
                elif what == "restore":
                    await visits.restore(actor, permit, id_)
                else:
                    await self.move(await visits.get(actor, permit, id_), said["at"])
            except NotFound:
                pass  # it is deleted, or it is not

    async def move(self, item: Interaction, at: int) -> None:
        """Another protocol says that the visit was at another time."""

        def moved(read: Interaction) -> Content:
            return replace(read.content, occurred_at=at * 1_000_000)

        await self.ledger.interactions.amend(self.firm.actor, item.number, moved)

    async def edit(self, contact: str, said: dict[str, Any]) -> None:
        """Somebody sets a field and the state by hand."""

        def change(read: Resource) -> Resource:
            fields = read.data["fields"] | {"pet": f"by hand {said['at']}"}
            data = read.data | {"fields": fields, "state": "unknown"}
            return replace(read, data=data, aside=edited(read.data, data, read.aside, read.aside))

        await self.ledger.resources.amend(self.firm.actor, "contacts", contact, change)

    async def live(self) -> list[Interaction]:
        found = []
        for id_ in self.made:
            try:
                found.append(await self.ledger.visits.get(self.firm.actor, self.permit, id_))
            except NotFound:
                pass
        return found


@given(script=steps)
@settings(max_examples=15)
def test_contacts_equal_a_recomputation_from_scratch(
    working: Working, script: list[tuple[str, int, dict[str, Any]]]
) -> None:
    """Whatever happened to visits, in whatever order: contacts are what follows from those that are there."""
    ledger, run = working
    doors = Doors(run(found_firm(ledger)))
    run(doors.prepare())
    for step in script:
        run(doors.step(*step))
    items = run(doors.live())
    outcomes = [found for item in items if (found := outcome_of(doors.firm.tenant, item)) is not None]
    assert len(outcomes) == len(items)
    own = {contact: [o for o, i in zip(outcomes, items, strict=True) if i.content.fields["contactId"] == contact]
           for contact in doors.contacts}  # fmt: skip
    for contact, some in own.items():
        stored = run(ledger.resources.get(doors.firm.actor, "contacts", contact))
        base, aside = _without_visits(stored)
        data, expected = worked(base, aside, some, 0, None)
        assert stored.data == data
        assert decided(stored.aside) == decided(expected)
        assert _records(stored.aside) == _records(expected)
        if not any(what == "hand" for what, *_ in script):
            assert worked(BASE, {}, some, 0, None)[0] == stored.data
    assert run(ledger.check.problems()) == []


def _without_visits(stored: Resource) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a contact is by hand alone: what ``provenance`` keeps of it, read without the code under test."""
    provenance = stored.aside.get("provenance", {})
    own = provenance.get("own", {})
    data = {name: dict(value) if name in ("fields", "answers") else value for name, value in stored.data.items()}
    for part in _decided_in(stored):
        name, _, key = part.partition("/")
        before = own.get(part, {}).get("value")
        if name == "record":
            continue
        if name == "state":
            data.pop("state", None)
            data.pop("statusId", None)
            data |= before or {}
        elif key:
            data[name].pop(key, None)
            data[name] |= {key: before} if before is not None else {}
        else:
            data[name] = before
    anchors = {part: {"after": value["after"]} for part, value in own.items() if "after" in value}
    return data, {"provenance": {"own": anchors}} if anchors else {}


def _decided_in(stored: Resource) -> set[str]:
    """Return the parts that visits decided: those that are told of former ones, and all that nobody else did."""
    provenance = stored.aside.get("provenance", {})
    if "visits" not in provenance:
        return set()
    there = {name for name in ("contacted", "reservation", "state") if name in stored.data}
    there |= {f"{name}/{key}" for name in ("fields", "answers") for key in stored.data[name]}
    there -= set(provenance.get("free", ()))
    return there | {part for visit in provenance["visits"][:-1] for part in visit[3]}


def _records(aside: dict[str, Any]) -> dict[str, Any]:
    return {key: record["data"] for key, record in aside.get("records", {}).items()}
