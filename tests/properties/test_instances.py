"""Any sequence of puts of instances and profiles against a picture of what they mean, kept in dictionaries."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.errors import Refused
from interlog.model.instances import Instance, Outcome, Placed
from interlog.model.parties import Party
from interlog.model.profiles import ProfileDraft, ProfileType, StrongId
from interlog.model.types import FieldDefinition, InteractionType, ParticipantSlot
from tests.ledger.conftest import Firm, found_firm, numbers_of

from .conftest import Working

HOUSE = ProfileType(
    id=0,
    name="House",
    fields=(FieldDefinition("Street"), FieldDefinition("Number")),
    strong_ids=(StrongId("Door", ("Street", "Number")),),
)
HOME = ParticipantSlot("Home", party="House", references=(("S", "Street"), ("N", "Number")))
_FIELDS = tuple(FieldDefinition(name) for name in ("A", "B", "S", "N"))
FACT = InteractionType(id=0, name="Fact", fields=_FIELDS, identity=("A", "B"), slots=(HOME,), open=True)
DEED = InteractionType(
    id=0, name="Deed", fields=_FIELDS, identity=("A", "B"), slots=(HOME,), open=True, is_activity=True
)

# Values that make the same ids when they are joined: a + b_c and a_b + c.
parts = st.sampled_from(["a", "a_b", "b_c", "c"])
some = st.none() | st.sampled_from(["x", "y"])
instances = st.builds(
    lambda type_, a, b, more: Instance(type=type_, fields={"A": a, "B": b} | more),
    st.sampled_from(["Fact", "Deed"]),
    parts,
    parts,
    st.dictionaries(st.sampled_from(["S", "N", "Lane"]), some, max_size=3),
)
houses = st.builds(
    lambda street, number, more: ProfileDraft(fields={"Street": street, "Number": number} | more),
    st.sampled_from(["x", "y"]),
    st.sampled_from(["x", "y"]),
    st.dictionaries(st.just("Size"), st.sampled_from([None, 1, 2])),
)
steps = st.lists(st.lists(instances, max_size=6) | st.lists(houses, min_size=1, max_size=3), max_size=6)


@given(script=steps)
@settings(max_examples=25)
def test_puts(working: Working, script: list[list[Any]]) -> None:
    """Facts stay as they were first put, activities are merged, each is one; and each is at the house it names."""
    ledger, run = working
    firm: Firm = run(found_firm(ledger))
    house = run(ledger.profile_types.define(firm.actor, HOUSE)).type
    for type_ in (FACT, DEED):
        run(ledger.types.define(firm.actor, type_))
    stored: dict[tuple[str, str, str], dict[str, Any]] = {}
    doors: dict[tuple[str, str], int] = {}

    for step in script:
        if step and isinstance(step[0], ProfileDraft):
            for draft, placed in zip(step, run(ledger.profiles.put_many(firm.actor, house, step)), strict=True):
                door = draft.fields["Street"], draft.fields["Number"]
                assert doors.setdefault(door, placed.profile.number) == placed.profile.number
            continue
        for item, result in zip(step, run(ledger.instances.put_many(firm.actor, step)), strict=True):
            key = item.type, item.fields["A"], item.fields["B"]
            said = {name: value for name, value in item.fields.items() if value is not None}
            before = stored.get(key)
            if before is None:
                assert isinstance(result, Placed)
                stored[key] = said
            elif item.type == "Deed":
                assert isinstance(result, Placed)
                merged = before | item.fields
                stored[key] = {name: value for name, value in merged.items() if value is not None}
            elif before == said:
                assert isinstance(result, Placed)
                assert result.outcome in (Outcome.SAME, Outcome.CREATED)  # of the same batch, they share an outcome
            else:
                assert isinstance(result, Refused)
                assert {problem.path for problem in result.problems} == {
                    f"fields.{name}" for name in before | said if before.get(name) != said.get(name)
                }

    seen = set()
    for (type_name, a, b), fields in stored.items():
        again = run(ledger.instances.put(firm.actor, Instance(type=type_name, fields=fields)))
        item = again.interaction
        assert again.outcome is Outcome.SAME
        assert item.content.fields == fields
        type_ = run(ledger.types.get(firm.actor, type_name))
        assert run(ledger.instances.find(firm.actor, type_, item.public_id)).number == item.number
        assert item.public_id.startswith(f"{a}_{b}")
        seen.add(item.number)
        door = fields.get("S"), fields.get("N")
        expected = [] if None in door else [doors.get(door)]  # type: ignore[call-overload]
        assert [part.number for part in item.content.profiles] == expected
    assert len(seen) == len(stored)
    types = [type_.id for type_ in run(ledger.types.list(firm.actor))]
    for (street, number), profile in doors.items():
        there = run(numbers_of(firm, (Party.PROFILE, profile), types=types))
        assert len(there) == sum((fields.get("S"), fields.get("N")) == (street, number) for fields in stored.values())
    assert run(ledger.check.problems()) == []
