"""What an answer must be, what means success, and the way through the questions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.canvassing.said import said_in
from interlog.model.canvassing.surveys import answers_in, compiled

YES_NO = [{"text": "Yes", "success": True}, {"text": "No", "success": False}]


def question(id_: str, type_: str, options: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a question whose tag is its id."""
    return {"questionId": id_, "text": f"About {id_}?", "tag": id_, "type": type_, "options": options} | more


def to(id_: str) -> dict[str, str]:
    """Return the action that leads to a question."""
    return {"type": "question", "questionId": id_}


DEFINITION = {
    "questions": [
        question(
            "available",
            "availability",
            [
                {"icon": "no", "value": "false", "action": to("unavailable_reason")},
                {"icon": "yes", "value": "true", "action": to("pet")},
            ],
        ),
        question(
            "unavailable_reason", "multi-choice", [{"text": t, "action": {"type": "end"}} for t in ("Moved", "Ill")]
        ),
        question(
            "pet", "multi-select", [{"text": "Submit"}], choices=[{"text": "Cat", "success": True}, {"value": "Dog"}]
        ),
        question("love", "scale", [{"icon": "face-sad"}, {"text": "b"}, {"text": "c"}, {"text": "d"}, {"value": 5}]),
        question("name", "text", [{"text": "Cancel"}, {"text": "Submit"}], max=5),
        question("mail", "text", [{"text": "Cancel"}, {"text": "Submit"}], keyboard="email"),
        question("sign", "verification", YES_NO),
        question("paid", "payment", [{"text": "Paid", "value": 10}, {"text": "No"}]),
    ]
}
SURVEY = compiled(DEFINITION)


def responses(**answers: Any) -> dict[str, Any]:
    """Return responses, by tag; None for a question that was only shown."""
    return {tag: {"questionId": tag, "fields": {} if a is None else {tag: a}} for tag, a in answers.items()}


@pytest.mark.parametrize(
    ("tag", "good", "bad"),
    [
        ("available", ["true", "false"], [True, "yes", 1]),
        ("unavailable_reason", ["Moved", "Ill"], ["moved", 1, ["Moved"]]),
        ("pet", [[], ["Cat"], ["Cat", "Dog"]], ["Cat", ["Cow"], [1]]),
        ("love", [1, 2, 5, 5.0], [0, 6, "4", True, 1.5]),
        ("name", ["", "Jane"], ["Jane D", 5]),
        ("mail", ["", "a@b"], ["a b", "a@b@c"]),
        ("sign", ["Yes"], ["Maybe"]),
        ("paid", ["10", "No"], ["Paid"]),
    ],
)
def test_answers(tag: str, good: list[Any], bad: list[Any]) -> None:
    """An answer fits the question's type and what can be chosen; what does not is named by its place."""
    for value in good:
        assert SURVEY.problems(responses(**{tag: value}), "/r") == []
    for value in bad:
        (problem, *_) = SURVEY.problems(responses(**{tag: value}), "/r")
        assert problem.path.startswith(f"/r/{tag}/fields/{tag}")


def test_unknown_questions_and_fields_are_told_together() -> None:
    """A question of another survey and a field that is not the tag are both told; shown questions need no answer."""
    given = responses(cow="x", pet=None) | {"sign": {"questionId": "sign", "fields": {"signed": "Yes"}}}
    problems = SURVEY.problems(given, "/r")
    assert [(problem.path, problem.code) for problem in problems] == [
        ("/r/cow", "unknown_id"),
        ("/r/sign/fields/signed", "choice"),
    ]


@pytest.mark.parametrize(
    ("answers", "successful"),
    [
        ({"sign": "Yes"}, True),
        ({"sign": "No"}, False),
        ({"pet": ["Cat"]}, True),
        ({"pet": ["Dog"]}, False),
        ({}, False),
    ],
)
def test_success(answers: dict[str, Any], successful: bool) -> None:
    """Success is that at least one option or choice that means it was chosen."""
    assert said_in(responses(**answers), SURVEY).successful is successful


def test_availability_and_reason() -> None:
    """Availability and reason are what the questions about them were answered, with the survey or by the usual tags."""
    away = responses(available="false", unavailable_reason="Moved")
    for survey in (SURVEY, None):
        said = said_in(away, survey)
        assert (said.available, said.reason) == (False, "Moved")
        said = said_in(responses(pet=["Cat"]), survey)
        assert (said.available, said.reason) == (None, None)
    assert said_in(away, None).successful is None


@pytest.mark.parametrize(
    ("answers", "follows"),
    [
        ({}, True),
        ({"available": "false", "unavailable_reason": "Ill"}, True),
        ({"available": "true", "pet": [], "love": 3}, True),
        ({"available": "true", "unavailable_reason": "Ill"}, False),
        ({"available": "false", "unavailable_reason": "Ill", "pet": []}, False),
        ({"available": None, "pet": ["Cat"]}, True),
        ({"pet": ["Cat"]}, False),
    ],
)
def test_flow(answers: dict[str, Any], follows: bool) -> None:
    """Responses follow the flow if the answers' actions lead through all of them, from the first question on."""
    assert SURVEY.follows_flow(responses(**answers)) is follows


@given(st.integers(0, 6), st.sets(st.integers(0, 5)))
def test_straight_surveys_are_followed_as_others(questions: int, answered: set[int]) -> None:
    """Where no answer leads elsewhere, the way is simply the order: as if each action were written out."""
    asked = [question(f"q{place}", "verification", [{"text": "x"}]) for place in range(questions)]
    led = [
        question(f"q{place}", "verification",
                 [{"text": "x", "action": to(f"q{place + 1}") if place + 1 < questions else {"type": "end"}}])
        for place in range(questions)
    ]  # fmt: skip
    given = responses(**{f"q{place}": "x" for place in answered if place < questions})
    assert compiled({"questions": asked}).follows_flow(given) is compiled({"questions": led}).follows_flow(given)


def test_cycles_end() -> None:
    """A survey whose questions lead to each other is followed once."""
    a = question("a", "verification", [{"text": "x", "action": to("b")}])
    b = question("b", "verification", [{"text": "x", "action": to("a")}])
    assert compiled({"questions": [a, b]}).follows_flow(responses(a="x", b="x"))


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*SURVEY.questions, "other"]), st.dictionaries(st.text(max_size=3), json)))
def test_any_answer_is_judged(answers: dict[str, dict[str, Any]]) -> None:
    """Whatever is answered is told to be right or wrong, and what it means can be asked."""
    given = {id_: {"questionId": id_, "fields": fields} for id_, fields in answers.items()}
    said = said_in(given, SURVEY)
    assert said.fits is not bool(SURVEY.problems(given, ""))
    assert said.answers == tuple(answers_in(given)) and len(said.lines) == len(said.answers)
    assert said_in(given, None).answers == said.answers
