"""Visits and the interactions that they are."""

from hypothesis import given
from hypothesis import strategies as st

from interlog.model.canvassing.said import said_in
from interlog.model.canvassing.surveys import compiled
from interlog.model.canvassing.visits import Beside, Visit, content_of, summary_of, title_of, visit_of, written
from interlog.model.types import CANVASS_VISIT
from interlog.model.validation import problems_of

ids = st.uuids().map(str)
numbers = st.none() | st.floats(0, 180)
visits = st.builds(
    Visit,
    campaign=ids,
    contact=ids,
    survey=ids,
    at=st.integers(0, 2**50),
    responses=st.dictionaries(ids, st.fixed_dictionaries({"questionId": ids, "fields": st.just({"tag": "x"})})),
    unavailable=st.booleans(),
    reason=st.none() | st.text(max_size=256).filter(lambda text: "\x00" not in text),
    successful=st.none() | st.booleans(),
    distance=numbers,
    lat=st.none() | st.floats(-90, 90),
    lng=numbers,
    confidence=numbers,
    list_id=st.none() | ids,
    walklist=st.none() | ids,
    turf=st.none() | ids,
    household=st.none() | ids,
    contact_household=st.none() | ids,
    status=st.none() | ids,
    beside=st.builds(
        Beside,
        customer=st.none() | ids,
        group=st.none() | ids,
        filled=st.just(()) | st.just(("distance", "listId")),
        members=st.dictionaries(st.text(max_size=3), st.integers()),
    ),
)


@given(visits)
def test_round_trip(visit: Visit) -> None:
    """A visit is the same after it was an interaction, which is valid as one of the built-in type."""
    content = content_of(visit, "Canvass visit", "Available", 100, 1)
    assert visit_of(content) == visit
    assert problems_of(content, CANVASS_VISIT) == []


@given(visits, ids)
def test_what_the_server_worked_out_is_not_said(visit: Visit, other: str) -> None:
    """Two requests ask for the same whatever the server adds to them, and for another thing if one member differs."""
    from msgspec.structs import replace

    worked = replace(visit, successful=True, beside=replace(visit.beside, filled=("successful",)))
    said = replace(visit, successful=None, beside=replace(visit.beside, filled=()))
    assert written(worked) == written(said) or "distance" in visit.beside.filled
    assert written(replace(visit, list_id=other)) == written(replace(visit, list_id=None))
    assert written(replace(visit, turf=other)) != written(replace(visit, turf=None))


def test_title_and_text() -> None:
    """A visit is titled by its campaign, and its text tells state and answers with the survey's words."""
    survey = compiled({"questions": [{"questionId": "q", "tag": "bus", "type": "text", "text": "Which bus?"}]})
    answers = {"q": {"questionId": "q", "fields": {"bus": "12"}}, "p": {"questionId": "p", "fields": {"a": ["x", "y"]}}}
    visit = Visit(campaign="c", contact="p", survey="s", at=0, responses=answers, successful=True)
    assert title_of("Ward 4") == "Canvass visit – Ward 4"
    assert title_of(None) == "Canvass visit"
    assert summary_of(visit, said_in(answers, survey)) == "Successful\nWhich bus?: 12\na: x, y"
    away = Visit(campaign="c", contact="p", survey="s", at=0, unavailable=True, reason="Moved")
    assert summary_of(away, said_in({}, None)) == "Unavailable: Moved"
