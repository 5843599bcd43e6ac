"""What must hold for any survey that somebody may send, in either form (spec 4.5)."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlog.model.canvassing.survey_flow import loops
from interlog.model.canvassing.surveys import compiled
from interlog.protocols.polis.shapes import MISSING, Reading
from interlog.protocols.polis.survey_shapes import SurveyShape
from interlog.protocols.polis.survey_v2 import SecondForm, first_form, is_second_form

from .test_surveys import VALID

IDS = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(4)]
JUNK = st.sampled_from(
    [None, True, -1, 1.5, "", "x", [], {}, [None], [[]], [{}], {"type": []}, {"x": 1}, "\x00", 10**30]
)


TEXTS = st.sampled_from(["A", "B", "Yes", "No", "Ä 🚌"])
ACTION = st.sampled_from([{"type": "end"}, *({"type": "question", "questionId": id_} for id_ in IDS)])


def with_actions(asked: dict[str, Any], place: int, actions: list[Any]) -> dict[str, Any]:
    """Return a question of the first form whose options lead somewhere."""
    options = [
        option if action is None else option | {"action": action}
        for option, action in zip(asked["options"], [*actions, *[None] * len(asked["options"])], strict=False)
    ]
    return asked | {"questionId": IDS[place].upper(), "tag": f"tag-{place}", "options": options}


FIRST = st.lists(
    st.tuples(st.sampled_from(VALID), st.lists(st.none() | ACTION, max_size=5)), min_size=4, max_size=4
).map(
    lambda chosen: {
        "name": "Bus",
        "campaignId": IDS[0],
        "questions": [with_actions(asked, place, actions) for place, (asked, actions) in enumerate(chosen)],
    }
)
SECOND = st.lists(
    st.tuples(
        st.lists(st.tuples(ACTION, TEXTS), max_size=3, unique_by=lambda item: item[1]), st.lists(TEXTS, unique=True)
    ),
    min_size=4,
    max_size=4,
).map(
    lambda chosen: {
        "name": "Bus",
        "questions": [
            {
                "questionId": IDS[place],
                "type": "multiChoice",
                "options": [{"text": text} for text in texts],
                "actions": [action | {"optionText": text} for action, text in actions],
            }
            for place, (actions, texts) in enumerate(chosen)
        ],
    }
)


def spoilt(sent: Any, data: st.DataObject) -> Any:
    """Return a survey with something in it replaced by what does not belong there, or left out."""
    sent = place = json.loads(json.dumps(sent))
    while isinstance(place, (dict, list)) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if data.draw(st.integers(0, 2)) == 0 or not place[key] or not isinstance(place[key], (dict, list)):
            if data.draw(st.booleans()):
                del place[key]
            else:
                place[key] = data.draw(JUNK)
            break
        place = place[key]
    return sent


@given(FIRST | SECOND)
def test_what_is_valid_is_read(sent: Any) -> None:
    """Surveys of both forms that keep to all rules are taken."""
    _read(sent)


@given(FIRST | SECOND, st.data())
def test_what_is_spoilt_is_refused_by_its_path(sent: Any, data: st.DataObject) -> None:
    """Whatever is wrong in it, a survey is read, or every problem has its path; nothing is a fault."""
    for _ in range(data.draw(st.integers(1, 3))):
        sent = spoilt(sent, data)
    shape = SecondForm() if is_second_form(sent) else SurveyShape()
    reading = Reading()
    shape.read(sent, "/data", reading)
    for problem in reading.problems:
        assert problem.path.startswith("/data")
        assert "." in problem.code
    if not reading.problems:
        _read(sent)


def _read(sent: Any) -> None:
    """See that what is read reads as itself, and can be asked."""
    is_second = is_second_form(sent)
    shape = SecondForm() if is_second else SurveyShape()
    reading = Reading()
    read = shape.read(sent, "/data", reading)
    assert reading.problems == []
    assert read is not MISSING
    assert shape.read(read, "/data", reading) == read
    assert reading.problems == []
    assert is_second_form(read) is is_second
    stored = first_form(read) if is_second else read
    for place, question in enumerate(stored["questions"]):
        question.setdefault("questionId", f"{place:08x}-1111-4000-8000-000000000000")
    survey = compiled(stored)
    assert list(survey.questions) == [question["questionId"] for question in stored["questions"]]
    assert set(loops(stored)) <= set(range(len(stored["questions"])))


@given(st.lists(st.lists(st.integers(-1, 7), min_size=1, max_size=3), min_size=1, max_size=7))
def test_loops_are_the_ways_back(ahead: list[list[int]]) -> None:
    """A question is in a loop if one can come back to it by following answers, one after the other.

    Each answer leads to the question of its number, to the next one (-1), or beyond the last, which is the end.
    """
    targets = [{place + 1 if to == -1 else to for to in options} for place, options in enumerate(ahead)]
    questions = [
        {
            "questionId": str(place),
            "options": [{} if to == -1 else {"action": {"type": "question", "questionId": str(to)}} for to in options],
        }
        for place, options in enumerate(ahead)
    ]
    expected = []
    for start in range(len(ahead)):
        reached = {to for to in targets[start] if to < len(ahead)}
        for _ in ahead:
            reached |= {to for place in reached for to in targets[place] if to < len(ahead)}
        expected += [start] if start in reached else []
    assert loops({"questions": questions}) == expected
