"""Fields, their values, and how these changed, over HTTP (spec 9)."""

from typing import Any

import pytest

from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import UNKNOWN, answered, refused, short, unknown

FIELD = {"id", "name", "list_id", "enrichment_source", "value_type", "allows_multiple", "track_changes",
         "dropdown_options"}  # fmt: skip
VALUE = {"id", "field_id", "list_entry_id", "entity_type", "value_type", "entity_id", "created_at", "updated_at",
         "value"}  # fmt: skip

PERSON, ORGANIZATION, DROPDOWN, NUMBER, DATE, LOCATION, TEXT, RANKED, FILTERABLE = 0, 1, 2, 3, 4, 5, 6, 7, 10


def _field(api: Caller, value_type: int, entity_type: int = 0, **more: Any) -> dict[str, Any]:
    body = {"name": "Field", "entity_type": entity_type, "value_type": value_type} | more
    found: dict[str, Any] = answered(api.post("/fields", **body))
    return found


def _list(api: Caller, type_: int, **more: Any) -> int:
    return int(answered(api.post("/lists", **({"name": "People", "type": type_, "is_public": True} | more)))["id"])


def _value(api: Caller, field: int, entity: int, value: Any, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = answered(api.post("/field-values", field_id=field, entity_id=entity, value=value, **more))
    return found


class TestFields:
    """``/fields``"""

    @pytest.mark.covers("fields.create", "fields.list", "persons.fields", "organizations.fields")
    def test_a_field_of_all_persons(self, api: Caller) -> None:
        """It has exactly its keys, and is listed with the fields of persons, not with those of organizations."""
        field = _field(api, NUMBER, name="Age")
        assert field == {
            "id": field["id"], "name": "Age", "list_id": None, "enrichment_source": "none", "value_type": NUMBER,
            "allows_multiple": False, "track_changes": True, "dropdown_options": [],
        }  # fmt: skip
        assert set(field) == FIELD
        assert answered(api.get("/fields")) == answered(api.get("/persons/fields")) == [field]
        assert answered(api.get("/organizations/fields")) == []

    @pytest.mark.covers("fields.list", "lists.get")
    def test_a_field_of_a_list(self, api: Caller) -> None:
        """It is listed with its list, and by each of the filters; its name may have the list's before it."""
        people = _list(api, 0)
        field = _field(api, TEXT, list_id=people, is_list_specific=True, name="Mood")
        other = _field(api, DROPDOWN, 1, name="Kind")
        assert answered(api.get(f"/lists/{people}"))["fields"] == [field]
        assert answered(api.get("/persons/fields")) == []
        for query, expected in (
            ({"list_id": people}, [field]),
            ({"value_type": DROPDOWN}, [other]),
            ({"entity_type": 0}, [field]),
            ({"entity_type": 8}, []),
        ):
            assert answered(api.get("/fields", **query)) == expected
        names = [one["name"] for one in answered(api.get("/fields", with_modified_names=True))]
        assert names == ["[People] Mood", "Kind"]

    @pytest.mark.covers("fields.create", "fields.list")
    def test_options(self, api: Caller) -> None:
        """A ranked dropdown begins with options; they are left out when asked."""
        field = _field(api, RANKED, dropdown_options=[{"text": "Low"}, {"text": "High", "rank": 5, "color": 2}])
        low, high = field["dropdown_options"]
        assert (low["text"], low["rank"], low["color"]) == ("Low", 0, 0)
        assert (high["text"], high["rank"], high["color"]) == ("High", 5, 2)
        (shown,) = answered(api.get("/fields", exclude_dropdown_options=True))
        assert shown == field | {"dropdown_options": []}

    @pytest.mark.parametrize(
        ("more", "problem"),
        [
            ({"entity_type": 8}, "Field list_id: is required"),
            ({"is_list_specific": True}, "Field list_id: is required"),
            ({"list_id": UNKNOWN}, unknown("list_id", UNKNOWN, "List")),
            ({"name": " "}, "Field name: "),
            ({"dropdown_options": [{"text": "x"}]}, "dropdown_options"),
            ({"value_type": RANKED, "dropdown_options": [{"text": "x"}, {"text": "x"}]}, "different texts"),
            ({"value_type": RANKED, "dropdown_options": [{}]}, "text: is required"),
        ],
    )
    def test_refuses_what_cannot_be(self, api: Caller, firm: Firm, more: dict[str, Any], problem: str) -> None:
        """What cannot be is refused by its name, and nothing is stored."""
        before = firm.rows()
        refused(api.post("/fields", **({"name": "X", "entity_type": 0, "value_type": TEXT} | more)), problem)
        assert firm.rows() == before

    @pytest.mark.covers("fields.delete")
    def test_delete(self, api: Caller, ola: Person) -> None:
        """With a field its values are seen no longer; a second time it is not found."""
        field = _field(api, TEXT)["id"]
        value = _value(api, field, ola.id, "x")["id"]
        assert answered(api.delete(f"/fields/{field}")) == {"success": True}
        assert refused(api.delete(f"/fields/{field}"), status=404) == [unknown("id", field, "Field")]
        assert answered(api.get("/field-values", person_id=ola.id)) == []
        assert refused(api.get(f"/field-values/{value}"), status=404) == [unknown("id", value, "FieldValue")]
        refused(
            api.post("/field-values", field_id=field, entity_id=ola.id, value="y"), unknown("field_id", field, "Field")
        )

    def test_are_seen_with_their_list(self, api: Caller, firm: Firm, ben: Person, ola: Person) -> None:
        """Fields and values of a private list are its owner's; who may do only the basics makes no fields."""
        given = [{"internal_person_id": ben.id, "role_id": 1}]
        for permissions, status in (([], 422), (given, 403)):
            secret = _list(api, 0, is_public=False, additional_permissions=permissions)
            field = _field(api, TEXT, list_id=secret)["id"]
            entry = answered(api.post(f"/lists/{secret}/list-entries", entity_id=ola.id))["id"]
            value = _value(api, field, ola.id, "hidden", list_entry_id=entry)["id"]
            bens = firm.caller(PREFIX, firm.token_of(ben))
            refused(bens.post("/fields", name="X", entity_type=0, value_type=TEXT, list_id=secret), status=status)
            refused(bens.delete(f"/fields/{field}"), status=403 if permissions else 404)
            assert ("hidden" in bens.get("/field-values", person_id=ola.id).text) == bool(permissions)
            assert bens.get(f"/field-values/{value}").status_code == (200 if permissions else 404)
            if not permissions:
                refused(bens.get("/field-values", list_entry_id=entry), unknown("list_entry_id", entry, "ListEntry"))
                refused(bens.get("/field-value-changes", field_id=field), unknown("field_id", field, "Field"))


class TestValues:
    """``/field-values``"""

    @pytest.mark.covers("field_values.create", "field_values.list", "field_values.get")
    @pytest.mark.parametrize(
        ("value_type", "given", "shown"),
        [
            (NUMBER, 4.5, 4.5),
            (NUMBER, "12", 12),
            (DATE, "2026-03-05T09:15:30.120-08:00", "2026-03-05T17:15:30.120+00:00"),
            (DATE, "2026-03-05", "2026-03-05T00:00:00.000+00:00"),
            (TEXT, "Likes tea\nand cake", "Likes tea\nand cake"),
            (FILTERABLE, "tea", "tea"),
            (DROPDOWN, "Green", "Green"),
            (
                LOCATION,
                {"city": "Bonn", "country": "Germany"},
                {"street_address": None, "city": "Bonn", "state": None, "country": "Germany", "continent": None},
            ),
        ],
    )
    def test_of_each_type(self, api: Caller, ola: Person, value_type: int, given: Any, shown: Any) -> None:
        """A value has exactly its keys and reads as it was written, in the list and alone."""
        field = _field(api, value_type)["id"]
        value = _value(api, field, ola.id, given)
        assert value == {
            "id": value["id"], "field_id": field, "list_entry_id": None, "entity_type": 0, "value_type": value_type,
            "entity_id": ola.id, "created_at": value["created_at"], "updated_at": None, "value": shown,
        }  # fmt: skip
        assert set(value) == VALUE
        assert answered(api.get("/field-values", person_id=ola.id)) == [value]
        assert answered(api.get(f"/field-values/{value['id']}")) == value

    def test_options(self, api: Caller, ola: Person) -> None:
        """A ranked dropdown takes an option's id and shows the option; a plain one takes texts and learns new ones."""
        ranked = _field(api, RANKED, dropdown_options=[{"text": "Low"}, {"text": "High"}])
        high = ranked["dropdown_options"][1]
        assert _value(api, ranked["id"], ola.id, high["id"])["value"] == high
        plain = _field(api, DROPDOWN, allows_multiple=True)["id"]
        for text in ("Red", "Blue", "Red"):
            assert _value(api, plain, ola.id, text)["value"] == text
        shown = {field["id"]: field for field in answered(api.get("/fields"))}
        assert [option["text"] for option in shown[plain]["dropdown_options"]] == ["Red", "Blue"]

    def test_people(self, api: Caller, firm: Firm, ola: Person, eve: Person) -> None:
        """A value that names somebody is seen as long as he is there, and again when he comes back."""
        field, firms = _field(api, PERSON)["id"], _field(api, ORGANIZATION)["id"]
        client = firm.organization("Client")
        value = _value(api, field, ola.id, eve.id)
        other = _value(api, firms, ola.id, client.id)
        assert (value["value"], other["value"]) == (eve.id, client.id)
        answered(api.delete(f"/persons/{eve.id}"))
        assert answered(api.get("/field-values", person_id=ola.id)) == [other]
        firm.server.run(firm.ledger.restoring.restore_person(firm.actor, eve.id))
        assert answered(api.get("/field-values", person_id=ola.id)) == [value, other]
        refused(api.put(f"/field-values/{value['id']}", value=UNKNOWN), unknown("value", UNKNOWN, "Person"))

    def test_of_an_entry(self, api: Caller, ola: Person) -> None:
        """A list's field has a value for each entry; with the entry it is seen no longer."""
        people = _list(api, 0)
        field = _field(api, TEXT, list_id=people)["id"]
        one, two = [answered(api.post(f"/lists/{people}/list-entries", entity_id=ola.id))["id"] for _ in range(2)]
        first = _value(api, field, ola.id, "1", list_entry_id=one)
        second = _value(api, field, ola.id, "2", list_entry_id=two)
        assert (first["list_entry_id"], second["list_entry_id"]) == (one, two)
        assert answered(api.get("/field-values", list_entry_id=one)) == [first]
        assert answered(api.get("/field-values", person_id=ola.id)) == [first, second]
        answered(api.delete(f"/lists/{people}/list-entries/{one}"))
        assert answered(api.get("/field-values", person_id=ola.id)) == [second]
        refused(api.get(f"/field-values/{first['id']}"), status=404)
        refused(api.get("/field-values", list_entry_id=one), unknown("list_entry_id", one, "ListEntry"))

    def test_of_an_opportunity(self, api: Caller, firm: Firm) -> None:
        """An opportunity has values in its list's fields, with its only entry; both selectors find them."""
        deal = firm.opportunity("Pilot")
        field = _field(api, NUMBER, 8, list_id=deal.list_id)["id"]
        value = _value(api, field, deal.id, 5)
        assert (value["list_entry_id"], value["entity_type"]) == (deal.entry_id, 8)
        for selector in ({"opportunity_id": deal.id}, {"list_entry_id": deal.entry_id}):
            assert answered(api.get("/field-values", **selector)) == [value]
        answered(api.delete(f"/opportunities/{deal.id}"))
        refused(api.get(f"/field-values/{value['id']}"), status=404)

    def test_one_or_many(self, api: Caller, ola: Person) -> None:
        """A field takes one value for each entity, unless it allows several."""
        one, many = _field(api, TEXT)["id"], _field(api, TEXT, allows_multiple=True)["id"]
        for field in (one, many):
            _value(api, field, ola.id, "a")
        _value(api, many, ola.id, "b")
        refused(api.post("/field-values", field_id=one, entity_id=ola.id, value="b"), "takes one value only")
        assert [value["value"] for value in answered(api.get("/field-values", person_id=ola.id))] == ["a", "a", "b"]

    @pytest.mark.covers("field_values.update", "field_values.patch", "field_values.delete")
    def test_change_and_delete(self, api: Caller, ola: Person) -> None:
        """PUT and PATCH change a value, which keeps its id; deleted, it is not found."""
        value = _value(api, _field(api, NUMBER)["id"], ola.id, 1)
        path = f"/field-values/{value['id']}"
        changed = answered(api.put(path, value=2))
        assert changed == value | {"value": 2, "updated_at": changed["updated_at"]}
        assert changed["updated_at"] is not None
        assert answered(api.request("PATCH", path, json={"value": 3}))["value"] == 3
        assert answered(api.delete(path)) == {"success": True}
        for response in (api.get(path), api.put(path, value=1), api.delete(path)):
            assert refused(response, status=404) == [unknown("id", value["id"], "FieldValue")]

    @pytest.mark.parametrize(
        ("value_type", "wrong"),
        [
            (NUMBER, "x"), (NUMBER, True), (NUMBER, [1]), (DATE, "soon"), (DATE, 5), (TEXT, ""), (TEXT, 5),
            (TEXT, "x" * 10_001), (LOCATION, "Bonn"), (LOCATION, {}), (LOCATION, {"city": 5}), (RANKED, "Low"),
            (RANKED, 1), (DROPDOWN, " "), (PERSON, "Ola"), (PERSON, 0),
        ],
    )  # fmt: skip
    def test_refuses_what_is_none(self, api: Caller, firm: Firm, ola: Person, value_type: int, wrong: Any) -> None:
        """What is no value of the field is refused by the name of the parameter, and nothing is stored."""
        field = _field(api, value_type)["id"]
        before = firm.rows()
        refused(api.post("/field-values", field_id=field, entity_id=ola.id, value=wrong), "Field value: ")
        assert firm.rows() == before

    def test_all_problems_at_once(self, api: Caller) -> None:
        """Field, entity, entry and value are judged together."""
        field = _field(api, NUMBER)["id"]
        response = api.post("/field-values", field_id=field, entity_id=UNKNOWN, value="x", list_entry_id=UNKNOWN)
        refused(
            response,
            unknown("list_entry_id", UNKNOWN, "ListEntry"),
            unknown("entity_id", UNKNOWN, "Person"),
            "Field value: must be a number",
        )

    @pytest.mark.parametrize("selectors", [(), ("person_id", "organization_id")])
    def test_takes_one_selector(self, api: Caller, firm: Firm, ola: Person, selectors: tuple[str, ...]) -> None:
        """Exactly one of the four."""
        ids = {"person_id": ola.id, "organization_id": firm.organization("Client").id}
        refused(api.get("/field-values", **{name: ids[name] for name in selectors}), "exactly one of")


@pytest.mark.covers("field_value_changes.list")
class TestChanges:
    """``GET /field-value-changes``"""

    def test_say_who_made_what_of_it(self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person) -> None:
        """Created, changed and deleted: each change has its keys, the latest first, with who made it."""
        field = _field(api, NUMBER)["id"]
        value = _value(api, field, ola.id, 1)["id"]
        answered(firm.caller(PREFIX, firm.token_of(ben)).put(f"/field-values/{value}", value=2))
        answered(api.delete(f"/field-values/{value}"))
        found = answered(api.get("/field-value-changes", field_id=field))
        assert [(one["action_type"], one["value"]) for one in found] == [(1, 2), (2, 2), (0, 1)]
        assert found[1] == {
            "id": found[1]["id"], "field_id": field, "entity_id": ola.id, "list_entry_id": None, "action_type": 2,
            "changer": short(ben), "changed_at": found[1]["changed_at"], "value": 2,
        }  # fmt: skip
        assert found[0]["changer"] == short(mia)

    def test_by_selector_and_action(self, api: Caller, ola: Person, eve: Person) -> None:
        """Of one person, of one entry, or of one action."""
        people = _list(api, 0)
        field = _field(api, NUMBER, list_id=people)["id"]
        entries = {}
        for number, person in enumerate((ola, eve)):
            entries[person.id] = answered(api.post(f"/lists/{people}/list-entries", entity_id=person.id))["id"]
            value = _value(api, field, person.id, number, list_entry_id=entries[person.id])["id"]
            answered(api.put(f"/field-values/{value}", value=number + 10))
        for selector in ({"person_id": eve.id}, {"list_entry_id": entries[eve.id]}):
            found = answered(api.get("/field-value-changes", field_id=field, order_by="asc", **selector))
            assert [one["value"] for one in found] == [1, 11]
        found = answered(api.get("/field-value-changes", field_id=field, action_type=0, order_by="asc"))
        assert [one["value"] for one in found] == [0, 1]

    def test_in_pages(self, api: Caller, ola: Person) -> None:
        """The last change's time and id lead to the next ones, each once."""
        field = _field(api, NUMBER)["id"]
        value = _value(api, field, ola.id, 0)["id"]
        for number in range(1, 6):
            answered(api.put(f"/field-values/{value}", value=number))
        found: list[Any] = []
        place: dict[str, Any] = {}
        while page := answered(api.get("/field-value-changes", field_id=field, order_by="asc", limit=2, **place)):
            assert len(page) <= 2
            found += page
            place = {"changed_after": page[-1]["changed_at"], "after_id": page[-1]["id"]}
        assert [one["value"] for one in found] == [0, 1, 2, 3, 4, 5]

    def test_refuses_what_cannot_be(self, api: Caller, firm: Firm, ola: Person) -> None:
        """An unknown field, two selectors, an unknown order, and a place without its time."""
        field = _field(api, NUMBER)["id"]
        path = "/field-value-changes"
        refused(api.get(path), "Field field_id: is required")
        refused(api.get(path, field_id=UNKNOWN), unknown("field_id", UNKNOWN, "Field"))
        client = firm.organization("Client")
        refused(api.get(path, field_id=field, person_id=ola.id, organization_id=client.id), "at most one of")
        refused(api.get(path, field_id=field, order_by="up", after_id=1), "Field order_by: ", "Field after_id: ")


@pytest.mark.covers("fields.update")
def test_a_field_is_renamed(api: Caller, firm: Firm) -> None:
    """It keeps its values; who does not see its list does not find it; the same name changes nothing."""
    field = answered(api.post("/fields", name="Hobby", entity_type=0, value_type=TEXT))
    ola = firm.person("Ola")
    value = answered(api.post("/field-values", field_id=field["id"], entity_id=ola.id, value="chess"))
    changed = answered(api.put(f"/fields/{field['id']}", name=" Pastime ", is_required=True))
    assert changed == field | {"name": "Pastime"}
    assert [item["name"] for item in answered(api.get("/fields", entity_type=0))] == ["Pastime"]
    assert answered(api.get(f"/field-values/{value['id']}"))["value"] == "chess"
    before = firm.rows()
    assert answered(api.put(f"/fields/{field['id']}", name="Pastime")) == changed
    refused(api.put(f"/fields/{field['id']}", name=" "), "name")
    refused(api.put(f"/fields/{UNKNOWN}", name="x"), status=404)
    assert firm.rows() == before
    people = answered(api.post("/lists", name="People", type=0, is_public=False))
    own = answered(api.post("/fields", name="Stage", entity_type=0, value_type=TEXT, list_id=people["id"]))
    bens = firm.caller(PREFIX, firm.token_of(firm.colleague("Ben")))
    refused(bens.put(f"/fields/{own['id']}", name="x"), status=404)
