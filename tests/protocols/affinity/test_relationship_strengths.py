"""Relationship strengths over HTTP."""

import math

import pytest

from interlog.model.instants import DAY, now
from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Role
from tests.serving import Caller, Firm

from .wire import UNKNOWN, answered, refused, unknown

PATHS = ("/relationships-strengths", "/relationship-strengths")


def expected(*weights_and_ages: tuple[float, float]) -> float:
    """Return the documented formula over weights and ages in days (spec 8)."""
    return 1 - math.exp(-sum(weight * 0.5 ** (age / 90) for weight, age in weights_and_ages))


@pytest.mark.covers("relationship_strengths.list")
class TestList:
    """``GET /relationships-strengths``, as the vendor spells it, and ``/relationship-strengths``."""

    @pytest.mark.parametrize("path", PATHS)
    def test_is_a_bare_array_of_pairs(
        self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person, path: str
    ) -> None:
        """One item for each of us who had something to do with the person, by the documented formula."""
        today = now()
        firm.log("Meeting", today - 90 * DAY, mia, ola)
        firm.log("Call", today - 45 * DAY, mia, ben, ola)
        firm.log("ChatMessage", today - 10 * DAY, mia, ola, direction=Direction.SENT)
        parts = [Participant(mia.id, Role.FROM), Participant(ola.id, Role.TO)]
        firm.log("Email", today - 5 * DAY, *parts, direction=Direction.SENT)
        found = answered(api.get(path, external_id=ola.id))
        strengths = {item["internal_id"]: item["strength"] for item in found}
        assert all(set(item) == {"internal_id", "external_id", "strength"} for item in found)
        assert {item["external_id"] for item in found} == {ola.id}
        assert strengths == {
            mia.id: pytest.approx(expected((0.4, 90), (0.3, 45), (0.1, 10), (0.1, 5)), abs=1e-4),
            ben.id: pytest.approx(expected((0.3, 45)), abs=1e-4),
        }
        only = answered(api.get(path, external_id=ola.id, internal_id=ben.id))
        assert [item["internal_id"] for item in only] == [ben.id]

    def test_leaves_out_whoever_had_nothing_to_do_with_him(
        self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person
    ) -> None:
        """Without interactions in the past there is no strength."""
        firm.log("Meeting", now() + DAY, mia, ola)
        assert answered(api.get("/relationships-strengths", external_id=ola.id)) == []
        assert answered(api.get("/relationships-strengths", external_id=ola.id, internal_id=ben.id)) == []

    def test_demands_an_external_person(self, api: Caller, ola: Person, eve: Person, mia: Person) -> None:
        """``external_id`` is required; both ids must exist and be on the right side."""
        path = "/relationships-strengths"
        assert refused(api.get(path)) == ["Field external_id: is required"]
        assert refused(api.get(path, external_id=UNKNOWN)) == [unknown("external_id", UNKNOWN, "Person")]
        response = api.get(path, external_id=ola.id, internal_id=UNKNOWN)
        assert refused(response) == [unknown("internal_id", UNKNOWN, "Person")]
        refused(api.get(path, external_id=mia.id), "Field external_id: ")
        refused(api.get(path, external_id=ola.id, internal_id=eve.id), "Field internal_id: ")
