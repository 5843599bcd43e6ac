"""Any sequence of use cases of resources against a simple picture of what they mean, kept in dictionaries."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.canvassing.errors import Changed, Taken
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.errors import NotFound
from interlog.model.journal import Position
from interlog.model.tenancy import Right
from tests.conftest import FreshDatabase
from tests.ledger.conftest import Firm, found_firm, journal_of

Result = TypeVar("Result")

LISTS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(2)]
IDS = [f"00000000-0000-4000-8000-00000000001{number}" for number in range(4)]
KINDS = ["contacts", "households"]
GROUPS = [0, 7]

ids, kinds, groups = st.sampled_from(IDS), st.sampled_from(KINDS), st.sampled_from(GROUPS)
naturals = st.sampled_from([None, "a", "b"])
names = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=4)
leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
leaves |= st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=6)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))
documents = st.fixed_dictionaries({"value": values}, optional={"listId": st.sampled_from(LISTS)})


@dataclass
class Thing:
    """A resource, as far as it matters."""

    data: dict[str, Any]
    natural: str | None
    group: int
    placeholder: bool
    version: int = 1
    deleted: bool = False
    former: list[dict[str, Any]] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    """Each run is a firm of its own in one ledger. Mia sees both groups, Ben one of them."""

    ledger: ClassVar[Ledger]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what a use case returns."""
        return self.loop.run_until_complete(work)

    @initialize()
    def start(self) -> None:
        """Begin with a new firm."""
        self.firm: Firm = self.run(found_firm(self.ledger))
        self.mia = self.firm.acting(self.firm.mia, Right.ADMIN, 7)
        self.ben = self.firm.acting(self.firm.ben)
        self.things: dict[tuple[str, str], Thing] = {}
        self.order: dict[tuple[str, str], None] = {}

    def _changed(self, ref: tuple[str, str]) -> None:
        self.order.pop(ref, None)
        self.order[ref] = None

    def _holds(self, ref: tuple[str, str], natural: str | None) -> bool:
        """Whether another one has what there is only one of."""
        return natural is not None and any(
            other != ref and other[0] == ref[0] and thing.natural == natural and not thing.deleted
            for other, thing in self.things.items()
        )

    @rule(kind=kinds, id_=ids, data=documents, natural=naturals, group=groups, placeholder=st.booleans())
    def create(
        self, kind: str, id_: str, data: dict[str, Any], natural: str | None, group: int, placeholder: bool
    ) -> None:
        """Create under an id: it is new, the same once more, a placeholder that is filled in, or taken."""
        draft = ResourceDraft(kind=kind, id=id_, data=data, natural=natural, group=group, placeholder=placeholder)
        there = self.things.get((kind, id_))
        fills = there is not None and there.placeholder and not there.deleted and not placeholder
        repeats = there is not None and not there.deleted and not fills and there.data == data
        if not repeats and (
            (there is not None and not fills)
            or self._holds((kind, id_), natural)
            or (fills and there is not None and natural is None and self._holds((kind, id_), there.natural))
        ):
            with pytest.raises(Taken):
                self.run(self.ledger.resources.create(self.mia, draft))
            return
        made = self.run(self.ledger.resources.create(self.mia, draft))
        assert made.repeated is repeats
        if repeats:
            return
        if there is None:
            self.things[kind, id_] = Thing(data, natural, group, placeholder)
        else:
            there.former.append(there.data)
            there.data, there.group, there.placeholder = data, group, False
            there.natural = natural if natural is not None else there.natural
            there.version += 1
        self._changed((kind, id_))

    @rule(kind=kinds, id_=ids, data=documents, natural=naturals, outdated=st.booleans())
    def amend(self, kind: str, id_: str, data: dict[str, Any], natural: str | None, outdated: bool) -> None:
        """Change what is there, at the version that is there."""
        there = self.things.get((kind, id_))
        expected = None if there is None else there.version - outdated

        def change(read: Resource) -> Resource:
            return replace(read, data=data, natural=natural)

        work = self.ledger.resources.amend(self.mia, kind, id_, change, expected_version=expected)
        if there is None or there.deleted:
            with pytest.raises(NotFound):
                self.run(work)
        elif outdated:
            with pytest.raises(Changed):
                self.run(work)
        elif (there.data, there.natural) == (data, natural):
            assert self.run(work).version == there.version
        elif self._holds((kind, id_), natural):
            with pytest.raises(Taken):
                self.run(work)
        else:
            there.former.append(there.data)
            there.data, there.natural, there.version = data, natural, there.version + 1
            assert self.run(work).version == there.version
            self._changed((kind, id_))

    @rule(kind=kinds, id_=ids)
    def delete(self, kind: str, id_: str) -> None:
        """Delete what is there."""
        there, work = self.things.get((kind, id_)), self.ledger.resources.delete(self.mia, kind, id_)
        if there is None or there.deleted:
            with pytest.raises(NotFound):
                self.run(work)
            return
        self.run(work)
        there.former.append(there.data)
        there.deleted, there.version = True, there.version + 1
        self._changed((kind, id_))

    @rule(kind=kinds, id_=ids)
    def restore(self, kind: str, id_: str) -> None:
        """Undo a deletion, unless another one has taken the place."""
        there, work = self.things.get((kind, id_)), self.ledger.resources.restore(self.mia, kind, id_)
        if there is None:
            with pytest.raises(NotFound):
                self.run(work)
        elif not there.deleted:
            assert self.run(work).version == there.version
        elif self._holds((kind, id_), there.natural):
            with pytest.raises(Taken):
                self.run(work)
        else:
            self.run(work)
            there.former.append(there.data)
            there.deleted, there.version = False, there.version + 1
            self._changed((kind, id_))

    @invariant()
    def what_is_read_is_what_was_written(self) -> None:
        """Everything is as it was left, for whoever sees it, by each way to it."""
        resources = self.ledger.resources
        for actor, seen in ((self.mia, {0, 7}), (self.ben, {0})):
            live = {ref: t for ref, t in self.things.items() if not t.deleted and t.group in seen}
            found = self.run(resources.get_many(actor, [(kind, id_) for kind in KINDS for id_ in IDS]))
            assert {ref: (i.data, i.natural, i.version, i.placeholder) for ref, i in found.items()} == {
                ref: (t.data, t.natural, t.version, t.placeholder) for ref, t in live.items()
            }
            for list_ in LISTS:
                owned = [ref for ref, t in live.items() if ref[0] == "contacts" and t.data.get("listId") == list_]
                assert [i.ref for i in self.run(resources.owned(actor, "contacts", list_))] == sorted(owned)
            for kind in KINDS:
                named = {t.natural: ref for ref, t in live.items() if ref[0] == kind and t.natural is not None}
                by_name = self.run(resources.by_natural(actor, kind, ["a", "b"]))
                assert {natural: item.ref for natural, item in by_name.items()} == named

    def teardown(self) -> None:
        """At last compare the former versions and the changes, and check the store."""
        if not hasattr(self, "firm"):
            return
        resources = self.ledger.resources
        for (kind, id_), thing in self.things.items():
            former = self.run(resources.versions(self.mia, kind, id_))
            assert [item.data for item in former] == thing.former[::-1]
        self.run(journal_of(self.firm))
        for kind in KINDS:
            changes = self.run(self.ledger.changes.resources(self.mia, kind, Position()))
            assert [item.ref for item in changes.items] == [ref for ref in self.order if ref[0] == kind]
        assert self.run(self.ledger.check.problems()) == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_resources(engine: str, fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """Whatever is done, all that can be asked agrees with the picture."""
    loop = asyncio.new_event_loop()
    with fresh_database(engine, tmp_path) as url:
        Machine.loop, Machine.ledger = loop, loop.run_until_complete(Ledger.open(url))
        try:
            checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=25 if engine == "sqlite" else 8,
                    stateful_step_count=20,
                    suppress_health_check=checks,
                ),
            )
        finally:
            loop.run_until_complete(Machine.ledger.close())
            loop.close()
