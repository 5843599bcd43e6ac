"""Data sources that write the same activities: whose values stay."""

from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.ledger.merging import merged
from interlog.ledger.precedence import owned, yielding
from interlog.model.instances import Instance, Outcome, Placed, Put
from interlog.model.interactions import Content
from interlog.model.types import MEETING, FieldDefinition, InteractionType
from tests.ledger.conftest import Firm

ORDER = ("crm", "", "web")
TICKET = InteractionType(
    id=0,
    name="Ticket",
    is_activity=True,
    open=True,
    fields=(FieldDefinition("Key"), FieldDefinition("Price"), FieldDefinition("Note", precedence=("web", "crm"))),
    identity=("Key",),
    precedence=ORDER,
)


@pytest_asyncio.fixture(loop_scope="module")
async def acme_of_sources(acme: Firm) -> Firm:
    """A firm with an activity that several sources write."""
    await acme.ledger.types.define(acme.actor, TICKET)
    return acme


async def write(firm: Firm, source: str | None, fields: dict[str, Any], mode: Put = Put.UPSERT, **more: Any) -> Placed:
    """Put a ticket from a source."""
    item = Instance(type="Ticket", fields=fields, origin=source, **more)
    return await firm.ledger.instances.put(firm.actor, item, mode)


@pytest.mark.asyncio(loop_scope="module")
class TestActivities:
    """Activities of a type with rules, on each engine."""

    async def test_a_later_source_leaves_alone_what_an_earlier_one_wrote(self, acme_of_sources: Firm) -> None:
        """By the order of the type, and by that of a field; a source that is not named comes last."""
        acme = acme_of_sources
        await write(acme, "crm", {"Key": "a", "Price": "1", "Note": "crm"})

        placed = await write(acme, "web", {"Key": "a", "Price": "2", "Note": "web", "Extra": "x"})

        fields = placed.interaction.content.fields
        assert (fields["Price"], fields["Note"], fields["Extra"]) == ("1", "web", "x")
        assert (placed.skipped, placed.outcome) == (("Price",), Outcome.AMENDED)
        again = await write(acme, "unknown", {"Key": "a", "Price": "3", "Note": "n"})
        assert (set(again.skipped), again.outcome) == ({"Price", "Note"}, Outcome.SAME)
        own = await write(acme, None, {"Key": "a", "Price": "4", "Extra": "y"})
        assert (own.skipped, own.interaction.content.fields["Extra"]) == (("Price",), "y")
        crm = await write(acme, "crm", {"Key": "a", "Price": "5", "Note": "z"})
        assert (crm.skipped, crm.interaction.content.fields["Price"]) == (("Note",), "5")
        assert await acme.ledger.check.problems() == []

    async def test_what_is_left_out_or_cleared_stays_as_well(self, acme_of_sources: Firm) -> None:
        """A replacement and a null from a later source do not remove what an earlier one wrote; an earlier one's do."""
        acme = acme_of_sources
        await write(acme, "crm", {"Key": "a", "Price": "1", "Extra": "x"})
        cleared = await write(acme, "web", {"Key": "a", "Price": None, "Other": "o"})
        assert (cleared.skipped, cleared.interaction.content.fields["Price"]) == (("Price",), "1")
        replaced = await write(acme, "web", {"Key": "a", "Note": "n"}, Put.REPLACE, identity="a")
        assert set(replaced.skipped) == {"Price", "Extra"}
        assert "Other" not in replaced.interaction.content.fields
        gone = await write(acme, "crm", {"Key": "a", "Price": None})
        assert (gone.skipped, "Price" in gone.interaction.content.fields) == ((), False)
        back = await write(acme, "web", {"Key": "a", "Price": "9"})
        assert (back.skipped, back.interaction.content.fields["Price"]) == ((), "9")

    async def test_rules_that_come_later_go_by_the_source_of_the_activity(self, acme: Firm) -> None:
        """What was stored before there were rules is that source's which wrote the activity last."""
        await acme.ledger.types.define(acme.actor, replace(TICKET, precedence=(), fields=TICKET.fields[:2]))
        first = await write(acme, "crm", {"Key": "a", "Price": "1"})
        assert first.interaction.content.sources == {}
        assert (await write(acme, "web", {"Key": "a", "Price": "2"})).skipped == ()
        assert (await write(acme, "crm", {"Key": "a", "Price": "3"})).skipped == ()
        await acme.ledger.types.define(acme.actor, TICKET)
        assert (await write(acme, "web", {"Key": "a", "Price": "4"})).skipped == ("Price",)

    async def test_what_other_protocols_write_is_theirs(self, acme: Firm) -> None:
        """They obey no rules; their name is that of the source (spec 8)."""
        await acme.ledger.types.define(acme.actor, replace(MEETING, precedence=("crm", "affinity")))
        item = Instance(type="Meeting", identity="m", title="from crm", body="text", origin="crm")
        number = (await acme.ledger.instances.put(acme.actor, item)).interaction.number
        affinity = replace(acme.actor, protocol="affinity")
        await acme.ledger.interactions.amend(affinity, number, lambda read: replace(read.content, title="of affinity"))

        web = await acme.ledger.instances.put(acme.actor, replace(item, title="from web", body="web", origin="web"))
        assert (web.skipped, web.interaction.content.title) == (("@title", "@body"), "of affinity")
        crm = await acme.ledger.instances.put(acme.actor, replace(item, title="crm again"))
        assert (crm.skipped, crm.interaction.content.title) == ((), "crm again")
        await acme.ledger.notes.update(affinity, crm.interaction.note_id or 0, content="noted")
        placed = await acme.ledger.instances.put(acme.actor, replace(item, title="crm again", body="web", origin="web"))
        assert placed.skipped == ("@body",)


WRITES = st.lists(
    st.tuples(
        st.sampled_from(["crm", None, "web", "other"]),
        st.dictionaries(st.sampled_from(["Price", "Note", "Extra"]), st.sampled_from(["1", "2", None]), max_size=3),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(WRITES)
def test_each_value_is_that_of_the_first_in_the_order_among_its_writers(
    writes: list[tuple[str | None, dict[str, Any], bool]],
) -> None:
    """Whatever sources write in whatever order: a plain reading of the rule agrees."""
    orders = {"Note": ("web", "crm")}
    values: dict[str, Any] = {}
    owners: dict[str, str] = {}
    content: Content | None = None
    for source, fields, replacing in writes:
        item = Instance(type="Ticket", fields={"Key": "a", **fields}, origin=source)
        if content is None:
            kept = {name: value for name, value in item.fields.items() if value is not None}
            content = owned(None, None, Content(occurred_at=0, fields=kept), item, TICKET)
            values, owners = dict(kept), dict.fromkeys(kept, source or "")
            continue
        allowed, skipped = yielding(content, None, item, TICKET, replacing=replacing)
        content = owned(content, None, merged(content, allowed, TICKET, replacing=replacing), allowed, TICKET)
        wanted = {**dict.fromkeys(values if replacing else ()), **item.fields}
        refused = set()
        for name, value in wanted.items():
            order = orders.get(name, ORDER)
            rank = {
                owner: order.index(owner) if owner in order else len(order) for owner in ("crm", "", "web", "other")
            }
            stored, later = values.get(name), name in owners and rank[source or ""] > rank[owners[name]]
            if name == "Key" or value == stored:
                if value is not None and not later:
                    owners[name] = source or ""
            elif stored is not None and later:
                refused.add(name)
            elif value is None:
                values.pop(name, None), owners.pop(name, None)
            else:
                values[name], owners[name] = value, source or ""
        assert set(skipped) == refused
        assert content.fields == values
        assert {name: owner for name, owner in content.sources.items() if name != "Key"} == {
            name: owner for name, owner in owners.items() if name != "Key"
        }
