"""Where the files of ingestion jobs come from: uploads, and places that the settings name (spec 6.8)."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from interlog.model.tenancy import UserRole
from interlog.protocols.customer_insights.uploads import MOST
from interlog.store.schema import journal
from interlog.store.statements import Query, parameter
from tests.serving import Caller, Firm

from .data import Data, details_of, error_of

CSV = "VisitKey,ArrivedAt\nV-1,2026-03-04T09:00:00Z\nV-2,2026-03-05\n"


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which BranchVisit is defined."""
    client = Data(firm)
    client.define()
    return client


@pytest.fixture
def any_data(any_firm: Firm) -> Data:
    """The same, for what has nothing to do with the store."""
    client = Data(any_firm)
    client.define()
    return client


def upload(data: Data, content: str | bytes = CSV, content_type: str = "text/csv") -> httpx2.Response:
    """Upload a file."""
    return data.request("POST", "/$uploads", content=content, headers={"Content-Type": content_type})


def run(data: Data, uri: str) -> httpx2.Response:
    """Run a job with the file that an address leads to."""
    return data.send("/BlobIngestionJobs", {"Uri": uri, "Type": "Interaction.BranchVisit"})


@pytest.mark.covers("uploads.create", "uploads.list")
def test_a_job_reads_what_was_uploaded(data: Data) -> None:
    """201 with an address, good for jobs and to get the file back; listed, and removed when it is deleted."""
    answer = upload(data)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["Location"] == made["Uri"] == f"{data.base}/$uploads('{made['UploadId']}')"
    assert made["TotalBytes"] == len(CSV)
    assert made["UploadTime"] < made["ExpiryTimeUtc"]
    path = f"/$uploads('{made['UploadId']}')"
    (listed,) = data.get("/$uploads").json()["value"]
    assert listed == {name: value for name, value in made.items() if name != "@odata.context"}
    got = data.get(path)
    assert (got.text, got.headers["Content-Type"]) == (CSV, "text/csv; charset=utf-8")
    assert got.headers["X-Content-Type-Options"] == "nosniff"

    for uri in (made["Uri"], path[1:], made["Uri"].replace("127.0.0.1", "known.example")):
        job = run(data, uri)
        assert job.status_code == 201, job.text
        found = data.get(f"/BlobIngestionJobs('{job.json()['JobId']}')").json()
        assert (found["State"], found["TotalLinesProcessed"], found["TotalLinesFailedProcessing"]) == ("Finished", 2, 0)
        assert found["Uri"] == uri
    assert data.get("/BranchVisits/$count").text == "2"

    assert data.request("DELETE", path).status_code == 204
    assert data.request("DELETE", path).status_code == 204
    assert error_of(data.get(path)) == (404, "ResourceNotFound")
    assert data.get("/$uploads").json()["value"] == []
    assert details_of(run(data, made["Uri"])) == [("Uri", "SourceUnavailable")]


def test_a_form_carries_a_file_too(any_data: Data) -> None:
    """As browsers and ``curl -F`` send it."""
    answer = any_data.request("POST", "/$uploads", files={"file": ("visits.csv", CSV, "text/csv")})
    assert answer.status_code == 201, answer.text
    assert any_data.get(f"/$uploads('{answer.json()['UploadId']}')").text == CSV


def test_what_is_no_file_is_refused(any_data: Data) -> None:
    """Empty, too large, no UTF-8, of another kind, a form without it; and nothing is stored."""
    rows = any_data.firm.rows()
    for content in (b"", b" \n", b"a\xff"):
        assert error_of(upload(any_data, content)) == (400, "InvalidRequestContent")
    assert error_of(upload(any_data, b"x" * (16 * 1024 * 1024 + 1))) == (413, "RequestEntityTooLarge")
    assert error_of(upload(any_data, b"{}", "application/json")) == (415, "UnsupportedMediaType")
    form = any_data.request("POST", "/$uploads", files={"other": ("a.csv", CSV, "text/csv")})
    assert error_of(form) == (400, "InvalidRequestContent")
    for method, path in (("PUT", "/$uploads"), ("POST", "/$uploads('a')"), ("PATCH", "/$uploads('a')")):
        assert error_of(any_data.request(method, path, content=CSV)) == (405, "MethodNotAllowed")
    assert error_of(any_data.get("/$uploads('a%00b')"))[0] in (400, 404)
    assert any_data.firm.rows() == rows


def test_a_hub_keeps_so_many_files(any_data: Data) -> None:
    """The next one is refused until one is deleted."""
    first = upload(any_data, "a").json()["UploadId"]
    for _ in range(MOST - 1):
        assert upload(any_data, "a").status_code == 201
    assert error_of(upload(any_data)) == (409, "TooManyUploads")
    assert any_data.request("DELETE", f"/$uploads('{first}')").status_code == 204
    assert upload(any_data).status_code == 201


def test_uploads_are_the_hub_s_own_and_need_the_right(data: Data, firm: Firm) -> None:
    """Another hub does not find them, and who may only read may neither upload nor delete."""
    made = upload(data).json()
    path = f"/$uploads('{made['UploadId']}')"
    other = Data(firm.server.found())
    other.define()
    assert error_of(other.get(path)) == (404, "ResourceNotFound")
    assert details_of(run(other, made["Uri"])) == [("Uri", "NotSupported")]
    assert details_of(run(other, path[1:])) == [("Uri", "SourceUnavailable")]
    reader = Data(firm, firm.token_of(firm.colleague("Vera", role=UserRole.VIEWER)))
    assert error_of(upload(reader)) == error_of(reader.request("DELETE", path)) == (403, "AuthorizationFailed")
    assert reader.get(path).text == CSV


def test_the_journal_holds_no_copy_of_a_file(data: Data, firm: Firm) -> None:
    """That it was there is known afterwards, what it said is not: it was no record."""
    made = upload(data, "VisitKey\nsecret-1\n").json()
    data.request("DELETE", f"/$uploads('{made['UploadId']}')")
    entries = firm.server.run(firm.ledger.store.database.fetch(_BEFORE, tenant=firm.tenant.id))
    assert all("base64" not in (before or "") for (before,) in entries)


# Places that are named


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def files(tmp_path: Path) -> Iterator[str]:
    """The address of a host that has a file of visits."""
    (tmp_path / "visits.csv").write_text(CSV)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_job_reads_from_the_places_that_are_named(data: Data, firm: Firm, files: str, tmp_path: Path) -> None:
    """Addresses and folders of the setting, and nothing else; what stands behind the question mark is not told."""
    settings: dict[str, Any] = {"customer_insights_sources": f"{files}, file://{tmp_path}"}
    with firm.server.with_settings(**settings) as base:
        caller = Caller(firm.server.http, data.base.replace(firm.server.base, base), firm.token)

        def send(uri: str, **more: Any) -> httpx2.Response:
            body = {"Uri": uri, "Type": "Interaction.BranchVisit"} | more
            return caller.request("POST", "/BlobIngestionJobs", json=body)

        for uri in (f"{files}/visits.csv?key=secret", f"file://{tmp_path}/visits.csv"):
            answer = send(uri)
            assert answer.status_code == 201, answer.text
            assert answer.json()["Uri"] == uri.partition("?")[0]
        assert data.get("/BranchVisits/$count").text == "2"
        assert details_of(send("file:///etc/passwd")) == [("Uri", "NotSupported")]
        assert details_of(send(f"{files}/nothing.csv")) == [("Uri", "SourceUnavailable")]
        assert details_of(send(f"{files}/nothing.csv", Type="Interaction.Nope")) == [("Type", "UnknownType")]
    assert details_of(run(data, f"{files}/visits.csv")) == [("Uri", "NotSupported")]


_BEFORE = Query(select(journal.c.before).where(journal.c.tenant_id == parameter("tenant")))
