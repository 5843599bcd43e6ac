"""Adding, changing and deleting options of a list's dropdowns (spec 14.5)."""

from typing import Any, NamedTuple

import pytest

from interlog.model.fields import Field, FieldDraft, ValueType
from interlog.model.parties import ListRole, Party, PartyList, Permission
from tests.serving import Caller, Firm

from ..conftest import PREFIX as PREFIX_V1
from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import coded, created, data, invalid


class World(NamedTuple):
    """A list of persons with a dropdown, a ranked one and a field of texts."""

    firm: Firm
    list: PartyList
    pick: Field
    ranked: Field
    text: Field

    def path(self, field: Field) -> str:
        """The address of a field's options."""
        return f"/lists/{self.list.id}/fields/field-{field.id}/dropdown-options"


@pytest.fixture
def world(firm: Firm) -> World:
    """Such a list on each engine."""
    return made(firm)


@pytest.fixture
def any_world(any_firm: Firm) -> World:
    """The same, for what has nothing to do with the store."""
    return made(any_firm)


def made(firm: Firm) -> World:
    """Make such a list."""
    run, ledger = firm.server.run, firm.ledger
    item = run(ledger.opportunities.create_list(firm.actor, "People", Party.PERSON, is_public=True))

    def field(type_: ValueType, *options: tuple[str, int, int]) -> Field:
        draft = FieldDraft(
            name=type_.name, kind=Party.PERSON, value_type=type_, list_id=item.id, options=options,
            allows_multiple=type_ is ValueType.DROPDOWN,
        )  # fmt: skip
        return run(ledger.party_fields.create(firm.actor, draft))

    options = (("New", 0, 0), ("Won", 1, 2))
    return World(
        firm, item, field(ValueType.DROPDOWN, *options), field(ValueType.RANKED_DROPDOWN, *options),
        field(ValueType.TEXT),
    )  # fmt: skip


@pytest.mark.covers("v2.lists.create_option")
class TestCreate:
    """``POST …/dropdown-options``"""

    def test_of_both_kinds(self, v2: Caller, world: World) -> None:
        """One more, which is there to be chosen; in a ranked dropdown with its rank and colour."""
        one = created(v2.post(world.path(world.pick), type="dropdown", text=" Lost "))
        assert one == {"id": one["id"], "text": "Lost", "type": "dropdown"}
        assert data(v2.get(world.path(world.pick)))[2] == one
        ranked = created(v2.post(world.path(world.ranked), type="ranked-dropdown", text="Lost", rank=0, color="red"))
        assert ranked == {"id": ranked["id"], "text": "Lost", "type": "ranked-dropdown", "rank": 0, "color": "red"}
        assert answered(v2.get(f"{world.path(world.ranked)}/{ranked['id']}")) == ranked

    def test_says_what_is_wrong(self, any_v2: Caller, any_world: World) -> None:
        """The type must be the field's, its text new, and rank and colour stand where they belong."""
        pick, ranked = any_world.path(any_world.pick), any_world.path(any_world.ranked)
        before = any_world.firm.rows()
        invalid(any_v2.post(pick, type="ranked-dropdown", text="X"), "type", "must be dropdown")
        invalid(any_v2.post(pick, type="dropdown", text="Won"), "text", "another option")
        invalid(any_v2.post(pick, type="dropdown", text="  "), "text")
        invalid(any_v2.post(pick, type="dropdown", text="X", rank=1), "rank", "ranked")
        invalid(any_v2.post(ranked, type="ranked-dropdown", text="X", rank=1), "color", "required")
        invalid(any_v2.post(ranked, type="ranked-dropdown", text="X", rank=1, color="pink"), "color", "blue")
        text = any_world.path(any_world.text)
        invalid(any_v2.post(text, type="dropdown", text="X"), "field_id", "no options")
        coded(any_v2.post(pick.replace("field-", "field-9"), type="dropdown", text="X"), 404, "not-found")
        assert any_world.firm.rows() == before


@pytest.mark.covers("v2.lists.update_option", "v2.lists.delete_option")
class TestChange:
    """``POST`` and ``DELETE …/dropdown-options/{option_id}``"""

    def test_change(self, v2: Caller, world: World) -> None:
        """What is given; every value that is this option shows it by its new text."""
        firm, option = world.firm, world.ranked.options[1]
        ola = firm.person("Ola")
        entry, _ = firm.server.run(firm.ledger.list_entries.add(firm.actor, world.list.id, ola.id))
        create = firm.ledger.party_values.create
        firm.server.run(create(firm.actor, world.ranked.id, ola.id, option.id, entry.id))
        path = f"{world.path(world.ranked)}/{option.id}"
        for sent, expected in (
            ({"text": "Closed"}, {"text": "Closed", "rank": 1, "color": "gray"}),
            ({"rank": 7, "color": "white"}, {"text": "Closed", "rank": 7, "color": "white"}),
            ({}, {"text": "Closed", "rank": 7, "color": "white"}),
        ):
            response = v2.post(path, **sent)
            assert (response.status_code, response.content) == (204, b"")
            assert answered(v2.get(path)) == {"id": option.id, "type": "ranked-dropdown"} | expected
        value = answered(v2.get(f"/lists/{world.list.id}/list-entries/{entry.id}/fields/field-{world.ranked.id}"))
        assert value["value"]["data"]["text"] == "Closed"
        invalid(v2.post(path, text="New"), "text", "another option")
        invalid(v2.post(f"{world.path(world.pick)}/{world.pick.options[0].id}", rank=1), "rank")
        coded(v2.post(f"{world.path(world.pick)}/{UNKNOWN}", text="X"), 404, "not-found")

    def test_delete(self, v2: Caller, world: World) -> None:
        """It goes with every value that is this option; others stay, and the history tells of it."""
        firm, (new, won) = world.firm, world.pick.options
        run, create = firm.server.run, firm.ledger.party_values.create
        entries: list[Any] = []
        for number in range(3):
            person = firm.person(f"P{number}")
            entry, _ = run(firm.ledger.list_entries.add(firm.actor, world.list.id, person.id))
            for text in ("New", "Won")[: number + 1]:
                run(create(firm.actor, world.pick.id, person.id, text, entry.id))
            entries.append(entry)
        path = f"{world.path(world.pick)}/{new.id}"
        assert v2.delete(path).status_code == 204
        coded(v2.get(path), 404, "not-found")
        coded(v2.delete(path), 404, "not-found")
        assert [one["id"] for one in data(v2.get(world.path(world.pick)))] == [won.id]
        shown = data(v2.get(f"/lists/{world.list.id}/list-entries", fieldIds=f"field-{world.pick.id}"))
        left = [entry["entity"]["fields"][0]["value"]["data"] for entry in shown]
        assert left == [None, *[[{"dropdownOptionId": won.id, "text": "Won"}]] * 2]
        v1 = firm.caller(PREFIX_V1)
        assert answered(v1.get("/field-values", list_entry_id=entries[0].id)) == []
        changes = answered(v1.get("/field-value-changes", field_id=world.pick.id, action_type=1))
        assert len(changes) == 3
        empty = {"fieldId": f"field-{world.pick.id}", "valueType": "dropdown-multi", "operator": "is-empty"}
        search = v2.post(f"/lists/{world.list.id}/list-entries/search", filters={"operator": "and", "filters": [empty]})
        assert [entry["id"] for entry in created(search)["data"]] == [entries[0].id]

    def test_only_by_who_may_shape_the_list(self, any_world: World) -> None:
        """Who was given a list to fill in cannot change its options."""
        firm = any_world.firm
        ben = firm.colleague("Ben")
        create_list = firm.ledger.opportunities.create_list
        permissions = [Permission(ben.id, ListRole.BASIC)]
        item = firm.server.run(create_list(firm.actor, "Own", Party.PERSON, is_public=False, permissions=permissions))
        draft = FieldDraft(
            name="Pick", kind=Party.PERSON, value_type=ValueType.DROPDOWN, list_id=item.id, options=(("New", 0, 0),)
        )
        field = firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))
        bens = firm.caller(PREFIX, firm.token_of(ben))
        path = f"/lists/{item.id}/fields/field-{field.id}/dropdown-options"
        option = data(bens.get(path))[0]["id"]
        coded(bens.post(path, type="dropdown", text="X"), 403, "authorization")
        coded(bens.post(f"{path}/{option}", text="X"), 403, "authorization")
        coded(bens.delete(f"{path}/{option}"), 403, "authorization")
