"""Rate limits: the headers of every answer, and what happens where limits are enforced."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from interlog.model.parties import Person
from tests.conftest import FreshDatabase
from tests.serving import Caller, Firm, RunningServer, wait_until

from .conftest import PREFIX
from .wire import RATE_HEADERS, UNKNOWN, answered, refused


def limits(response: httpx2.Response) -> dict[str, int]:
    """Return the six headers, which must be plain integers (spec 18, D15)."""
    values = {name: response.headers[name] for name in RATE_HEADERS}
    assert all(value.isascii() and value.isdecimal() for value in values.values()), values
    return {name.removeprefix("X-Ratelimit-Limit-"): int(value) for name, value in values.items()}


class TestHeaders:
    """The headers of every answer (spec 1.7; spec 20, item 2)."""

    @pytest.mark.parametrize("version", ["", "/v2"])
    def test_are_on_every_answer(self, api: Caller, version: str) -> None:
        """Six integers on success, on what is refused, and on what is not found, in both versions (spec 18, D15)."""
        responses = {
            200: api.get(f"{version}/auth/whoami"),
            401: Caller(api.http, api.base, "wrong").get(f"{version}/persons"),
            404: api.get(f"{version}/persons/{UNKNOWN}"),
            405: api.request("PATCH", f"{version}/persons"),
            422 if not version else 400: api.get(f"{version}/persons/x"),
        }
        unknown = api.get(f"{version}/nothing")
        for status, response in [*responses.items(), (404, unknown)]:
            assert response.status_code == status
            found = limits(response)
            assert (found["User"], found["Org"]) == (900, 100_000)
            assert 0 <= found["User-Reset"] <= 60
            assert 0 < found["Org-Reset"] <= 31 * 86_400
            assert response.headers["X-Request-Id"]
            assert ("X-Affinity-Api-Version" in response.headers) == bool(version)

    def test_count_down(self, api: Caller) -> None:
        """Each call of the user leaves one less, in the minute and in the month."""
        first, second = limits(api.get("/persons")), limits(api.get("/persons"))
        assert first["Org-Remaining"] - second["Org-Remaining"] == 1
        if second["User-Reset"] <= first["User-Reset"]:  # else a new minute has begun
            assert first["User-Remaining"] - second["User-Remaining"] == 1

    def test_do_not_count_questions_about_oneself(self, api: Caller) -> None:
        """whoami and rate-limit cost nothing of the month, in both versions."""
        before = limits(api.get("/persons"))["Org-Remaining"]
        for path in ("/auth/whoami", "/whoami", "/rate-limit", "/v2/auth/whoami", "/v2/rate-limit"):
            answered(api.get(path))
        assert limits(api.get("/persons"))["Org-Remaining"] == before - 1

    def test_count_each_user_alone_and_the_tenant_together(self, api: Caller, firm: Firm, ben: Person) -> None:
        """A colleague's calls cost one's month, not one's minute; another tenant's cost nothing."""
        bens, theirs = firm.caller(PREFIX, firm.token_of(ben)), firm.server.found().caller(PREFIX)
        before = limits(api.get("/persons"))
        answered(bens.get("/persons"))
        answered(theirs.get("/persons"))
        after = limits(api.get("/persons"))
        assert before["Org-Remaining"] - after["Org-Remaining"] == 2
        if after["User-Reset"] <= before["User-Reset"]:
            assert before["User-Remaining"] - after["User-Remaining"] == 1

    @pytest.mark.parametrize("sent", ["abc-123", "A.b_c:9", "x" * 128])
    def test_repeat_the_request_id(self, any_api: Caller, sent: str) -> None:
        """A client's request id comes back."""
        response = any_api.request("GET", "/persons", headers={"X-Request-Id": sent})
        assert response.headers["X-Request-Id"] == sent

    @pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "<script>", "\u00e9"])
    def test_replace_an_odd_request_id(self, any_api: Caller, sent: str) -> None:
        """What is no id is replaced by one."""
        headers = {"Authorization": f"Bearer {any_api.token}", "X-Request-Id": sent.encode("latin-1")}
        response = any_api.http.get(any_api.base + "/persons", headers=headers)
        assert response.status_code == 200
        assert response.headers["X-Request-Id"] not in ("", sent)


class TestEnforced:
    """With ``affinity_rate_limit_enforced``, requests over a limit are refused."""

    @pytest.fixture
    def strict(self, any_server: RunningServer) -> Iterator[str]:
        """A server that grants three calls a minute."""
        limit = {"affinity_rate_limit_user": 3, "affinity_rate_limit_org": 1_000}
        with any_server.with_settings(affinity_rate_limit_enforced=True, **limit) as base:
            yield base

    def test_the_minute(self, strict: str, any_firm: Firm) -> None:
        """The fourth call in a minute answers 429, says when to come back, and stores nothing."""
        api = any_firm.caller(PREFIX, base=strict)
        responses = [api.get("/persons") for _ in range(8)]  # even if a new minute begins, some are too many
        refusals = [response for response in responses if response.status_code != 200]
        assert len(refusals) >= 2
        for response in refusals:
            refused(response, "Rate limit exceeded", status=429)
            found = limits(response)
            assert found["User-Remaining"] == 0
            assert 1 <= int(response.headers["Retry-After"]) <= 60
        before = any_firm.rows()["person"]
        answers = [api.post("/persons", first_name="X", emails=[]) for _ in range(8)]
        assert any_firm.rows()["person"] - before == [answer.status_code for answer in answers].count(200) < 8
        coded = [response.json() for _ in range(8) if (response := api.get("/v2/persons")).status_code == 429]
        assert {body["errors"][0]["code"] for body in coded} == {"rate-limit"}

    def test_the_month(self, any_server: RunningServer, any_firm: Firm) -> None:
        """The month's limit is the tenant's, and does not keep anybody from asking about it."""
        limit = {"affinity_rate_limit_user": 1_000, "affinity_rate_limit_org": 2}
        with any_server.with_settings(affinity_rate_limit_enforced=True, **limit) as base:
            api = any_firm.caller(PREFIX, base=base)
            assert [api.get("/persons").status_code for _ in range(3)] == [200, 200, 429]
            response = api.get("/persons")
            assert limits(response)["Org-Remaining"] == 0
            assert int(response.headers["Retry-After"]) == limits(response)["Org-Reset"]
            assert answered(api.get("/rate-limit"))["rate"]["org_monthly"]["remaining"] == 0

    def test_not_by_default(self, any_server: RunningServer, any_firm: Firm) -> None:
        """Without the setting the headers tell that nothing remains, and the answer comes all the same."""
        with any_server.with_settings(affinity_rate_limit_user=2) as base:
            api = any_firm.caller(PREFIX, base=base)
            responses = [api.get("/persons") for _ in range(8)]
        assert {response.status_code for response in responses} == {200}
        assert min(limits(response)["User-Remaining"] for response in responses) == 0


class TestMonth:
    """The month's calls are those of the tenant, wherever they were answered."""

    def test_outlasts_a_restart(self, database_url: str) -> None:
        """Who has used up the month before a restart has used it up after it, too."""
        limit = {"affinity_rate_limit_enforced": True, "affinity_rate_limit_org": 5}
        server = RunningServer(database_url, **limit)
        server.start()
        firm = server.found()
        with counting(server):
            assert [firm.caller(PREFIX).get("/persons").status_code for _ in range(4)] == [200] * 4
        server.stop()

        again = RunningServer(database_url, **limit)
        again.start()
        try:
            with counting(again):
                api = Caller(again.http, again.base + PREFIX, firm.token)
                answers = [api.get("/persons") for _ in range(3)]
                assert [answer.status_code for answer in answers] == [200, 429, 429]
                assert limits(answers[0])["Org-Remaining"] == 0
                assert answered(api.get("/rate-limit"))["rate"]["org_monthly"]["used"] == 7
        finally:
            again.stop()

    def test_is_counted_over_several_processes(self, fresh_database: FreshDatabase, tmp_path: Path) -> None:
        """Two servers over one database soon know what both have answered, and neither loses a call."""
        with fresh_database("postgresql", tmp_path) as url:
            servers = [RunningServer(url), RunningServer(url)]
            for server in servers:
                server.start()
            try:
                firm = servers[0].found()
                apis = [Caller(server.http, server.base + PREFIX, firm.token) for server in servers]
                with counting(servers[0]), counting(servers[1]):
                    for _ in range(7):
                        for api in apis:
                            answered(api.get("/persons"))

                    def used(api: Caller) -> int:
                        found: int = answered(api.get("/rate-limit"))["rate"]["org_monthly"]["used"]
                        return found

                    wait_until(lambda: [used(api) for api in apis] == [14, 14])
            finally:
                for server in servers:
                    server.stop()


@contextmanager
def counting(server: RunningServer) -> Iterator[None]:
    """Write and read the counts while the block lasts, as the server does."""
    running = server.ledger.usage.running(every=0.05)
    server.run(running.__aenter__())
    try:
        yield
    finally:
        server.run(running.__aexit__(None, None, None))
