"""Any sequence of profiles, persons and interactions that refer to their values, against comparing these in Python."""

from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.instances import Instance
from interlog.model.parties import PersonDraft
from interlog.model.profiles import CONTACT, ProfileDraft, ProfileType, StrongId
from interlog.model.types import FieldDefinition, InteractionType, ParticipantSlot
from tests.ledger.conftest import Firm, found_firm

from .conftest import Working

SHOP = ProfileType(
    id=0,
    name="Shop",
    fields=(FieldDefinition("Code"), FieldDefinition("City"), FieldDefinition("Size")),
    strong_ids=(StrongId("Code", ("Code",)),),
)
CALL = InteractionType(
    id=0,
    name="Ring",
    is_activity=True,
    fields=tuple(FieldDefinition(name) for name in ("Key", "City", "Size", "Phone", "Last")),
    identity=("Key",),
    slots=(
        ParticipantSlot("City", party="Shop", references=(("City", "City"),)),
        ParticipantSlot("Both", party="Shop", references=(("Size", "Size"), ("City", "City"))),
        ParticipantSlot("Caller", references=(("Phone", "Phone"), ("Last", "LastName"))),
    ),
)
numbers = st.integers(0, 3)
values = st.sampled_from(["a", "b", None])
scripts = st.lists(
    st.one_of(
        st.tuples(st.just("shop"), numbers, st.dictionaries(st.sampled_from(["City", "Size"]), values)),
        st.tuples(st.just("contact"), numbers, st.dictionaries(st.sampled_from(["Phone", "LastName"]), values)),
        st.tuples(st.just("person"), numbers, st.sampled_from(["a", "b"])),
        st.tuples(st.just("gone"), numbers, st.none()),
        st.tuples(
            st.just("ring"), numbers, st.dictionaries(st.sampled_from(["City", "Size", "Phone", "Last"]), values)
        ),
    ),
    max_size=14,
)


class Calls(NamedTuple):
    """A firm whose types refer to values, and what runs its use cases."""

    firm: Firm
    shop: ProfileType
    run: Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="module")
def calls(working: Working) -> Calls:
    """A firm on each engine."""
    ledger, run = working
    firm = run(found_firm(ledger))
    shop = run(ledger.profile_types.define(firm.actor, SHOP)).type
    run(ledger.types.define(firm.actor, CALL))
    return Calls(firm, shop, run)


_examples = count()


@given(script=scripts)
@settings(max_examples=40)
def test_who_takes_part_is_who_alone_has_the_values(calls: Calls, script: list[tuple[str, int, Any]]) -> None:
    """Whatever came first, and whatever changed since: none, the one, or how many there are."""
    firm, shop, run = calls
    ledger, actor, mark = firm.ledger, firm.actor, f"-{next(_examples)}"  # values of one's own in each example
    shops: dict[int, dict[str, Any]] = {}
    contacts: dict[int, dict[str, Any]] = {}
    rings: dict[int, dict[str, Any]] = {}
    ids: dict[str, int] = {}

    def marked(fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value + mark if value is not None else None for name, value in fields.items()}

    for what, number, fields in script:
        if what == "shop":
            draft = ProfileDraft(fields={"Code": f"{number}{mark}", **marked(fields)})
            ids[f"shop {number}"] = run(ledger.profiles.put(actor, shop, draft)).profile.number
            shops.setdefault(number, {}).update(marked(fields))
        elif what == "contact":
            key = contacts.get(number, {}).get("id", f"C{number}{mark}")
            draft = ProfileDraft(key=key, fields={"FirstName": "x", **marked(fields)})
            ids[f"contact {number}"] = run(ledger.profiles.put(actor, CONTACT, draft)).profile.number
            contacts.setdefault(number, {"id": key}).update(marked(fields))
        elif what == "person":
            last = str(fields) + mark
            if number in contacts:
                run(ledger.persons.update(actor, ids[f"contact {number}"], last_name=last))
                contacts[number]["LastName"] = last
            else:
                person = run(ledger.persons.create(actor, PersonDraft(first_name="x", last_name=last)))
                ids[f"contact {number}"] = person.id
                contacts[number] = {"id": str(person.id), "LastName": last}
        elif what == "gone":
            if contacts.pop(number, None) is not None:
                run(ledger.persons.delete(actor, ids[f"contact {number}"]))
        else:
            item = Instance(type="Ring", fields={"Key": f"{number}{mark}", **marked(fields)})
            run(ledger.instances.put(actor, item))
            rings.setdefault(number, {}).update(marked(fields))

    for number, said in rings.items():
        (item,) = run(ledger.instances.find_any(actor, f"{number}{mark}"))
        expected: dict[str, tuple[int | None, int]] = {}
        for slot, pairs, of in (
            ("City", [("City", "City")], shops),
            ("Both", [("Size", "Size"), ("City", "City")], shops),
            ("Caller", [("Phone", "Phone"), ("Last", "LastName")], contacts),
        ):
            if all(said.get(name) is not None for name, _ in pairs):
                kind = "contact" if of is contacts else "shop"
                having = [
                    ids[f"{kind} {place}"]
                    for place, has in of.items()
                    if all(has.get(theirs) == said[name] for name, theirs in pairs)
                ]
                expected[slot] = (having[0] if len(having) == 1 else None, len(having) if len(having) > 1 else 0)
        found = {part.slot: (part.number, part.candidates) for part in item.content.profiles}
        found |= {part.role: (part.person, 0) for part in item.content.participants}
        assert found == expected
    assert run(ledger.check.problems()) == []
