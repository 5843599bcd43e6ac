"""Fields, and what stands in them (spec 14.4, 14.5)."""

from typing import Any, NamedTuple

import pytest

from interlog.model.fields import FieldDraft, ValueType
from interlog.model.instants import DAY, SECOND, now
from interlog.model.interactions import Participant
from interlog.model.parties import ListEntry, Organization, Party, PartyList, Person
from interlog.model.tenancy import Right
from interlog.model.types import Direction, Role
from interlog.protocols.affinity.v2.search_fields import OPERATORS
from tests.counting import least
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered
from .columns import Column, fill, made
from .conftest import PREFIX
from .wire import attendee, coded, data, followed, invalid, short, time

NEWEST = {"X-Affinity-Api-Version": "2026-09-17"}
STANDING = {"id", "listId", "listName", "creatorId", "createdAt", "fields"}


class World(NamedTuple):
    """A person and a company on a list each, with fields of every kind, there and everywhere, all of them filled."""

    firm: Firm
    ola: Person
    client: Organization
    lists: dict[Party, PartyList]
    entries: dict[Party, ListEntry]
    everywhere: dict[Party, list[Column]]
    there: dict[Party, list[Column]]

    def party(self, kind: Party) -> int:
        """The id of the one of a kind."""
        return self.ola.id if kind is Party.PERSON else self.client.id


PATHS = {Party.PERSON: "/persons", Party.ORGANIZATION: "/companies"}
each_kind = pytest.mark.parametrize("kind", PATHS, ids=lambda kind: kind.name.lower())


@pytest.fixture
def world(firm: Firm) -> World:
    """Such a world on each engine."""
    return made_world(firm)


def made_world(firm: Firm) -> World:
    """Make such a world."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    client = firm.organization("Client", "client.example", persons=[ola])
    found = World(firm, ola, client, {}, {}, {}, {})
    run, ledger = firm.server.run, firm.ledger
    for kind in PATHS:
        item = run(ledger.opportunities.create_list(firm.actor, f"On {kind.name}", kind, is_public=True))
        entry, _ = run(ledger.list_entries.add(firm.actor, item.id, found.party(kind)))
        found.lists[kind], found.entries[kind] = item, entry
        found.everywhere[kind] = made(firm, kind, None, ola, client)
        found.there[kind] = made(firm, kind, item.id, ola, client)
        fill(firm, found.everywhere[kind], found.party(kind))
        fill(firm, found.there[kind], found.party(kind), entry.id)
    return found


def wires(*columns: Column) -> list[dict[str, Any]]:
    """Return fields with their values, in the order in which they were made."""
    return [column.wire for column in sorted(columns, key=lambda column: column.field.id)]


@pytest.mark.covers("v2.persons.fields", "v2.companies.fields", "v2.lists.fields")
class TestMetadata:
    """``GET /v2/persons/fields``, ``GET /v2/companies/fields``, ``GET /v2/lists/{id}/fields``"""

    @each_kind
    def test_answer_exactly_their_keys(self, v2: Caller, firm: Firm, kind: Party) -> None:
        """Own fields and those that interactions fill in; newer versions tell more."""
        draft = FieldDraft(name="Age", kind=kind, value_type=ValueType.NUMBER, is_required=True)
        field = firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))
        own, *others = data(v2.get(f"{PATHS[kind]}/fields"))
        assert own == {
            "id": f"field-{field.id}", "name": "Age", "type": "global", "enrichmentSource": None, "valueType": "number"
        }  # fmt: skip
        assert {item["id"]: item["name"] for item in others} == {
            "first-email": "First Email",
            "last-email": "Last Email",
            "first-event": "First Event",
            "last-event": "Last Event",
            "next-event": "Next Event",
            "first-chat-message": "First Chat Message",
            "last-chat-message": "Last Chat Message",
            "last-contact": "Last Contact",
        }
        assert {(item["type"], item["valueType"]) for item in others} == {("relationship-intelligence", "interaction")}
        path = f"{PATHS[kind]}/fields"
        dated = answered(v2.request("GET", path, headers={"X-Affinity-Api-Version": "2026-07-15"}))["data"]
        assert dated[0] == own | {"createdAt": time(field.created_at)}
        assert dated[1] == others[0] | {"createdAt": None}
        newest = answered(v2.request("GET", path, headers=NEWEST))["data"]
        assert newest[0] == dated[0] | {"description": None, "isRequired": True}
        assert newest[1] == dated[1] | {"description": None, "isRequired": False}

    def test_say_what_each_holds(self, v2: Caller, world: World) -> None:
        """Every type of value by its name; a list has its own fields and those of all that can stand on it."""
        for kind, path in PATHS.items():
            there, everywhere = world.there[kind], world.everywhere[kind]
            found = {item["id"]: (item["type"], item["valueType"]) for item in data(v2.get(f"{path}/fields"))}
            expected = {column.id: ("global", column.shown["type"]) for column in everywhere}
            assert {id_: one for id_, one in found.items() if id_.startswith("field-")} == expected
            listed = data(v2.get(f"/lists/{world.lists[kind].id}/fields"))
            found = {item["id"]: (item["type"], item["valueType"]) for item in listed}
            assert {id_ for id_ in found if not id_.startswith("field-")} >= {"first-email", "last-contact"}
            assert {id_: one for id_, one in found.items() if id_.startswith("field-")} == expected | {
                column.id: ("list", column.shown["type"]) for column in there
            }
        assert data(v2.get(f"/lists/{world.firm.deals()}/fields")) == []

    def test_come_in_pages(self, any_v2: Caller, any_firm: Firm) -> None:
        """All fields, without loss or repetition."""
        create = any_firm.ledger.party_fields.create
        for number in range(5):
            draft = FieldDraft(name=f"F{number}", kind=Party.PERSON, value_type=ValueType.TEXT)
            any_firm.server.run(create(any_firm.actor, draft))
        everything = [item["id"] for item in data(any_v2.get("/persons/fields"))]
        assert len(everything) == 13
        assert [item["id"] for item in followed(any_v2, "/persons/fields", limit=3)] == everything

    @pytest.mark.parametrize(
        ("filter_", "expected"),
        [
            ("name=Size", {"Size"}),
            ("name=size", set()),
            ("name=~Email", {"First Email", "Last Email"}),
            ('name=~ze | name="Last Email"', {"Size", "Last Email"}),
            ("!name=~t & name=~ze", {"Size"}),
            ("", None),
        ],
    )
    def test_filter_by_name(self, any_v2: Caller, any_firm: Firm, filter_: str, expected: set[str] | None) -> None:
        """``=`` is the whole name, ``=~`` a part of it."""
        draft = FieldDraft(name="Size", kind=Party.PERSON, value_type=ValueType.NUMBER)
        any_firm.server.run(any_firm.ledger.party_fields.create(any_firm.actor, draft))
        names = {item["name"] for item in data(any_v2.get("/persons/fields", filter=filter_))}
        assert names == expected or (expected is None and len(names) == 9)

    def test_refuses_other_filters(self, any_v2: Caller) -> None:
        """Nothing but the name can be asked for."""
        for filter_ in ("id=1", "name>a", "name=*|x", "name"):
            invalid(any_v2.get("/persons/fields", filter=filter_), "filter", "Invalid filter provided")

    def test_say_how_to_search(self, v2: Caller, world: World) -> None:
        """Where it is asked for: what filters can say of each field, and which ones searches are sorted by."""
        for path in ("/persons/fields", "/companies/fields", f"/lists/{world.lists[Party.PERSON].id}/fields"):
            plain = data(v2.get(path))
            both = data(v2.get(path, includes=["filterability", "sortability"]))
            keys = {"filterability", "sortability"}
            assert [{name: item[name] for name in item.keys() - keys} for item in both] == plain
            for item in both:
                if item["type"] == "relationship-intelligence":
                    assert (item["filterability"], item["sortability"]) == (None, None)
                    continue
                type_ = {"datetime": "date"}.get(item["valueType"], item["valueType"])
                operators = OPERATORS.get(type_)
                assert (item["filterability"] is None) == (operators is None)
                if operators is not None:
                    assert item["filterability"]["filterableFieldType"] == "field-only"
                    shown = {one["id"]: one["numberOfValuesRequired"] for one in item["filterability"]["operators"]}
                    assert shown == operators
                sortable = not item["valueType"].startswith("location")
                assert item["sortability"] == ({"sortableFieldType": "field-only"} if sortable else None)
            assert "sortability" not in data(v2.get(path, includes="filterability"))[0]
            invalid(v2.get(path, includes=["x"]), "includes[0]", "filterability, sortability")

    def test_hide_private_lists_of_others(self, any_firm: Firm) -> None:
        """The fields of a private list are its owner's."""
        create_list = any_firm.ledger.opportunities.create_list
        secret = any_firm.server.run(create_list(any_firm.actor, "Secret", Party.PERSON, is_public=False)).id
        bens = any_firm.caller(PREFIX, any_firm.token_of(any_firm.colleague("Ben")))
        coded(bens.get(f"/lists/{secret}/fields"), 403, "authorization")
        coded(bens.get(f"/lists/{UNKNOWN}/fields"), 404, "not-found")


@pytest.mark.covers("v2.persons.options", "v2.companies.options", "v2.lists.options", "v2.lists.option")
class TestOptions:
    """``GET …/fields/{field_id}/dropdown-options`` and ``…/{option_id}``"""

    def test_of_both_kinds_of_dropdowns(self, v2: Caller, world: World) -> None:
        """Options in their order, over pages; those of ranked dropdowns have a rank and a colour."""
        for kind, path in PATHS.items():
            item = world.lists[kind]
            for base, columns in (
                (path, world.everywhere[kind]),
                (f"/lists/{item.id}", [*world.everywhere[kind], *world.there[kind]]),
            ):
                for column in columns:
                    address = f"{base}/fields/{column.id}/dropdown-options"
                    if not column.field.options:
                        invalid(v2.get(address), "field_id", "no options")
                        continue
                    ranked = column.shown["type"] == "ranked-dropdown"
                    expected = [
                        {"id": one.id, "text": one.text, "type": "ranked-dropdown" if ranked else "dropdown"}
                        | ({"rank": one.rank, "color": "blue" if one.color else None} if ranked else {})
                        for one in column.field.options
                    ]
                    assert data(v2.get(address)) == expected
                    assert followed(v2, address, limit=1) == expected
                    if base != path:
                        assert [answered(v2.get(f"{address}/{one['id']}")) for one in expected] == expected
                        coded(v2.get(f"{address}/{UNKNOWN}"), 404, "not-found")
                coded(v2.get(f"{base}/fields/field-{UNKNOWN}/dropdown-options"), 404, "not-found")


@pytest.mark.covers("v2.persons.entries", "v2.companies.entries", "v2.persons.lists", "v2.companies.lists")
class TestStanding:
    """``GET /v2/persons/{id}/list-entries``, ``GET /v2/persons/{id}/lists``, and those of companies"""

    def test_show_each_list_and_its_fields(self, v2: Caller, world: World) -> None:
        """An entry has its list's name and the values that it has there; twice on a list is two entries, one list."""
        firm = world.firm
        for kind, path in PATHS.items():
            id_, item, entry = world.party(kind), world.lists[kind], world.entries[kind]
            again, _ = firm.server.run(firm.ledger.list_entries.add(firm.actor, item.id, id_))
            first, second = data(v2.get(f"{path}/{id_}/list-entries"))
            assert set(first) == STANDING
            assert first == {
                "id": entry.id,
                "listId": item.id,
                "listName": item.name,
                "creatorId": firm.mia.id,
                "createdAt": time(entry.created_at),
                "fields": wires(*world.there[kind]),
            }
            empty = sorted(world.there[kind], key=lambda column: column.field.id)
            assert (second["id"], second["fields"]) == (again.id, [column.empty for column in empty])
            assert [one["id"] for one in followed(v2, f"{path}/{id_}/list-entries", limit=1)] == [entry.id, again.id]
            (shown,) = data(v2.get(f"{path}/{id_}/lists"))
            whole = answered(v2.get(f"/lists/{item.id}"))
            assert shown == {key: value for key, value in whole.items() if key != "type"}

    def test_hide_private_lists_of_others(self, any_firm: Firm) -> None:
        """Where somebody stands that one may not see is not told."""
        run, ola = any_firm.server.run, any_firm.person("Ola")
        create_list = any_firm.ledger.opportunities.create_list
        secret = run(create_list(any_firm.actor, "Secret", Party.PERSON, is_public=False)).id
        run(any_firm.ledger.list_entries.add(any_firm.actor, secret, ola.id))
        bens = any_firm.caller(PREFIX, any_firm.token_of(any_firm.colleague("Ben")))
        for path in ("list-entries", "lists"):
            assert data(bens.get(f"/persons/{ola.id}/{path}")) == []
            assert len(data(any_firm.caller(PREFIX).get(f"/persons/{ola.id}/{path}"))) == 1
            coded(bens.get(f"/persons/{UNKNOWN}/{path}"), 404, "not-found")


@pytest.mark.covers(
    "v2.persons.list", "v2.persons.get", "v2.companies.list", "v2.companies.get", "v2.lists.entries", "v2.lists.entry",
)  # fmt: skip
class TestWithObjects:
    """``fieldIds`` and ``fieldTypes``"""

    def test_every_type_of_value(self, v2: Caller, world: World) -> None:
        """Objects, alone and on pages, have the values of what was asked for, and null where there is none."""
        for kind, path in PATHS.items():
            id_, everywhere = world.party(kind), world.everywhere[kind]
            shown = answered(v2.get(f"{path}/{id_}", fieldTypes="global"))
            assert shown["fields"] == wires(*everywhere)
            page = {item["id"]: item for item in data(v2.get(path, fieldTypes=["global"]))}
            assert page[id_] == shown
            for other in set(page) - {id_}:
                in_order = sorted(everywhere, key=lambda column: column.field.id)
                assert page[other]["fields"] == [column.empty for column in in_order]
            ids = [everywhere[2].id, everywhere[0].id, f"field-{UNKNOWN}", "nonsense"]
            assert answered(v2.get(f"{path}/{id_}", fieldIds=ids))["fields"] == wires(everywhere[0], everywhere[2])
            both = answered(v2.get(f"{path}/{id_}", fieldIds=ids[:1], fieldTypes="relationship-intelligence"))["fields"]
            assert [both[0]] == wires(everywhere[2]) and len(both) == 9
            for asked in ({"fieldTypes": "enriched"}, {"fieldTypes": "list"}, {"fieldIds": "field-x"}):
                assert answered(v2.get(f"{path}/{id_}", **asked))["fields"] == []

    def test_entries_have_those_of_their_list_besides(self, v2: Caller, world: World) -> None:
        """An entry's entity has the values that it has on the list, and everywhere."""
        for kind in PATHS:
            entry, path = world.entries[kind], f"/lists/{world.lists[kind].id}/list-entries"
            asked = {"fieldTypes": ["global", "list"]}
            (shown,) = data(v2.get(path, **asked))
            assert shown["entity"]["fields"] == wires(*world.everywhere[kind], *world.there[kind])
            assert answered(v2.get(f"{path}/{entry.id}", **asked)) == shown
            assert data(v2.get(path, fieldTypes="list"))[0]["entity"]["fields"] == wires(*world.there[kind])
            one = world.there[kind][0]
            assert data(v2.get(path, fieldIds=one.id))[0]["entity"]["fields"] == wires(one)

    def test_opportunities_have_those_of_their_list(self, v2: Caller, firm: Firm) -> None:
        """The fields of an opportunity are its list's."""
        deal = firm.opportunity("Pilot")
        draft = FieldDraft(name="Stage", kind=Party.OPPORTUNITY, value_type=ValueType.TEXT, list_id=deal.list_id)
        field = firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))
        firm.server.run(firm.ledger.party_values.create(firm.actor, field.id, deal.id, "Won"))
        asked = {"fieldTypes": ["list", "relationship-intelligence"]}
        (entry,) = data(v2.get(f"/lists/{deal.list_id}/list-entries", **asked))
        (shown,) = entry["entity"]["fields"]
        assert (shown["id"], shown["value"]) == (f"field-{field.id}", {"type": "text", "data": "Won"})
        path = f"/lists/{deal.list_id}/list-entries/{deal.entry_id}"
        assert answered(v2.get(path, **asked)) == entry
        assert data(v2.get(f"{path}/fields")) == [shown]

    def test_at_most_a_hundred_of_many(self, v2: Caller, firm: Firm) -> None:
        """A field of many values shows a hundred, and how many there are."""
        ola = firm.person("Ola")
        draft = FieldDraft(name="N", kind=Party.PERSON, value_type=ValueType.NUMBER, allows_multiple=True)
        field = firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))

        def shown(**headers: str) -> Any:
            path = f"/persons/{ola.id}?fieldTypes=global"
            return answered(v2.request("GET", path, headers=headers))["fields"][0]["value"]

        assert shown() == {"type": "number-multi", "data": None}
        assert shown(**NEWEST) == {"type": "number-multi", "data": None, "totalCount": 0}
        for number in range(102):
            firm.server.run(firm.ledger.party_values.create(firm.actor, field.id, ola.id, number))
        assert shown() == {"type": "number-multi", "data": list(range(100)), "totalCount": 102}

    def test_names_nobody_who_is_gone(self, v2: Caller, world: World) -> None:
        """A value that names who was deleted is not shown any more."""
        firm, column = world.firm, next(c for c in world.everywhere[Party.PERSON] if c.shown["type"] == "company")
        path = f"/persons/{world.ola.id}"
        assert answered(v2.get(path, fieldIds=column.id))["fields"] == [column.wire]
        firm.server.run(firm.ledger.organizations.delete(firm.actor, world.client.id))
        assert answered(v2.get(path, fieldIds=column.id))["fields"] == [column.empty]

    def test_refuses_other_types(self, any_v2: Caller, any_firm: Firm) -> None:
        """A type of fields that there is none of is refused by its place."""
        for path in (
            "/persons",
            f"/persons/{any_firm.mia.id}",
            "/companies",
            f"/lists/{any_firm.deals()}/list-entries",
        ):
            invalid(any_v2.get(path, fieldTypes=["global", "other"]), "fieldTypes[1]", "relationship-intelligence")


@pytest.mark.covers(
    "v2.persons.values", "v2.companies.values", "v2.lists.values",
    "v2.persons.value", "v2.companies.value", "v2.lists.value",
)  # fmt: skip
class TestValues:
    """``GET …/fields`` and ``GET …/fields/{field_id}`` of a person, a company and an entry"""

    def test_all_of_them(self, v2: Caller, world: World) -> None:
        """The same fields as with the object, in pages of twenty."""
        for kind, path in PATHS.items():
            item, id_ = world.lists[kind], world.party(kind)
            for base, columns in (
                (f"{path}/{id_}", world.everywhere[kind]),
                (
                    f"/lists/{item.id}/list-entries/{world.entries[kind].id}",
                    [*world.everywhere[kind], *world.there[kind]],
                ),
            ):
                found = followed(v2, f"{base}/fields")
                assert found[: len(columns)] == wires(*columns)
                assert len(answered(v2.get(f"{base}/fields"))["data"]) == 20
                assert [one["type"] for one in found[len(columns) :]] == ["relationship-intelligence"] * 8
                assert followed(v2, f"{base}/fields", limit=7) == found
                assert data(v2.get(f"{base}/fields", ids=[columns[0].id])) == wires(columns[0])
                assert data(v2.get(f"{base}/fields", types="enriched")) == []
                for column in columns:
                    assert answered(v2.get(f"{base}/fields/{column.id}")) == column.wire
                assert answered(v2.get(f"{base}/fields/last-email")) in found

    def test_an_unknown_field(self, v2: Caller, world: World) -> None:
        """A field of another list, of other parties, or that there is none of, is not found."""
        other = world.there[Party.ORGANIZATION][0].id
        entry = world.entries[Party.PERSON]
        for base in (f"/persons/{world.ola.id}", f"/lists/{entry.list_id}/list-entries/{entry.id}"):
            for id_ in (other, f"field-{UNKNOWN}", "nonsense", "field-", "field-x", "affinity-data-location"):
                assert coded(v2.get(f"{base}/fields/{id_}"), 404, "not-found").endswith(id_)
        coded(v2.get(f"/persons/{world.ola.id}/fields/{world.there[Party.PERSON][0].id}"), 404, "not-found")


class TestInteractions:
    """The fields that interactions fill in (spec 14.5)."""

    def test_of_a_person_and_the_company(self, v2: Caller, firm: Firm, mia: Person) -> None:
        """Each shows the first, last or next of its kind, as that kind is shown; what is missing is null."""
        ola, eve = firm.person("Ola", "Berg", "ola@client.example"), firm.person("Eve")
        client = firm.organization("Client", "client.example", persons=[ola])
        start = now() // SECOND * SECOND - 50 * DAY
        meeting = firm.log("Meeting", start, mia, ola, title="Kick-off", ended_at=start + 60 * SECOND)
        call = firm.log("Call", start + DAY, mia, ola, body="x")
        coming = firm.log("Meeting", start + 100 * DAY, mia, ola, title="Next")
        chat = firm.log("ChatMessage", start + 2 * DAY, mia, ola, body="x", direction=Direction.SENT)
        parts = [
            Participant(ola.id, Role.FROM),
            Participant(mia.id, Role.TO),
            Participant(eve.id, Role.CC),
        ]
        email = firm.log("Email", start + 3 * DAY, *parts, title="Terms", direction=Direction.RECEIVED)
        people = [attendee(mia), attendee(ola)]
        shown_email = {
            "type": "email",
            "id": email.number,
            "subject": "Terms",
            "sentAt": time(start + 3 * DAY),
            "from": attendee(ola),
            "to": [attendee(mia)],
            "cc": [attendee(eve)],
        }
        shown_chat = {
            "type": "chat-message",
            "id": chat.number,
            "direction": "sent",
            "sentAt": time(start + 2 * DAY),
            "manualCreator": short(mia),
            "participants": [short(mia), short(ola)],
        }
        expected = {
            "first-email": shown_email,
            "last-email": shown_email,
            "first-event": {
                "type": "meeting",
                "id": meeting.number,
                "title": "Kick-off",
                "allDay": False,
                "startTime": time(start),
                "endTime": time(start + 60 * SECOND),
                "attendees": people,
            },
            "last-event": {
                "type": "call", "id": call.number, "startTime": time(start + DAY), "attendees": people
            },
            "next-event": {
                "type": "meeting",
                "id": coming.number,
                "title": "Next",
                "allDay": False,
                "startTime": time(start + 100 * DAY),
                "endTime": None,
                "attendees": people,
            },
            "first-chat-message": shown_chat,
            "last-chat-message": shown_chat,
            "last-contact": shown_email,
        }  # fmt: skip
        for path in (f"/persons/{ola.id}", f"/companies/{client.id}"):
            fields = answered(v2.get(path, fieldTypes="relationship-intelligence"))["fields"]
            for field in fields:
                assert field["value"]["data"] == expected[field["id"]], field["id"]
            assert all(set(field["value"]) == {"type", "data"} for field in fields)
            newest = answered(v2.request("GET", f"{path}/fields/last-contact", headers=NEWEST))["value"]
            assert newest == {"type": "interaction", "data": shown_email, "internalPerson": short(mia)}
        nobody = firm.person("Nobody")
        fields = answered(v2.get(f"/persons/{nobody.id}", fieldTypes="relationship-intelligence"))["fields"]
        assert [field["value"] for field in fields] == [{"type": "interaction", "data": None}] * 8

    def test_hide_what_is_not_everybodys(self, any_firm: Firm) -> None:
        """What only a group sees is no last contact to the others."""
        ola, ben = any_firm.person("Ola"), any_firm.colleague("Ben", groups=(7,))
        actor = any_firm.acting(ben, Right.WRITE, 7)
        call = any_firm.log("Call", now() - DAY, ben, ola, body="x", group=7, actor=actor)
        path = f"/persons/{ola.id}/fields/last-contact"
        assert answered(any_firm.caller(PREFIX).get(path))["value"]["data"] is None
        bens = any_firm.caller(PREFIX, any_firm.token_of(ben))
        assert answered(bens.get(path))["value"]["data"]["id"] == call.number


class TestCost:
    """How much a page costs, whatever is on it."""

    def test_pages_with_values(self, world: World) -> None:
        """A page of a list costs four statements, of persons and companies no more; interactions cost a few more."""
        firm, v2 = world.firm, world.firm.caller(PREFIX)
        firm.log("Call", now() - DAY, firm.mia, world.ola, body="x")
        lists = [f"/lists/{world.lists[kind].id}/list-entries" for kind in PATHS]
        for path, most in ((lists[0], 4), (lists[1], 4), ("/persons", 4), ("/companies", 4)):

            def read(path: str, *types: str) -> None:
                assert data(v2.get(path, fieldTypes=["global", "list", *types]))

            assert least(firm.ledger, lambda path=path: read(path)) <= most  # type: ignore[misc]
            cost = least(firm.ledger, lambda path=path: read(path, "relationship-intelligence"))  # type: ignore[misc]
            assert cost <= most + 4
