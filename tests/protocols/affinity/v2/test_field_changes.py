"""How values changed, and the values in one field one by one (spec 13.4, 14.5)."""

from typing import Any

import pytest

from interlog.model.fields import FieldDraft, ValueType
from interlog.model.parties import Party, Person
from interlog.store.schema import value_change
from interlog.store.statements import Query, Unit, parameter
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered, at
from .conftest import PREFIX
from .test_fields import PATHS, World, made_world
from .wire import coded, data, followed, invalid, time

MOVE = Query(
    value_change.update()
    .where(value_change.c.tenant_id == parameter("tenant"), value_change.c.id == parameter("key"))
    .values(at=parameter("new_at"))
)
NUMBER = ValueType.NUMBER
START = at("2026-03-05T10:00:00Z")


@pytest.fixture
def world(firm: Firm) -> World:
    """A person and a company with values of every type, on each engine."""
    return made_world(firm)


@pytest.mark.covers("v2.field_changes.list")
class TestList:
    """``GET /v2/field-value-changes``"""

    def test_of_every_type(self, v2: Caller, world: World, mia: Person) -> None:
        """Each change has its field, whose it is, where, who made it, and the value by its type."""
        found = followed(v2, "/field-value-changes", limit=7)
        columns = {
            column.id: (kind, column)
            for kind in PATHS
            for column in (*world.everywhere[kind], *world.there[kind])
        }  # fmt: skip
        assert len(found) == sum(len(column.given) for _, column in columns.values())
        seen: dict[str, list[Any]] = {}
        for change in found:
            kind, column = columns[change["field"]["id"]]
            listed = column.field.list_id
            value = change.pop("value")
            if isinstance(value, dict) and "referenceType" in value:
                assert value.pop("referenceType") == "entity"
            seen.setdefault(column.id, []).append(value)
            assert change == {
                "id": change["id"],
                "type": column.shown["type"],
                "actionType": "add",
                "changedAt": change["changedAt"],
                "changer": {"id": mia.id, "firstName": "Mia", "lastName": "Kern", "emailAddress": "mia@own.example"},
                "entity": {"id": world.party(kind)},
                "field": {
                    "id": column.id,
                    "name": column.field.name,
                    "type": "list" if listed else "global",
                    "entityType": "person" if kind is Party.PERSON else "company",
                },
                "listEntry": {"id": world.entries[kind].id, "listId": listed} if listed else None,
            }
        for column_id, values in seen.items():
            shown = columns[column_id][1].shown["data"]
            assert values == (shown if isinstance(shown, list) else [shown])

    def test_filters_and_orders(self, v2: Caller, firm: Firm) -> None:
        """By field, entry, who it was, what became of the value, and when; in order of time, up or down."""
        run, ledger = firm.server.run, firm.ledger
        ben, ola = firm.colleague("Ben"), firm.person("Ola")
        fields = [
            run(
                ledger.party_fields.create(
                    firm.actor, FieldDraft(name=n, kind=Party.PERSON, value_type=ValueType.NUMBER)
                )
            )
            for n in ("A", "B")
        ]
        for field in fields:
            value, _ = run(ledger.party_values.create(firm.actor, field.id, ola.id, 1))
            run(ledger.party_values.update(firm.acting(ben), value.id, 2))
            run(ledger.party_values.delete(firm.actor, value.id))
        unit, moments = Unit(), {}
        for place, change in enumerate(data(v2.get("/field-value-changes"))):
            moments[change["id"]] = START + (place * 5 % 6 // 2) * 1_000_000
            unit.change(MOVE, {"tenant": firm.tenant.id, "key": change["id"], "new_at": moments[change["id"]]})
        run(ledger.store.database.write(unit))
        everything = data(v2.get("/field-value-changes"))
        assert [one["changedAt"] for one in everything] == [time(moments[one["id"]]) for one in everything]
        in_order = sorted(moments, key=lambda id_: (moments[id_], id_))
        for limit in (1, 4, 100):
            assert [one["id"] for one in followed(v2, "/field-value-changes", limit=limit)] == in_order
            down = followed(v2, "/field-value-changes", limit=limit, orderBy="-changedAt")
            assert [one["id"] for one in down] == in_order[::-1]
        a, b = (f"field-{field.id}" for field in fields)
        second = time(START + 1_000_000)
        tests = {
            f"field.id={a}": lambda one: one["field"]["id"] == a,
            f"(field.id={a} | field.id={b}) & actionType=add": lambda one: one["actionType"] == "add",
            f"changer.id={ben.id}": lambda one: one["actionType"] == "update",
            f"actionType=delete & !field.id={fields[0].id}": lambda one: (
                one["actionType"] == "delete" and one["field"]["id"] == b
            ),
            f"changedAt>={second}": lambda one: one["changedAt"] >= second,
            f"changedAt<{second} | changedAt>{second}": lambda one: one["changedAt"] != second,
            f"listEntry.id={UNKNOWN}": lambda one: False,
        }
        for filter_, test in tests.items():
            expected = [one["id"] for one in everything if test(one)]
            assert [one["id"] for one in data(v2.get("/field-value-changes", filter=filter_))] == expected, filter_
        invalid(v2.get("/field-value-changes", filter="actionType=create"), "filter")
        invalid(v2.get("/field-value-changes", filter="value=1"), "filter")
        invalid(v2.get("/field-value-changes", orderBy=["changedAt", "-changedAt"]), "orderBy")
        invalid(v2.get("/field-value-changes", orderBy="id"), "orderBy")

    def test_names_who_is_gone_as_gone(self, v2: Caller, firm: Firm) -> None:
        """Whom a value named and who was deleted since is told by no more than that."""
        run, ledger = firm.server.run, firm.ledger
        ola, eve = firm.person("Ola"), firm.person("Eve")
        draft = FieldDraft(name="Boss", kind=Party.PERSON, value_type=ValueType.PERSON)
        field = run(ledger.party_fields.create(firm.actor, draft))
        run(ledger.party_values.create(firm.actor, field.id, ola.id, eve.id))
        run(ledger.persons.delete(firm.actor, eve.id))
        (change,) = data(v2.get("/field-value-changes"))
        assert change["value"] == {"referenceType": "deleted-entity", "displayValue": str(eve.id)}

    def test_hides_private_lists_of_others(self, any_firm: Firm) -> None:
        """What changes in fields of a private list is its owner's."""
        run, ledger, ola = any_firm.server.run, any_firm.ledger, any_firm.person("Ola")
        secret = run(ledger.opportunities.create_list(any_firm.actor, "Secret", Party.PERSON, is_public=False)).id
        entry, _ = run(ledger.list_entries.add(any_firm.actor, secret, ola.id))
        draft = FieldDraft(name="F", kind=Party.PERSON, value_type=ValueType.TEXT, list_id=secret)
        field = run(ledger.party_fields.create(any_firm.actor, draft))
        run(ledger.party_values.create(any_firm.actor, field.id, ola.id, "x", entry.id))
        bens = any_firm.caller(PREFIX, any_firm.token_of(any_firm.colleague("Ben")))
        assert data(bens.get("/field-value-changes")) == []
        assert len(data(any_firm.caller(PREFIX).get("/field-value-changes"))) == 1
        coded(bens.get(f"/lists/{secret}/list-entries/{entry.id}/field-value-changes"), 403, "authorization")


@pytest.mark.covers("v2.lists.field_changes")
def test_of_an_entry(v2: Caller, world: World) -> None:
    """Only what changed in the entry, in fields of its list."""
    everything = followed(v2, "/field-value-changes")
    for kind in PATHS:
        entry = world.entries[kind]
        path = f"/lists/{entry.list_id}/list-entries/{entry.id}/field-value-changes"
        expected = [one for one in everything if one["listEntry"] and one["listEntry"]["id"] == entry.id]
        assert followed(v2, path, limit=5) == expected != []
        one = expected[0]["field"]["id"]
        assert data(v2.get(path, filter=f"field.id={one}")) == [c for c in expected if c["field"]["id"] == one]
    coded(v2.get(f"/lists/{entry.list_id}/list-entries/{UNKNOWN}/field-value-changes"), 404, "not-found")


@pytest.mark.covers("v2.persons.each_value", "v2.companies.each_value", "v2.lists.each_value")
def test_each_value(v2: Caller, world: World) -> None:
    """All values in one field, over pages, with the field's type besides."""
    for kind, path in PATHS.items():
        entry, id_ = world.entries[kind], world.party(kind)
        for base, columns in (
            (f"{path}/{id_}", world.everywhere[kind]),
            (f"/lists/{entry.list_id}/list-entries/{entry.id}", [*world.everywhere[kind], *world.there[kind]]),
        ):
            for column in columns:
                shown = column.shown["data"]
                page = answered(v2.get(f"{base}/fields/{column.id}/values", limit=1))
                values = shown if isinstance(shown, list) else [shown]
                assert (page["type"], page["data"]) == (column.shown["type"], values[:1])
                found = page["data"]
                while page["pagination"]["nextUrl"]:
                    page = answered(v2.get(page["pagination"]["nextUrl"].removeprefix(v2.base)))
                    found += page["data"]
                assert found == values
            for unknown in (f"field-{UNKNOWN}", "last-email"):
                coded(v2.get(f"{base}/fields/{unknown}/values"), 404, "not-found")
