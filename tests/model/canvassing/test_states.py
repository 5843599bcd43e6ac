"""What visits make of a contact does not depend on the order in which they arrive, are corrected, or go."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.model.canvassing.newest import after_newest
from interlog.model.canvassing.records import record_of
from interlog.model.canvassing.states import Outcome, edited, filled, recomputed, state_after, status_after, worked
from interlog.model.canvassing.surveys import Answer

CAMPAIGNS = ("north", "south")
BASE: dict[str, Any] = {
    "fields": {"rating": 1},
    "answers": {},
    "contacted": False,
    "reservation": {"reserved": True, "walklistId": "route"},
}


def outcome(id_: str = "a", at: int = 1, *answers: Answer, **more: Any) -> Outcome:
    """Return what a visit says, by default that somebody was there."""
    known: dict[str, Any] = {"campaign": "north", "available": True, "state": "contacted-available-not-successful"}
    return Outcome(id=id_, at=at, created_at=0, answers=answers, **(known | more))


outcomes = st.builds(
    lambda id_, at, campaign, walklist, tags, state: outcome(
        id_,
        at,
        *(Answer(f"q{tag}", tag, f"{id_}{at}{tag}") for tag in tags),
        campaign=campaign,
        walklist=walklist,
        state=state,
        status=f"status of {state}",
    ),
    st.sampled_from("abcdef"),
    st.integers(1, 4),
    st.sampled_from(CAMPAIGNS),
    st.sampled_from([None, "route", "another"]),
    st.sets(st.sampled_from(["rating", "pet"])),
    st.sampled_from(["come-back", "contacted-available-successful"]),
)


@pytest.mark.parametrize(
    ("available", "reason", "successful", "state", "status"),
    [
        (False, "NOT home", False, "contacted-unavailable-not-home", "Not Home"),
        (False, "Come Back", False, "come-back", "Come Back"),
        (False, "moved", False, "contacted-unavailable-other", "Moved"),
        (False, "on holiday", False, "contacted-unavailable-other", None),
        (False, None, False, "contacted-unavailable-other", None),
        (True, None, True, "contacted-available-successful", "Successful"),
        (True, "Refused", False, "contacted-available-not-successful", "Not Successful"),
    ],
)
def test_state(available: bool, reason: str | None, successful: bool, state: str, status: str | None) -> None:
    """The state follows from availability, reason and success; its status is the one of that state or reason."""
    assert state_after(available=available, reason=reason, successful=successful) == state
    assert status_after(state, available=available, reason=reason) == status


def test_a_visit_decides_all_derived_parts() -> None:
    """A visit makes the contact contacted, sets state, fields, answers and record, and frees the reservation."""
    visit = outcome("a", 5, Answer("q1", "rating", 4), status="s", household="home", walklist="route")
    data, aside = worked(BASE, {}, [visit], 77, "mia")
    assert data == {
        "contacted": True,
        "state": "contacted-available-not-successful",
        "statusId": "s",
        "fields": {"rating": 4},
        "answers": {"q1": 4},
        "reservation": {"reserved": False},
    }
    record = record_of(aside, "north", "home")
    assert record is not None
    assert (record.data["availability"], record.created_at, record.creator) == ({"available": True}, 77, "mia")
    assert aside["provenance"]["visits"] == [[5, 0, "a"]]
    assert aside["provenance"]["own"]["fields/rating"] == {"value": 1}
    assert BASE["fields"] == {"rating": 1}


def test_a_late_visit_fills_in_only_what_newer_ones_left_open() -> None:
    """A visit that happened before the newest one changes what no newer one has spoken about."""
    data, aside = worked(BASE, {}, [outcome("new", 9, Answer("q1", "rating", 5), state="come-back")], 1, None)
    late = outcome("late", 3, Answer("q1", "rating", 2), Answer("q2", "pet", "Cat"), state="appointment")
    data, aside = worked(data, aside, [late], 2, None)
    assert (data["state"], data["fields"]) == ("come-back", {"rating": 5, "pet": "Cat"})
    assert [visit[2] for visit in aside["provenance"]["visits"]] == ["late", "new"]


def test_another_route_keeps_the_reservation() -> None:
    """A visit under another route than the one that a contact is reserved for leaves the reservation."""
    data, _ = worked(BASE, {}, [outcome(walklist="another")], 1, None)
    assert data["reservation"] == {"reserved": True, "walklistId": "route"}


def test_without_visits_the_contact_is_as_before() -> None:
    """When the last visit goes, everything is as if there had been none."""
    visits = [outcome("a", 1, Answer("q", "rating", 3)), outcome("b", 2, household="home")]
    data, aside = worked(BASE, {"params": 1}, visits, 1, None)
    assert recomputed(data, aside, [], 2, None) == (BASE, {"params": 1})


def test_what_a_hand_sets_outlasts_what_was_known_and_not_what_comes() -> None:
    """A part set by hand stays when visits are recomputed or arrive late; a newer visit changes it."""
    known = outcome("a", 5, Answer("q", "rating", 3))
    data, aside = worked(BASE, {}, [known], 1, None)
    by_hand = data | {"fields": {"rating": 9}, "state": "appointment", "statusId": "s"}
    aside = edited(data, by_hand, aside, aside)
    assert recomputed(by_hand, aside, [known], 2, None) == (by_hand, aside)
    late = outcome("b", 4, Answer("q", "rating", 2))
    assert worked(by_hand, aside, [late], 2, None)[0] == by_hand
    after, _ = worked(by_hand, aside, [outcome("c", 6, Answer("q", "rating", 1), state="come-back")], 2, None)
    assert (after["fields"], after["state"]) == ({"rating": 1}, "come-back")
    assert recomputed(*worked(by_hand, aside, [outcome("c", 6)], 2, None), [], 3, None)[0]["state"] == "appointment"


def test_a_placeholder_is_filled_in() -> None:
    """What is posted for a contact that was only referred to takes the place below what visits decided."""
    empty = {"fields": {}, "answers": {}, "contacted": False}
    seen, aside = worked(empty, {}, [outcome("a", 5, Answer("q", "rating", 3))], 1, None)
    data, aside = filled(seen, aside, BASE | {"notes": "red door"})
    assert (data["fields"], data["contacted"], data["notes"]) == ({"rating": 3}, True, "red door")
    assert recomputed(data, aside, [], 2, None)[0] == BASE | {"notes": "red door"}


@given(st.lists(outcomes, max_size=6, unique_by=lambda visit: visit.id), st.randoms())
def test_any_order_of_arrival_ends_in_the_same(visits: list[Outcome], random: Any) -> None:
    """Visits one by one in any order, or all at once from scratch: data, provenance and records are the same."""
    shuffled = list(visits)
    random.shuffle(shuffled)
    one_by_one: tuple[dict[str, Any], dict[str, Any]] = (BASE, {})
    for visit in shuffled:
        one_by_one = worked(*one_by_one, [visit], 1, None)
    at_once = worked(BASE, {}, visits, 1, None)
    assert _plain(one_by_one) == _plain(at_once) == _plain(recomputed(*one_by_one, visits, 1, None))


@given(st.lists(outcomes, max_size=5, unique_by=lambda visit: visit.id), outcomes, st.booleans())
def test_the_newest_visit_is_worked_in_the_same_at_once(visits: list[Outcome], last: Outcome, by_hand: bool) -> None:
    """What is done where nothing later is known of a contact comes to what weighing each part comes to; where
    something is, nothing is done."""
    visits = [visit for visit in visits if visit.id != last.id]
    data, aside = worked(BASE, {}, visits, 1, None)
    if by_hand:
        changed = data | {"state": "by hand", "fields": data["fields"] | {"pet": 1}}
        data, aside = changed, edited(data, changed, aside, aside)
    made = after_newest(data, aside, last, 7, "mia")
    assert (made is None) is any(visit.place > last.place for visit in visits)
    if made is not None:
        other = worked(data, aside, [last], 7, "mia")
        assert _plain(made) == _plain(other)
        assert made[1].get("records") == other[1].get("records")
        assert _plain(recomputed(*made, [], 0, None)) == _plain(recomputed(*other, [], 0, None))


steps = st.lists(
    st.tuples(st.sampled_from(["visit", "change", "drop", "hand", "record"]), outcomes, st.integers(0, 5)), max_size=12
)


@given(steps)
def test_any_history_equals_a_recomputation(script: list[tuple[str, Outcome, int]]) -> None:
    """After visits that come, change and go, and changes by hand, the contact is what follows from what is left."""
    data: dict[str, Any] = BASE
    aside: dict[str, Any] = {}
    there: dict[str, Outcome] = {}
    for what, visit, number in script:
        if what == "visit" and visit.id not in there:
            there[visit.id] = visit
            made = after_newest(data, aside, visit, number, None)
            data, aside = made if made is not None else worked(data, aside, [visit], number, None)
        elif what == "change" and visit.id in there:
            there[visit.id] = visit
            data, aside = recomputed(data, aside, there.values(), number, None)
        elif what == "drop" and visit.id in there:
            del there[visit.id]
            data, aside = recomputed(data, aside, there.values(), number, None)
        elif what == "hand":
            changed = data | {"state": f"by hand {number}", "fields": data["fields"] | {"pet": number}}
            data, aside = changed, edited(data, changed, aside, aside)
        elif what == "record" and (record := record_of(aside, visit.campaign, "")) is not None:
            after = {"records": aside["records"] | {f"{record.campaign}/": {**_kept(record.data, number)}}}
            aside = edited(data, data, aside, aside | after)
        assert _plain(recomputed(data, aside, there.values(), number, None)) == _plain((data, aside))
    gone = recomputed(data, aside, [], 0, None)
    assert _plain(recomputed(*gone, there.values(), 0, None)) == _plain((data, aside))


def _kept(data: dict[str, Any], number: int) -> dict[str, Any]:
    return {"data": data | {"state": f"by hand {number}"}, "created_at": 0, "modified_at": number}


def _plain(contact: tuple[dict[str, Any], dict[str, Any]]) -> tuple[Any, Any, Any]:
    """Return what must be the same: records but for their versions and times."""
    data, aside = contact
    records = {key: record["data"] for key, record in aside.get("records", {}).items()}
    return data, decided(aside), records


def decided(aside: dict[str, Any]) -> Any:
    """Return a contact's provenance, with the parts that a visit decided in one order."""
    provenance = aside.get("provenance", {})
    *former, newest = provenance.get("visits", [None])
    visits = [[*visit[:3], sorted(visit[3])] for visit in former]
    return provenance | {"visits": [*visits, newest], "free": sorted(provenance.get("free", ()))}


def test_outcomes_have_a_place_in_time() -> None:
    """Visits of the same moment are ordered by when they were recorded, then by their ids."""
    first = outcome("b", 1)
    later = replace(first, id="a", created_at=1)
    data, _ = worked(BASE, {}, [replace(later, state="come-back"), first], 1, None)
    assert data["state"] == "come-back"
