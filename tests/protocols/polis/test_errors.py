"""From what can go wrong to statuses and bodies (spec 6), and how the headers of preconditions are read (spec 2.4)."""

from typing import Any

import falcon
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.canvassing.errors import Changed, Lacking, Taken
from interlog.model.errors import (
    Conflict,
    Forbidden,
    InterlogError,
    Invalid,
    Limited,
    MergedAway,
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
)
from interlog.protocols.polis.errors import answer, exists, item_error, outdated, pointer, unreadable
from interlog.protocols.polis.requests import etags_in


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (Invalid(Problem("a", "is wrong")), 400, "ValidationError"),
        (unreadable("This is no JSON."), 400, "FormatError"),
        (Unauthenticated("who are you"), 401, "CredentialsError"),
        (Forbidden("no"), 403, "UnauthorizedError"),
        (Lacking("read@lists"), 403, "UnauthorizedError"),
        (NotFound("list", 1), 404, "NotFoundError"),
        (MergedAway("person", 1, 2), 404, "NotFoundError"),
        (falcon.HTTPMethodNotAllowed(["GET"]), 405, "MethodNotAllowedError"),
        (Conflict("others were quicker"), 409, "ConcurrencyError"),
        (Changed("others were quicker", None), 409, "ConcurrencyError"),
        (outdated("x"), 409, "ConcurrencyError"),
        (outdated("x", is_if_match=True), 412, "ConcurrencyError"),
        (Taken("it is there"), 409, "ExistsError"),
        (exists("It is there."), 409, "ExistsError"),
        (falcon.HTTPContentTooLarge(), 413, "TooLargeError"),
        (falcon.HTTPUnsupportedMediaType(), 415, "MediaTypeError"),
        (Limited("too often", seconds=5), 429, "TooManyRequestsError"),
        (Unavailable("no disk at /srv"), 503, "TempUnavailableError"),
        (KeyError("inside"), 500, "InternalError"),
    ],
)
def test_each_error(error: Exception, status: int, name: str) -> None:
    """Every error has a status and a name, and says nothing of the inside."""
    found, body, headers = answer(error, "request-1")
    assert (found, body["statusCode"], body["name"]) == (status, status, name)
    assert body["error"] and body["message"].endswith((".", "?", "!"))
    assert "inside" not in str(body) and "/srv" not in str(body)
    assert ("WWW-Authenticate" in headers) == (status == 401)
    assert ("Retry-After" in headers) == (status in (429, 503))
    assert ("Allow" in headers) == (status == 405)
    if status == 500:
        assert body["data"] == {"requestId": "request-1"}


def test_problems() -> None:
    """Problems of the model come with pointers and Joi's types, each once."""
    problems = [
        Problem("participants[0].person", "has no such id", "unknown_id", 5, "person"),
        Problem("/data/name", "is required", "missing"),
        Problem("/data/name", "is required", "missing"),
        Problem("/data/age", "must be at least 0", "number.min"),
        Problem("x", "is odd", "odd"),
    ]
    assert answer(Invalid(*problems))[1]["data"] == [
        {"path": "/participants/0/person", "type": "any.ref", "message": "Has no such id."},
        {"path": "/data/name", "type": "any.required", "message": "Is required."},
        {"path": "/data/age", "type": "number.min", "message": "Must be at least 0."},
        {"path": "/x", "type": "any.invalid", "message": "Is odd."},
    ]
    assert pointer("") == ""


@pytest.mark.parametrize(
    ("error", "data"),
    [
        (exists("it is there", id="a", etag="b"), {"id": "a", "etag": "b", "position": 7}),
        (outdated("b"), {"etag": "b", "position": 7}),
        (Conflict("others were quicker"), {"position": 7}),
    ],
)
def test_one_of_many(error: InterlogError, data: dict[str, Any]) -> None:
    """What is said of one of many has its name, and its place in the request."""
    told = item_error(error, 7)
    assert set(told) == {"name", "message", "data"}
    assert told["data"] == data


def test_problems_of_one_of_many() -> None:
    """The problems of one of many stand beside its place."""
    told = item_error(Invalid(Problem("/data/name", "is required", "missing")), 2)
    assert (told["name"], told["data"]["position"]) == ("ValidationError", 2)
    assert told["data"]["problems"][0]["path"] == "/data/name"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ()),
        ("", ()),
        ('""', ()),
        ("3e8-SIMIS22pStVskqOe/o51Wzx9bbk", ("3e8-SIMIS22pStVskqOe/o51Wzx9bbk",)),
        ('"a"', ("a",)),
        ('W/"a"', ("a",)),
        (' "a" , W/"b",c ,', ("a", "b", "c")),
        ("*", ("*",)),
        ('""a""', ('"a"',)),
        ('"', ('"',)),
    ],
)
def test_headers_of_preconditions(header: str | None, expected: tuple[str, ...]) -> None:
    """An ETag may be bare, quoted, weak, or one of several; one pair of quotes is taken off."""
    assert etags_in(header) == expected


ETAGS = st.text(st.sampled_from("0123456789abcdefXYZ+/-"), min_size=1, max_size=12)


@given(st.lists(st.tuples(ETAGS, st.sampled_from(["{}", '"{}"', 'W/"{}"', ' "{}" '])), max_size=4))
def test_any_list_of_etags(sent: list[tuple[str, str]]) -> None:
    """However each of them is written, all that were sent are read, in their order."""
    header = ",".join(form.format(etag) for etag, form in sent)
    assert etags_in(header) == tuple(etag for etag, _ in sent)
