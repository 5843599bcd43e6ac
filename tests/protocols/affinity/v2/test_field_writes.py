"""Setting what stands in fields (spec 14.4, 14.5)."""

from typing import Any, NamedTuple

import pytest

from interlog.model.fields import Field, FieldDraft, ValueType
from interlog.model.parties import Party
from tests.serving import Caller, Firm

from ..conftest import PREFIX as PREFIX_V1
from ..wire import UNKNOWN, answered
from .columns import Column, made
from .conftest import PREFIX
from .wire import coded, invalid

EMPTY = 204


class Target(NamedTuple):
    """Whose fields are set: the address, fields of all types (of a list's too, where it is an entry), and one's own."""

    base: str
    columns: list[Column]
    kind: Party
    party: int
    firm: Firm

    def column(self, type_: str) -> Column:
        """Return a field by its type."""
        return next(column for column in self.columns if column.shown["type"] == type_)

    def value(self, v2: Caller, column: Column) -> Any:
        """Return what a field holds."""
        return answered(v2.get(f"{self.base}/fields/{column.id}"))["value"]["data"]


def target_of(firm: Firm, name: str) -> Target:
    """Make a person, a company or an entry, and fields of all types for it."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    client = firm.organization("Client", "client.example")
    if name == "company":
        return Target(f"/companies/{client.id}", made(firm, Party.ORGANIZATION, None, ola, client),
                      Party.ORGANIZATION, client.id, firm)  # fmt: skip
    columns = made(firm, Party.PERSON, None, ola, client)
    if name == "person":
        return Target(f"/persons/{ola.id}", columns, Party.PERSON, ola.id, firm)
    run, ledger = firm.server.run, firm.ledger
    list_id = run(ledger.opportunities.create_list(firm.actor, "People", Party.PERSON, is_public=True)).id
    entry, _ = run(ledger.list_entries.add(firm.actor, list_id, ola.id))
    columns = made(firm, Party.PERSON, list_id, ola, client) + columns
    return Target(f"/lists/{list_id}/list-entries/{entry.id}", columns, Party.PERSON, ola.id, firm)


@pytest.fixture(params=["person", "company", "entry"])
def target(request: pytest.FixtureRequest, firm: Firm) -> Target:
    """Each of them on each engine."""
    return target_of(firm, request.param)


@pytest.fixture(params=["person", "entry"])
def any_target(request: pytest.FixtureRequest, any_firm: Firm) -> Target:
    """One with its own fields, and one with a list's besides."""
    return target_of(any_firm, request.param)


def given(column: Column) -> dict[str, Any]:
    """Return the value that a field shows, as one sends it."""

    def plain(data: Any) -> Any:
        if isinstance(data, list):
            return [plain(one) for one in data]
        if isinstance(data, dict) and "id" in data:
            return {"id": data["id"]}
        if isinstance(data, dict) and "dropdownOptionId" in data:
            return {"dropdownOptionId": data["dropdownOptionId"]}
        return data

    return {"type": column.shown["type"], "data": plain(column.shown["data"])}


def set_(v2: Caller, target: Target, column: Column, value: Any) -> Any:
    """Set a field."""
    return v2.post(f"{target.base}/fields/{column.id}", value=value)


def update(v2: Caller, target: Target, *updates: Any, **body: Any) -> Any:
    """Set several fields together."""
    sent = {"operation": "update-fields", "updates": list(updates)} | body
    return v2.request("PATCH", f"{target.base}/fields", json=sent)


def problems(response: Any) -> dict[str, str]:
    """Return what is wrong with a request, by its places."""
    assert response.status_code == 400, response.text
    return {error["param"]: error["message"] for error in response.json()["errors"]}


@pytest.mark.covers("v2.persons.set_value", "v2.companies.set_value", "v2.lists.set_value")
class TestOne:
    """``POST …/fields/{field_id}``"""

    def test_of_every_type(self, v2: Caller, target: Target) -> None:
        """What is set is shown, in place of what was there; null takes it away."""
        for column in target.columns:
            for _ in range(2):
                response = set_(v2, target, column, given(column))
                assert (response.status_code, response.content) == (EMPTY, b"")
                assert answered(v2.get(f"{target.base}/fields/{column.id}")) == column.wire
        for column in target.columns:
            assert set_(v2, target, column, {"type": column.shown["type"], "data": None}).status_code == EMPTY
            assert answered(v2.get(f"{target.base}/fields/{column.id}")) == column.empty

    def test_keeps_what_stays(self, v2: Caller, target: Target, firm: Firm) -> None:
        """Of many values those that stay keep their ids; version 1 and the history of changes show the same."""
        column = next(column for column in target.columns if column.shown["type"] == "number-multi")
        v1 = firm.caller(PREFIX_V1)
        selector = "person_id" if target.kind is Party.PERSON else "organization_id"

        def values() -> dict[float, int]:
            found = answered(v1.get("/field-values", **{selector: target.party}))
            return {one["value"]: one["id"] for one in found if one["field_id"] == column.field.id}

        for data, expected in (([3, 1, 2], [3, 1, 2]), ([2, 5, 2], [2, 5]), ([], None), ([7], [7])):
            before = values()
            assert set_(v2, target, column, {"type": "number-multi", "data": data}).status_code == EMPTY
            assert target.value(v2, column) == expected
            after = values()
            assert {value: id_ for value, id_ in after.items() if value in before} == {
                value: id_ for value, id_ in before.items() if value in after
            }
        changes = answered(
            v1.get("/field-value-changes", field_id=column.field.id, order_by="asc", changed_after="2000-01-01")
        )
        assert [(one["action_type"], one["value"]) for one in changes] == [
            (0, 3), (0, 1), (0, 2), (1, 3), (1, 1), (0, 5), (1, 2), (1, 5), (0, 7)
        ]  # fmt: skip

    def test_replaces_who_is_gone(self, v2: Caller, target: Target, firm: Firm) -> None:
        """A value that names somebody deleted is not in the way of another one."""
        column, eve = target.column("person"), firm.person("Eve")
        assert set_(v2, target, column, {"type": "person", "data": {"id": eve.id}}).status_code == EMPTY
        firm.server.run(firm.ledger.persons.delete(firm.actor, eve.id))
        assert target.value(v2, column) is None
        assert set_(v2, target, column, {"type": "person", "data": {"id": firm.mia.id}}).status_code == EMPTY
        assert target.value(v2, column)["id"] == firm.mia.id

    def test_says_what_is_wrong(self, any_v2: Caller, any_target: Target) -> None:
        """Each kind of wrong value is refused at its place, and nothing is stored."""
        before = any_target.firm.rows()
        for type_, value, place in (
            ("text", {"type": "number", "data": 1}, "value.type"),
            ("text", {"data": "x"}, "value.type"),
            ("text", {"type": "text"}, "value.data"),
            ("text", {"type": "text", "data": 1}, "value.data"),
            ("text", {"type": "text", "data": ["x"]}, "value.data"),
            ("text", {"type": "text", "data": " "}, "value.data"),
            ("text", {"type": "text", "data": "a\x00"}, "value.data"),
            ("text", {"type": "text", "data": "x" * 10_001}, "value.data"),
            ("number", {"type": "number", "data": "1"}, "value.data"),
            ("number", {"type": "number", "data": True}, "value.data"),
            ("datetime", {"type": "datetime", "data": "soon"}, "value.data"),
            ("datetime", {"type": "datetime", "data": 5}, "value.data"),
            ("location", {"type": "location", "data": {"town": "Leeds"}}, "value.data.town"),
            ("location", {"type": "location", "data": {"city": 5}}, "value.data"),
            ("location", {"type": "location", "data": {"city": None}}, "value.data"),
            ("location", {"type": "location", "data": "Leeds"}, "value.data"),
            ("person", {"type": "person", "data": 5}, "value.data.id"),
            ("person", {"type": "person", "data": {"id": UNKNOWN}}, "value.data"),
            ("person", {"type": "person", "data": {"id": -1}}, "value.data.id"),
            ("company", {"type": "company", "data": {"id": UNKNOWN}}, "value.data"),
            ("dropdown", {"type": "dropdown", "data": "Warm"}, "value.data.dropdownOptionId"),
            ("dropdown", {"type": "dropdown", "data": {"dropdownOptionId": UNKNOWN}}, "value.data"),
            ("ranked-dropdown", {"type": "ranked-dropdown", "data": {"dropdownOptionId": 10**30}}, "value.data"),
            ("number-multi", {"type": "number-multi", "data": 5}, "value.data"),
            ("number-multi", {"type": "number-multi", "data": [1] * 101}, "value.data"),
            ("number-multi", {"type": "number-multi", "data": [1, "x"]}, "value.data[1]"),
            ("company-multi", {"type": "company-multi", "data": [{"id": UNKNOWN}]}, "value.data[0]"),
            ("person-multi", {"type": "person-multi", "data": [None]}, "value.data[0].id"),
        ):
            response = set_(any_v2, any_target, any_target.column(type_), value)
            assert place in problems(response), (type_, value, response.text)
        assert any_target.firm.rows() == before

    def test_not_those_of_interactions(self, any_v2: Caller, any_target: Target) -> None:
        """What interactions fill in cannot be set; a field that there is none of is not found."""
        value = {"type": "interaction", "data": None}
        invalid(any_v2.post(f"{any_target.base}/fields/last-email", value=value), "field_id", "cannot be set")
        for id_ in (f"field-{UNKNOWN}", "nonsense"):
            coded(any_v2.post(f"{any_target.base}/fields/{id_}", value=value), 404, "not-found")


@pytest.mark.covers("v2.persons.update_values", "v2.companies.update_values", "v2.lists.update_values")
class TestSeveral:
    """``PATCH …/fields``"""

    def test_all_together(self, v2: Caller, target: Target) -> None:
        """Every field at once; those that are not named keep what they hold."""
        answer = update(v2, target, *({"id": column.id, "value": given(column)} for column in target.columns))
        assert answered(answer) == {"operation": "update-fields"}
        for column in target.columns:
            assert answered(v2.get(f"{target.base}/fields/{column.id}")) == column.wire
        text, number = target.column("text"), target.column("number")
        sent = {"id": text.id, "value": {"type": "text", "data": None}}
        assert answered(update(v2, target, sent)) == {"operation": "update-fields"}
        assert (target.value(v2, text), target.value(v2, number)) == (None, 1.5)
        assert answered(update(v2, target)) == {"operation": "update-fields"}

    def test_all_or_nothing(self, v2: Caller, target: Target) -> None:
        """Where anything is wrong nothing is stored, and everything wrong is told at its place."""
        before = target.firm.rows()
        text, number, person, many = map(target.column, ("text", "number", "person", "company-multi"))
        answer = update(
            v2,
            target,
            {"id": text.id, "value": given(text)},
            {"id": number.id, "value": {"type": "number", "data": "1"}},
            {"id": person.id, "value": {"type": "person", "data": {"id": UNKNOWN}}},
            {"id": many.id, "value": {"type": "company-multi", "data": [{"id": UNKNOWN}]}},
            {"id": text.id, "value": given(text)},
            {"id": f"field-{UNKNOWN}", "value": given(text)},
            {"id": "last-email", "value": {"type": "interaction", "data": None}},
            {"value": given(text)},
            "x",
            operation="delete-fields",
        )
        assert set(problems(answer)) == {
            "operation", "updates[1].value.data", "updates[2].value.data", "updates[3].value.data[0]", "updates[4].id",
            "updates[5].id", "updates[6].id", "updates[7].id", "updates[8]",
        }  # fmt: skip
        only_unknown = update(
            v2, target, {"id": many.id, "value": {"type": "company-multi", "data": [{"id": UNKNOWN}]}}
        )
        assert set(problems(only_unknown)) == {"updates[0].value.data[0]"}
        assert target.firm.rows() == before
        assert target.value(v2, text) is None

    def test_at_most_a_hundred(self, any_v2: Caller, any_target: Target) -> None:
        """More updates are refused as they are."""
        sent = [{"id": f"field-{number}", "value": {"type": "text", "data": "x"}} for number in range(1, 102)]
        invalid(update(any_v2, any_target, *sent), "updates", "100")

    def test_of_opportunities(self, v2: Caller, firm: Firm) -> None:
        """The values of an opportunity are set in its entry."""
        deal = firm.opportunity("Pilot")
        draft = FieldDraft(name="Stage", kind=Party.OPPORTUNITY, value_type=ValueType.TEXT, list_id=deal.list_id)
        field: Field = firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))
        base = f"/lists/{deal.list_id}/list-entries/{deal.entry_id}/fields"
        sent = {"id": f"field-{field.id}", "value": {"type": "text", "data": "Won"}}
        assert v2.request("PATCH", base, json={"operation": "update-fields", "updates": [sent]}).status_code == 200
        assert answered(v2.get(f"{base}/field-{field.id}"))["value"]["data"] == "Won"
        (value,) = answered(firm.caller(PREFIX_V1).get("/field-values", opportunity_id=deal.id))
        assert (value["value"], value["list_entry_id"]) == ("Won", deal.entry_id)

    def test_needs_the_list(self, any_firm: Firm) -> None:
        """What stands on somebody else's private list is not to be set."""
        run, ledger, ola = any_firm.server.run, any_firm.ledger, any_firm.person("Ola")
        secret = run(ledger.opportunities.create_list(any_firm.actor, "Secret", Party.PERSON, is_public=False)).id
        entry, _ = run(ledger.list_entries.add(any_firm.actor, secret, ola.id))
        bens = any_firm.caller(PREFIX, any_firm.token_of(any_firm.colleague("Ben")))
        body = {"operation": "update-fields", "updates": []}
        response = bens.request("PATCH", f"/lists/{secret}/list-entries/{entry.id}/fields", json=body)
        coded(response, 403, "authorization")
