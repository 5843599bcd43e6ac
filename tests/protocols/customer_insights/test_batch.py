"""Batches: taking them apart in both formats, and the rules about what runs after what (OData 4.01, 11.7)."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.customer_insights.batch import (
    Answer,
    Part,
    perform,
    read_json,
    read_multipart,
    write_json,
    write_multipart,
)
from interlog.protocols.customer_insights.errors import ApiError
from interlog.protocols.customer_insights.operations import Reply

MULTIPART = "multipart/mixed; boundary=b1"
BATCH = """--b1
Content-Type: application/http
Content-Transfer-Encoding: binary

GET Contacts('42')?$select=Email HTTP/1.1
Accept: application/json


--b1
Content-Type: multipart/mixed; boundary="c 1"

--c 1
Content-Type: application/http
Content-ID: 1

POST BranchVisits HTTP/1.1
Content-Type: application/json

{"VisitKey": "V-1"}
--c 1
Content-Type: application/http
Content-ID: 2

POST BranchVisits HTTP/1.1
Content-Type: application/json
Content-Length: 19

{"VisitKey": "V-2"}
--c 1--
--b1--
"""


@pytest.mark.parametrize("data", [BATCH.encode(), BATCH.replace("\n", "\r\n").encode()])
def test_a_multipart_batch_is_taken_apart(data: bytes) -> None:
    """Requests with their headers and bodies, those of a change set with its name."""
    first, second, third = read_multipart(data, MULTIPART)
    assert (first.method, first.url, first.body, first.group) == ("GET", "Contacts('42')?$select=Email", b"", None)
    assert first.headers == {"accept": "application/json"}
    assert (second.method, second.url, second.id) == ("POST", "BranchVisits", "1")
    assert json.loads(second.body) == {"VisitKey": "V-1"}
    assert json.loads(third.body) == {"VisitKey": "V-2"}
    assert second.group == third.group is not None


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (BATCH, "multipart/mixed"),
        (BATCH, "multipart/mixed; boundary=other"),
        ("--b1\nContent-Type: text/plain\n\nhello\n--b1--", MULTIPART),
        ("--b1\nContent-Type: application/http\n\nhello\n--b1--", MULTIPART),
        ("--b1\nContent-Type: multipart/mixed\n\n\n--b1--", MULTIPART),
    ],
)
def test_a_malformed_multipart_batch_is_refused(data: str, content_type: str) -> None:
    """Without a boundary, with other parts, without a request line."""
    with pytest.raises(ApiError) as caught:
        read_multipart(data.encode(), content_type)
    assert (caught.value.status, caught.value.code) == (400, "InvalidRequestContent")


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"requests": {}},
        {"requests": [1]},
        {"requests": [{"id": "1", "method": "GET"}]},
        {"requests": [{"id": "1", "method": "GET", "url": "A", "headers": {"a": 1}}]},
        {"requests": [{"id": "1", "method": "GET", "url": "A"}, {"id": "1", "method": "GET", "url": "A"}]},
    ],
)
def test_a_malformed_json_batch_is_refused(value: Any) -> None:
    """Not the shape of a batch."""
    with pytest.raises(ApiError) as caught:
        read_json(json.dumps(value).encode())
    assert caught.value.code == "InvalidRequestContent"


def test_a_batch_has_a_most_of_requests() -> None:
    """More than a thousand are too many."""
    requests = [{"id": str(number), "method": "GET", "url": "A"} for number in range(1001)]
    with pytest.raises(ApiError) as caught:
        read_json(json.dumps({"requests": requests}).encode())
    assert caught.value.status == 413


async def run(part: Part) -> Reply:
    return Reply({"url": part.url}, 400 if part.url == "bad" else 200)


async def run_all(parts: Sequence[Part]) -> list[Reply]:
    failed = any(part.url == "bad" for part in parts)
    return [Reply({"url": part.url}, 400 if part.url == "bad" else 424 if failed else 202) for part in parts]


def part(id_: str, url: str, **more: Any) -> Part:
    return Part("POST", url, id=id_, **more)


async def statuses(*parts: Part, go_on: bool) -> list[int]:
    return [answer.reply.status for answer in await perform(parts, run, run_all, go_on=go_on)]


async def test_a_batch_ends_with_the_first_failure_unless_the_client_wants_it_to_go_on() -> None:
    """``Prefer: continue-on-error``."""
    parts = [part("1", "a"), part("2", "bad"), part("3", "c")]
    assert await statuses(*parts, go_on=False) == [200, 400]
    assert await statuses(*parts, go_on=True) == [200, 400, 200]


async def test_what_depends_on_a_failure_is_not_run() -> None:
    """On a request, or on a group."""
    parts = [
        part("1", "bad", group="g"),
        part("2", "b", group="g"),
        part("3", "c", depends_on=("g",)),
        part("4", "d", depends_on=("3",)),
        part("5", "e"),
    ]
    assert await statuses(*parts, go_on=True) == [400, 424, 424, 424, 200]


def test_answers_are_written_in_the_format_of_the_batch() -> None:
    """JSON bodies are inlined; in multipart, a failed change set has one answer."""
    answers = [
        Answer(part("1", "a"), Reply({"a": 1}, 202, {"Location": "http://x"})),
        Answer(part("2", "b", group="g"), Reply(b"12", 200, content_type="text/plain")),
        Answer(part("3", "c", group="g"), Reply(None, 204)),
    ]
    written = write_json(answers).body["responses"]
    assert written[0]["body"] == {"a": 1}
    assert written[0]["headers"]["location"] == "http://x"
    assert written[1]["body"] == "12"
    assert (written[2]["status"], "body" in written[2], written[2]["atomicityGroup"]) == (204, False, "g")
    reply = write_multipart(answers)
    text = reply.body.decode()
    assert text.count("HTTP/1.1") == 3
    assert "Content-ID: 1\r\n" in text
    assert text.rstrip().endswith("--")
    failed = [
        Answer(p, Reply(None, s)) for p, s in ((part("1", "a", group="g"), 424), (part("2", "b", group="g"), 409))
    ]
    assert write_multipart(failed).body.decode().count("HTTP/1.1") == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_a_batch_or_refused(data: bytes) -> None:
    """No input makes it raise anything but a refusal."""
    for content in (data, b"--b1\n" + data, b"--b1\nContent-Type: application/http\n\n" + data):
        try:
            read_multipart(content, MULTIPART)
        except ApiError:
            pass
    try:
        read_json(data)
    except ApiError:
        pass
