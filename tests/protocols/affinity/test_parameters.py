"""How parameters arrive: encodings, spellings of values, times, malformed requests."""

import json
from typing import Any

import pytest

from interlog.model.errors import Invalid
from interlog.model.parties import Person
from interlog.protocols.affinity.operations import Kind, Param
from interlog.protocols.affinity.params import Decoder
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .wire import answered, at, instant, refused

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DATE = "2026-03-05T09:15:30.120Z"


class TestEncodings:
    """All parameters may arrive by any of several ways (spec 1.3; spec 20, item 15)."""

    def check(self, api: Caller, mia: Person, ola: Person, **options: Any) -> None:
        """Send ``POST /interactions`` and see that everything arrived."""
        event = answered(api.request("POST", options.pop("path", "/interactions"), **options))
        assert event["date"] == "2026-03-05T09:15:30.120+00:00"
        assert event["type"] == 1
        assert [person["id"] for person in event["persons"]] == [mia.id, ola.id]
        assert answered(api.get(f"/notes/{event['notes'][0]}"))["content"] == "Grüße & mehr"

    def body(self, mia: Person, ola: Person) -> dict[str, Any]:
        return {"type": 1, "person_ids": [mia.id, ola.id], "content": "Grüße & mehr", "date": DATE}

    def test_json(self, api: Caller, mia: Person, ola: Person) -> None:
        """A JSON body, also with a charset, and without any content type."""
        content = json.dumps(self.body(mia, ola), ensure_ascii=False).encode()
        for headers in (JSON, {"Content-Type": "application/json; charset=utf-8"}, {}):
            self.check(api, mia, ola, content=content, headers=headers)

    def test_form(self, api: Caller, mia: Person, ola: Person) -> None:
        """A form body with ``person_ids[]`` repeated."""
        body = self.body(mia, ola)
        body["person_ids[]"] = body.pop("person_ids")
        self.check(api, mia, ola, data=body)

    def test_form_without_brackets(self, api: Caller, mia: Person, ola: Person) -> None:
        """The brackets may be left out."""
        self.check(api, mia, ola, data=self.body(mia, ola))

    def test_form_with_json_in_a_value(self, api: Caller, mia: Person, ola: Person) -> None:
        """A list may be a JSON text in a form."""
        self.check(api, mia, ola, data=self.body(mia, ola) | {"person_ids": f"[{mia.id}, {ola.id}]"})

    def test_form_as_clients_write_it(self, api: Caller, mia: Person, ola: Person) -> None:
        """A form as curl sends it: unescaped brackets, plus signs for spaces, a trailing ampersand."""
        text = f"type=1&person_ids[]={mia.id}&person_ids[]={ola.id}&content=Gr%C3%BC%C3%9Fe+%26+mehr&date={DATE}&"
        self.check(api, mia, ola, content=text, headers=FORM)

    def test_multipart(self, api: Caller, mia: Person, ola: Person) -> None:
        """A multipart form."""
        fields: list[tuple[str, Any]] = [("type", "1"), ("content", "Grüße & mehr"), ("date", DATE)]
        fields += [("person_ids[]", str(mia.id)), ("person_ids[]", str(ola.id))]
        self.check(api, mia, ola, files=[(name, (None, value)) for name, value in fields])

    def test_query(self, api: Caller, mia: Person, ola: Person) -> None:
        """The query of a POST, with an empty body, whatever its content type."""
        query = f"type=1&person_ids[]={mia.id}&person_ids[]={ola.id}&content=Gr%C3%BC%C3%9Fe%20%26%20mehr&date={DATE}&"
        for headers in (JSON, FORM, {}):
            self.check(api, mia, ola, path=f"/interactions?{query}", headers=headers)

    def test_some_here_some_there(self, api: Caller, mia: Person, ola: Person) -> None:
        """Body and query together; the body wins, and the path over both."""
        body = self.body(mia, ola)
        query = f"content=Lost&type={body.pop('type')}&date={body.pop('date')}"
        self.check(api, mia, ola, path=f"/interactions?{query}", json=body)
        response = api.request(
            "PUT", f"/persons/{ola.id}?id={mia.id}&first_name=Q", json={"id": mia.id, "last_name": "B"}
        )
        answer = answered(response)
        assert (answer["id"], answer["first_name"], answer["last_name"]) == (ola.id, "Q", "B")

    def test_a_body_of_a_get(self, api: Caller, ola: Person) -> None:
        """Some clients send a GET's parameters in its body."""
        body = {"type": 1, "person_id": ola.id, "start_time": "2026-01-01", "end_time": "2026-02-01"}
        assert answered(api.request("GET", "/interactions", json=body))["events"] == []

    def test_a_body_of_a_delete(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The type of a DELETE may stand in its body."""
        item = firm.log("Call", at(DATE), mia, ola)
        answered(api.request("DELETE", f"/interactions/{item.number}", json={"type": 1}))


class TestValues:
    """How values may be written (spec 1.3, 1.4)."""

    @pytest.mark.parametrize("text", ["1", " 1 ", "01", 1.0, "1 "])
    def test_integers_may_be_texts(self, api: Caller, mia: Person, ola: Person, text: Any) -> None:
        """Integers may arrive as strings."""
        body = {"type": text, "person_ids": [str(mia.id), ola.id], "content": "x", "date": DATE}
        assert answered(api.post("/interactions", **body))["type"] == 1

    @pytest.mark.parametrize(
        "text", ["1.5", "one", "1e0", "٣", "１", "0x1", "+1", "--1", "-", "1 2", True, False, [1], {}, 1.5]
    )
    def test_what_is_no_integer(self, any_api: Caller, text: Any) -> None:
        """What is no integer is refused."""
        body = {"type": text, "person_ids": [1], "content": "x", "date": DATE}
        assert refused(any_api.post("/interactions", **body)) == ["Field type: must be one of 0, 1, 2"]

    @pytest.mark.parametrize(
        ("value", "is_public"),
        [("true", True), ("True", True), ("TRUE", True), ("1", True), (1, True), (True, True), ("false", False),
         ("False", False), ("0", False), (0, False), (False, False)],
    )  # fmt: skip
    def test_booleans(self, any_api: Caller, value: Any, is_public: bool) -> None:
        """Booleans may be written in several ways."""
        assert answered(any_api.post("/lists", name="L", type=8, is_public=value))["public"] is is_public

    @pytest.mark.parametrize("value", ["yes", "on", "2", 2, -1, 0.5, "nil", [], {}, [True]])
    def test_what_is_no_boolean(self, any_api: Caller, value: Any) -> None:
        """What is none is refused."""
        response = any_api.post("/lists", name="L", type=8, is_public=value)
        assert refused(response) == ["Field is_public: must be true or false"]

    def test_one_value_is_a_list_of_one(self, any_api: Caller, any_firm: Firm) -> None:
        """Where a list is expected, a single value will do."""
        mia = any_firm.mia
        body = {"type": 1, "person_ids": mia.id, "content": "x", "date": DATE}
        assert len(answered(any_api.post("/interactions", **body))["persons"]) == 1

    @pytest.mark.parametrize("value", ["[1", "[1,]", {"0": 1}, [[1]], "x", [{}], "[[1]]", '{"a":1}', [True]])
    def test_what_is_no_list_of_ids(self, any_api: Caller, value: Any) -> None:
        """What is no list of ids is refused by the name of the list."""
        body = {"type": 1, "person_ids": value, "content": "x", "date": DATE}
        refused(any_api.post("/interactions", **body), "Field person_ids: ")

    def test_unknown_parameters_are_ignored(self, any_api: Caller) -> None:
        """Parameters that mean nothing do no harm, wherever they stand."""
        response = any_api.request(
            "POST", "/persons?a=1&b[]=2&c[d]=3&=4&&e", json={"first_name": "X", "emails": [], "z": {}}
        )
        answered(response)

    @pytest.mark.parametrize("text", ["a\x00b", "\x00", "\ud800", "x\udfff"])
    def test_unreadable_characters_are_refused(self, any_api: Caller, any_firm: Firm, text: str) -> None:
        """U+0000 and halves of surrogate pairs can be stored nowhere."""
        before = any_firm.rows()
        body = json.dumps({"first_name": text, "emails": []})
        response = any_api.request("POST", "/persons", content=body, headers=JSON)
        (problem,) = refused(response)
        assert problem.startswith(("Field first_name: ", "The body "))
        assert any_firm.rows() == before

    @pytest.mark.parametrize(
        "text", ["😀", "e\u0301", "\u200b\u202e", "\ufeff", "\x01\x1f\x7f", "𐍈", "\u2028", "\ufffd\uffff"]
    )
    def test_odd_characters_come_back(self, api: Caller, ola: Person, text: str) -> None:
        """Every other character is kept as it is, neither normalised nor cut."""
        note = answered(api.post("/notes", content=f"a{text}b", person_ids=[ola.id]))
        assert note["content"] == f"a{text}b"
        assert answered(api.get(f"/notes/{note['id']}"))["content"] == f"a{text}b"

    def test_long_texts(self, api: Caller, ola: Person) -> None:
        """A text may be a million characters long, and not one more."""
        note = answered(api.post("/notes", content="é" * 1_000_000, person_ids=[ola.id]))
        assert len(note["content"]) == 1_000_000
        response = api.post("/notes", content="é" * 1_000_001, person_ids=[ola.id])
        assert refused(response) == ["Field content: must not be longer than 1000000 characters"]


class TestNumbers:
    """Parameters that hold any number."""

    @pytest.mark.parametrize(("value", "number"), [(1, 1.0), (1.5, 1.5), ("-2.5", -2.5), ("1e3", 1000.0)])
    def test_numbers(self, value: Any, number: float) -> None:
        """A number may be written as one or as a text."""
        assert Decoder((Param(name="n", kind=Kind.NUMBER),)).decode({"n": value}) == {"n": number}

    @pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", 10**400, True, "x", [], {}, ""])
    def test_what_is_no_number(self, value: Any) -> None:
        """What is not finite is no number, nor what is too large to be one."""
        with pytest.raises(Invalid, match="n: must be a number"):
            Decoder((Param(name="n", kind=Kind.NUMBER),)).decode({"n": value})


class TestTimes:
    """Times in requests (spec 1.4)."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-03-05T09:15:30.120Z", "2026-03-05T09:15:30.120+00:00"),
            ("2026-03-05T09:15:30.120-08:00", "2026-03-05T17:15:30.120+00:00"),
            ("2026-03-05T09:15:30.120000+00:00", "2026-03-05T09:15:30.120+00:00"),
            ("2026-03-05T09:15:30+05:45", "2026-03-05T03:30:30.000+00:00"),
            ("2026-03-05T09:15:30+0530", "2026-03-05T03:45:30.000+00:00"),
            ("2026-03-05T09:15:30-08", "2026-03-05T17:15:30.000+00:00"),
            ("2026-03-05T09:15:30-00:00", "2026-03-05T09:15:30.000+00:00"),
            ("2026-03-05T09:15:30", "2026-03-05T09:15:30.000+00:00"),
            ("2026-03-05T09:15", "2026-03-05T09:15:00.000+00:00"),
            ("2026-03-05T09:15Z", "2026-03-05T09:15:00.000+00:00"),
            ("2026-03-05 09:15:30Z", "2026-03-05T09:15:30.000+00:00"),
            ("2026-03-05t09:15:30z", "2026-03-05T09:15:30.000+00:00"),
            ("2026-03-05", "2026-03-05T00:00:00.000+00:00"),
            ("2026-03-05T09:15:30.1Z", "2026-03-05T09:15:30.100+00:00"),
            ("2026-03-05T09:15:30,123Z", "2026-03-05T09:15:30.123+00:00"),
            ("2026-03-05T09:15:30.123456789123Z", "2026-03-05T09:15:30.123+00:00"),
            (" 2026-03-05T09:15:30Z ", "2026-03-05T09:15:30.000+00:00"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+00:00"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999+00:00"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000+00:00"),
        ],
    )
    def test_valid_forms(self, any_api: Caller, any_firm: Firm, text: str, expected: str) -> None:
        """ISO 8601 with Z, any numeric offset or none, any fraction, or a date alone."""
        body = {"type": 1, "person_ids": [any_firm.mia.id], "content": "x", "date": text}
        event = answered(any_api.post("/interactions", **body))
        assert event["date"] == event["start_time"] == expected
        assert answered(any_api.get(f"/interactions/{event['id']}", type=1)) == event

    @pytest.mark.parametrize(
        "text",
        ["", " ", "now", "2026", "2026-03", "2026-3-5", "05.03.2026", "2026-02-29", "2026-13-01",
         "2026-03-05T24:00:00Z",
         "2026-03-05T09:60:00Z", "2026-03-05T09:15:30+24:00", "2026-03-05T09:15:30+01:60", "2026-03-05T09:15:30 PST",
         "20260305T091530Z", "2026-W10-4", "1772701200", 1772701200, True, [], {}, "0000-01-01", "10000-01-01",
         "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-03-05T09:15:30Z; drop", "٢٠٢٦-03-05",
         "2026-03-05T", "2026-03-05Z"],
    )  # fmt: skip
    def test_invalid_forms(self, any_api: Caller, any_firm: Firm, text: Any) -> None:
        """Anything else is refused."""
        body = {"type": 1, "person_ids": [any_firm.mia.id], "content": "x", "date": text}
        assert refused(any_api.post("/interactions", **body)) == ["Field date: must be an ISO 8601 date and time"]

    def test_an_unescaped_plus_in_a_query(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A plus sign that a client forgot to escape still means an offset."""
        item = firm.log("Call", at("2026-03-05T09:00:00Z"), mia, ola)
        query = f"type=1&person_id={ola.id}&start_time=2026-03-05T10:00:00+01:00&end_time=2026-03-05T10:00:01+01:00"
        events = answered(api.request("GET", f"/interactions?{query}"))["events"]
        assert [event["id"] for event in events] == [item.number]

    @pytest.mark.parametrize(
        ("zone", "sent", "expected"),
        [
            ("America/Los_Angeles", "2026-03-05T17:15:30.120Z", "2026-03-05T09:15:30.120-08:00"),
            ("America/Los_Angeles", "2026-07-05T17:15:30.120Z", "2026-07-05T10:15:30.120-07:00"),
            ("Europe/Berlin", "2026-03-29T00:59:59.999Z", "2026-03-29T01:59:59.999+01:00"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00.000+02:00"),
            ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00.000+02:00"),
            ("Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00.000+01:00"),
            ("Asia/Kathmandu", "2026-03-05T17:15:30Z", "2026-03-05T23:00:30.000+05:45"),
            ("UTC", "2026-03-05T17:15:30+05:00", "2026-03-05T12:15:30.000+00:00"),
        ],
    )
    def test_answers_are_in_the_configured_zone(
        self, any_server: RunningServer, any_firm: Firm, zone: str, sent: str, expected: str
    ) -> None:
        """Times are written in the zone of the setting, with its summer time, whatever zone they came in."""
        with any_server.with_settings(affinity_time_zone=zone) as base:
            api = any_firm.caller(PREFIX, base=base)
            body = {"type": 1, "person_ids": [any_firm.mia.id], "content": "x", "date": sent}
            event = answered(api.post("/interactions", **body))
            assert event["date"] == event["start_time"] == expected
            assert instant(event["date"]) == at(sent)
            note = answered(api.get(f"/notes/{event['notes'][0]}"))
            assert instant(note["created_at"]) > 0

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Adak", "America/New_York"])
    def test_the_ends_of_the_calendar(self, any_server: RunningServer, any_firm: Firm, zone: str) -> None:
        """The first and last hours there are can be shown in any zone."""
        with any_server.with_settings(affinity_time_zone=zone) as base:
            api = any_firm.caller(PREFIX, base=base)
            for sent in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"):
                body = {"type": 1, "person_ids": [any_firm.mia.id], "content": "x", "date": sent}
                assert instant(answered(api.post("/interactions", **body))["date"]) == at(sent)


class TestMalformed:
    """Requests that cannot be read: an array of sentences, nothing stored, and the connection goes on."""

    @pytest.mark.parametrize(
        "content",
        [
            b"{",
            b"}",
            b'{"first_name": }',
            b'{"first_name": "x"} trailing',
            b"'single'",
            b"\xff\xfe\x00",
            b'{"first_name": "\xff"}',
            b'{"first_name": "\xed\xa0\x80"}',
            b"[" * 100_000,
            b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
            b"nul",
            b"NaN",
            b'{"first_name": NaN}',
            b"[]",
            b"1",
            b'"text"',
            b"null",
            b"true",
            b"[{}]",
        ],
    )
    def test_json(self, any_api: Caller, any_firm: Firm, content: bytes) -> None:
        """Broken JSON, JSON of endless depth, and JSON that is no object."""
        before = any_firm.rows()
        response = any_api.request("POST", "/persons", content=content, headers=JSON)
        (problem,) = refused(response)
        assert problem.startswith("The body must be ")
        assert any_firm.rows() == before

    @pytest.mark.parametrize(
        "number",
        ["1" + "0" * 400, "1e400", "-1e400", "1" + "0" * 5_000, "0." + "1" * 5_000, "9007199254740993"],
    )
    def test_numbers_beyond_measure(self, any_api: Caller, any_firm: Firm, number: str) -> None:
        """Numbers of any size are refused like any other wrong value."""
        before = any_firm.rows()
        for name in ("type", "person_ids", "date", "content", "direction"):
            values = {"type": "2", "person_ids": f"[{any_firm.mia.id}]", "content": '"x"', "date": f'"{DATE}"'}
            body = "{" + ",".join(f'"{key}":{value}' for key, value in (values | {name: number}).items()) + "}"
            response = any_api.request("POST", "/interactions", content=body, headers=JSON)
            (problem,) = refused(response)
            assert problem.startswith((f"Field {name}: ", "The body must be JSON"))
        assert any_firm.rows() == before

    @pytest.mark.parametrize(
        ("content_type", "content"),
        [
            ("application/x-www-form-urlencoded", b"first_name=\xff\xfe"),
            ("multipart/form-data", b"--x\r\n"),
            ("multipart/form-data; boundary=x", b"nothing of it"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=first_name"),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\nno disposition\r\n--x--\r\n"),
            ("multipart/form-data; boundary=", b"--\r\n"),
            ("multipart/form-data; boundary=" + "x" * 100, b"--x\r\n"),
            ("multipart/form-data; boundary=x",
             b'--x\r\nContent-Disposition: form-data; name="first_name"\r\n\r\n\xff\xfe\r\n--x--\r\n'),
            ("multipart/form-data; boundary=x",
             b'--x\r\nContent-Disposition: form-data; name="first_name"; filename="a"\r\n\r\nx\r\n--x--\r\n'),
        ],
    )  # fmt: skip
    def test_forms(self, any_api: Caller, any_firm: Firm, content_type: str, content: bytes) -> None:
        """Forms that are none are refused."""
        before = any_firm.rows()
        headers = {"Content-Type": content_type}
        refused(any_api.request("POST", "/persons", content=content, headers=headers))
        assert any_firm.rows() == before

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "image/png", "x", ";", "application/"])
    def test_wrong_content_types(self, any_api: Caller, any_firm: Firm, content_type: str) -> None:
        """Whatever a body claims to be, it is read as JSON or refused."""
        headers = {"Content-Type": content_type}
        refused(any_api.request("POST", "/persons", content=b"<a/>", headers=headers), "The body must be JSON")
        answered(any_api.request("POST", "/persons", content=b'{"first_name":"X","emails":[]}', headers=headers))

    def test_a_body_too_large(self, any_server: RunningServer, any_firm: Firm) -> None:
        """A body above the setting's size is refused with 413, told by its length or found out while reading."""
        with any_server.with_settings(max_body=1_000) as base:
            api = any_firm.caller(PREFIX, base=base)
            body = json.dumps({"first_name": "x" * 400, "emails": [], "more": "x" * 1_000}).encode()

            def chunks() -> Any:
                yield body[:500]
                yield body[500:]

            for content in (body, chunks()):
                refused(api.request("POST", "/persons", content=content, headers=JSON), "1000 bytes", status=413)
            files = [("first_name", (None, "x" * 2_000))]
            refused(api.request("POST", "/persons", files=files), "1000 bytes", status=413)
            answered(api.post("/persons", first_name="x" * 400, emails=[]))

    def test_chunked_bodies(self, api: Caller) -> None:
        """A body may come without a length, in pieces."""

        def chunks() -> Any:
            yield b'{"first_name": "O'
            yield b'la", "emails": []}'

        assert answered(api.request("POST", "/persons", content=chunks(), headers=JSON))["first_name"] == "Ola"


class TestUnknownPaths:
    """Paths and methods that are none of ours."""

    @pytest.mark.parametrize(
        "path",
        ["", "/", "/nothing", "/interactions/1/2", "/persons/1/x", "/v1/persons", "/%00", "/a%2Fb"],
    )
    def test_answer_the_bare_string(self, any_api: Caller, path: str) -> None:
        """An unknown path answers 404 and one JSON string (spec 18, D13), with the headers of every answer."""
        for method in ("GET", "POST", "PUT", "DELETE"):
            response = any_api.request(method, path)
            assert (response.status_code, response.json()) == (404, "Unknown API endpoint")
            assert response.headers["X-Ratelimit-Limit-User"] == "900"
            assert response.headers["X-Request-Id"]

    @pytest.mark.parametrize("path", ["/v2", "/v2/", "/v2/nothing", "/v2/persons/1/x/y"])
    def test_answer_coded_errors_in_version_2(self, any_api: Caller, path: str) -> None:
        """An unknown path of version 2 is a coded error."""
        response = any_api.get(path)
        assert response.status_code == 404
        assert [error["code"] for error in response.json()["errors"]] == ["not-found"]

    def test_may_be_served_at_the_root_too(self, any_server: RunningServer, any_firm: Firm) -> None:
        """With ``root=affinity`` the paths hang off the host's root as well, for clients that cannot carry a prefix."""
        with any_server.with_settings(root="affinity") as base:
            for prefix in ("", PREFIX):
                api = any_firm.caller(prefix, base=base)
                assert answered(api.get("/persons"))["persons"][0]["id"] == any_firm.mia.id
                assert api.get("/nothing").json() == "Unknown API endpoint"
                address = f"{base}{prefix}/v2/persons?"
                any_firm.person("Ola")
                assert api.get("/v2/persons", limit=1).json()["pagination"]["nextUrl"].startswith(address)

    def test_a_trailing_slash_means_nothing(self, any_api: Caller) -> None:
        """A path may end with a slash."""
        assert answered(any_api.get("/persons/")) == answered(any_api.get("/persons"))

    @pytest.mark.parametrize(
        "id_", ["abc", "1.5", "-1", "0", "%00", "1%00", "9" * 30, "1e3", "%F0%9F%98%80", "1;2", "٣"]
    )
    def test_ids_that_are_none(self, any_api: Caller, id_: str) -> None:
        """What stands for an id but is none is refused."""
        refused(any_api.get(f"/persons/{id_}"), "Field id: ")
