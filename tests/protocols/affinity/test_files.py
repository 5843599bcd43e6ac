"""Files over HTTP: taken and sent a part at a time, beside one thing each."""

import os
import socket
from pathlib import Path
from typing import Any

import httpx2
import pytest

from interlog.ledger import signed_files
from interlog.ledger.files import folder_of
from interlog.model.instants import now
from interlog.model.parties import Person
from tests.serving import Caller, Firm, wait_until
from tests.uploads import full_disk

from .test_webhooks import receiver, subscribed, telling, told
from .wire import UNKNOWN, answered, instant, refused, unknown

__all__ = ["receiver"]

KEYS = {"id", "name", "size", "person_id", "organization_id", "opportunity_id", "uploader_id", "created_at"}
OURS = {"X-Extensions": "1"}


def uploaded(api: Caller, *files: Any, headers: Any = None, **ids: int) -> httpx2.Response:
    """Upload files, each a pair of name and content, in the field ``file``."""
    parts = [("file", file) for file in files]
    return api.request("POST", "/entity-files", data={k: str(v) for k, v in ids.items()}, files=parts, headers=headers)


def stored(api: Caller, *files: Any, **ids: int) -> list[dict[str, Any]]:
    """Upload files; returns them as they are shown with extensions."""
    answer = answered(uploaded(api, *files, headers=OURS, **ids))
    assert answer["success"] is True
    return list(answer["entity_files"])


def kept(firm: Firm) -> list[Path]:
    """Return the contents in the firm's folder, whole or not."""
    return list((firm.ledger.store.contents.folder / folder_of(firm.tenant)).glob("*/*"))


def listed(api: Caller, **params: Any) -> list[int]:
    """Return the ids of the files on one page."""
    answer = answered(api.get("/entity-files", **params))
    assert set(answer) == {"entity_files", "next_page_token"}
    return [item["id"] for item in answer["entity_files"]]


@pytest.mark.covers("files.create", "files.get", "files.download", "files.any")
class TestFiles:
    """Upload and download."""

    def test_a_round(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """What was sent comes back, with exactly the documented keys, to be saved under its name."""
        data = os.urandom(100_000)
        assert answered(uploaded(api, ("Grüße.pdf", data), person_id=ola.id)) == {"success": True}
        (id_,) = listed(api)
        item = answered(api.get(f"/entity-files/{id_}"))
        assert set(item) == KEYS
        assert instant(item.pop("created_at")) <= now()
        assert item == {
            "id": id_, "name": "Grüße.pdf", "size": 100_000, "person_id": ola.id, "organization_id": None,
            "opportunity_id": None, "uploader_id": mia.id,
        }  # fmt: skip
        assert answered(api.get(f"/files/{id_}"))["x_content_type"] == "application/octet-stream"

        sent = api.get(f"/entity-files/download/{id_}")
        assert (sent.status_code, sent.content) == (200, data)
        assert sent.headers["Content-Length"] == "100000"
        assert "filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf" in sent.headers["Content-Disposition"]
        assert sent.headers["Content-Type"] == "application/octet-stream"
        assert sent.headers["X-Ratelimit-Limit-User"]

    @pytest.mark.parametrize("field", ["file", "file[]", "files", "files[]"])
    def test_every_name_of_the_field(self, api: Caller, ola: Person, field: str) -> None:
        """Clients call the field differently, and some send the id in the query."""
        files = [(field, ("a.txt", b"a")), (field, ("b.txt", b"b"))]
        answered(api.request("POST", f"/entity-files?person_id={ola.id}", files=files))
        names = [item["name"] for item in answered(api.get("/entity-files"))["entity_files"]]
        assert names == ["a.txt", "b.txt"]

    def test_beside_what(self, api: Caller, firm: Firm, ola: Person) -> None:
        """An organization and an opportunity; an interaction by extension only, and only shown so."""
        client, deal = firm.organization("Client"), firm.opportunity("Deal")
        call = firm.log("Call", now(), firm.mia, ola)
        (one,) = stored(api, ("a", b"a"), organization_id=client.id)
        (two,) = stored(api, ("b", b"b"), opportunity_id=deal.id)
        (three,) = stored(api, ("c", b"c"), interaction_id=call.number)
        assert (one["organization_id"], two["opportunity_id"], three["x_interaction_id"]) == (
            client.id, deal.id, call.number,
        )  # fmt: skip
        assert set(three) == KEYS | {"x_interaction_id", "x_content_type"}
        assert listed(api, organization_id=client.id) == [one["id"]]
        assert listed(api) == [one["id"], two["id"]]
        assert listed(api, with_extensions="true") == [one["id"], two["id"], three["id"]]
        assert listed(api, with_extensions="true", interaction_id=call.number) == [three["id"]]
        refused(uploaded(api, ("d", b"d"), interaction_id=call.number), "Exactly one of", status=422)

    @pytest.mark.parametrize(
        ("name", "data", "media_type"),
        [
            ("photo.jpg", b"<html><script>alert(1)</script>", "text/html"),
            ("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
            ("notes.txt", b"plain", "text/plain"),
        ],
    )
    def test_nothing_of_a_file_runs(self, api: Caller, ola: Person, name: str, data: bytes, media_type: str) -> None:
        """Whatever the client says a file is, its content says what it is, and browsers save it."""
        parts = {"file": (name, data, "image/png")}
        answered(api.request("POST", f"/entity-files?person_id={ola.id}", files=parts))
        sent = api.get(f"/entity-files/download/{listed(api)[0]}")
        assert sent.headers["Content-Type"].partition(";")[0] == media_type
        assert sent.headers["Content-Disposition"].startswith("attachment")
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert sent.headers["Content-Security-Policy"].startswith("sandbox")

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\x.txt", "x.txt"),
            ("a\u202etxt.exe", "atxt.exe"),
            ("x" * 500 + ".txt", "x" * 251 + ".txt"),
            ("<script>alert(1)<script>.txt", "<script>alert(1)<script>.txt"),
        ],
    )
    def test_hostile_names(self, api: Caller, firm: Firm, ola: Person, name: str, shown: str) -> None:
        """No name leads out of the folder, into a header, or the reader astray."""
        (item,) = stored(api, (name, b"x"), person_id=ola.id)
        assert item["name"] == shown
        (path,) = kept(firm)
        assert path.resolve().is_relative_to(firm.ledger.store.contents.folder.resolve())
        assert api.get(f"/entity-files/download/{item['id']}").content == b"x"

    def test_what_is_wrong_is_told_at_once(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Ids, files and names; nothing of it stays on the disk."""
        before = firm.rows()
        refused(uploaded(api, ("a", b"a")), "Exactly one of person_id, organization_id, opportunity_id")
        refused(uploaded(api, ("a", b"a"), person_id=UNKNOWN), unknown("person_id", UNKNOWN, "Person"))
        refused(api.post("/entity-files", person_id=UNKNOWN, organization_id=ola.id), "Exactly one", "Field files",
                unknown("person_id", UNKNOWN, "Person"))  # fmt: skip
        refused(uploaded(api, ("/", b"a"), (".", b"a"), person_id=ola.id), "Field files: must have a name")
        refused(api.post("/entity-files", person_id=ola.id, files="text"), "Field files: must be a file")
        torn = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        refused(api.request("POST", f"/entity-files?person_id={ola.id}", content=torn, headers=headers), "well-formed")
        assert (firm.rows(), kept(firm)) == (before, [])

    def test_who_may_only_read(self, api: Caller, firm: Firm, ola: Person) -> None:
        """A token to read downloads, and neither uploads nor deletes."""
        (item,) = stored(api, ("a", b"a"), person_id=ola.id)
        reader = Caller(api.http, api.base, firm.token_of(firm.mia, "affinity:read"))
        assert reader.get(f"/entity-files/download/{item['id']}").content == b"a"
        refused(uploaded(reader, ("b", b"b"), person_id=ola.id), status=403)
        refused(reader.delete(f"/files/{item['id']}"), status=403)
        assert len(kept(firm)) == 1

    def test_of_an_opportunity_that_others_do_not_see(self, api: Caller, firm: Firm, ben: Person) -> None:
        """The files of what one does not see are not there."""
        own = answered(api.post("/lists", name="Own", type=8, is_public=False))["id"]
        deal = firm.opportunity("Deal", list_id=own)
        (item,) = stored(api, ("a", b"a"), opportunity_id=deal.id)
        bens = Caller(api.http, api.base, firm.token_of(ben))
        assert listed(bens) == []
        for path in (f"/entity-files/{item['id']}", f"/entity-files/download/{item['id']}"):
            refused(bens.get(path), status=404)
        refused(uploaded(bens, ("b", b"b"), opportunity_id=deal.id), unknown("opportunity_id", deal.id, "Opportunity"))
        assert len(kept(firm)) == 1


@pytest.mark.covers("v2.files.get")
class TestSigned:
    """Addresses that need no token."""

    def test_a_minute(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Version 2 gives one, from which whoever has it downloads."""
        (item,) = stored(api, ("a.txt", b"Text"), person_id=ola.id)
        shown = api.get(f"/v2/files/{item['id']}").json()
        url = shown.pop("downloadUrl")
        assert url.startswith(f"{api.base}/signed-files/")
        assert shown.pop("createdAt").endswith("Z")
        assert shown == {
            "id": item["id"], "name": "a.txt", "size": 4, "type": "text/plain", "creator": {"id": firm.mia.id},
            "updatedAt": None,
        }  # fmt: skip
        sent = api.http.get(url)
        assert (sent.content, sent.headers["Content-Disposition"]) == (b"Text", 'attachment; filename="a.txt"')
        answered(api.delete(f"/files/{item['id']}"))
        assert api.http.get(url).status_code == 404

    def test_no_other_address(self, api: Caller, firm: Firm, ola: Person) -> None:
        """Whatever is changed in an address, there is nothing; another tenant's file neither."""
        one, two = stored(api, ("a", b"a"), ("b", b"b"), person_id=ola.id)
        base, _, text = api.get(f"/v2/files/{one['id']}").json()["downloadUrl"].rpartition("/")
        tenant, id_, until, signature = text.split("-")
        for other in (
            f"{tenant}-{two['id']}-{until}-{signature}",
            f"{int(tenant) + 1}-{id_}-{until}-{signature}",
            f"{tenant}-{id_}-{int(until) + 1}-{signature}",
            f"{tenant}-{id_}-{until}-{'0' * 64}",
            f"{tenant}-{id_}-{until}",
            f"{10**17}-{10**17}-{until}-{signature}",
            "x",
        ):
            assert api.http.get(f"{base}/{other}").status_code == 404
        assert api.http.get(f"{base}/{text}").content == b"a"

    def test_it_is_over(self, api: Caller, firm: Firm, ola: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        """After its time there is nothing."""
        (one,) = stored(api, ("a", b"a"), person_id=ola.id)
        monkeypatch.setattr(signed_files, "LASTS", 0)
        assert api.http.get(api.get(f"/v2/files/{one['id']}").json()["downloadUrl"]).status_code == 404


def test_a_client_that_goes_away(api: Caller, firm: Firm, ola: Person) -> None:
    """Who breaks off in the middle of an upload leaves nothing behind."""
    host, _, port = firm.server.base.removeprefix("http://").partition(":")
    head = (
        f"POST /affinity/entity-files?person_id={ola.id} HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: Bearer {firm.token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        "Content-Length: 90000000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    )
    before = firm.rows()
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode() + bytes(5_000_000))
        wait_until(lambda: len(kept(firm)) == 1)
    wait_until(lambda: kept(firm) == [])
    assert firm.rows() == before


class TestSize:
    """What is large, and what is too large."""

    def test_too_large(self, firm: Firm, ola: Person) -> None:
        """A file over the limit is refused, and two that are together; one that fits is not."""
        with firm.server.with_settings(max_upload=50_000) as base:
            api = firm.caller("/affinity", base=base)
            for files in ([("a", bytes(50_001))], [("a", bytes(30_000)), ("b", bytes(30_000))]):
                refused(uploaded(api, *files, person_id=ola.id), "Field files: must not be larger than")
            assert kept(firm) == []
            assert len(stored(api, ("a", bytes(30_000)), ("b", bytes(20_000)), person_id=ola.id)) == 2

    def test_a_disk_without_room(self, api: Caller, firm: Firm, ola: Person) -> None:
        """503, and nothing of it is stored."""
        before = firm.rows()
        with full_disk(20_000_000):
            response = uploaded(api, ("a", bytes(30_000_000)), person_id=ola.id)
        assert response.status_code == 503
        assert response.json() == ["There is no room for the file, or the disk does not answer; nothing was stored"]
        assert (firm.rows(), kept(firm)) == (before, [])
        stored(api, ("a", b"a"), person_id=ola.id)


@pytest.mark.covers("files.list")
class TestLists:
    """``GET /entity-files``"""

    def test_pages(self, api: Caller, firm: Firm, ola: Person, eve: Person) -> None:
        """Every file once, of one person or of all; a token fits only what it was given for."""
        ids = [stored(api, (f"{n}", b"x"), person_id=(ola if n % 2 else eve).id)[0]["id"] for n in range(5)]
        for params, expected in (({}, ids), ({"person_id": eve.id}, ids[::2])):
            found: list[int] = []
            token: str | None = ""
            while token is not None:
                page = answered(api.get("/entity-files", page_size=2, page_token=token, **params))
                found += [item["id"] for item in page["entity_files"]]
                token = page["next_page_token"]
            assert found == expected
        token = answered(api.get("/entity-files", page_size=2))["next_page_token"]
        refused(api.get("/entity-files", page_token=token, person_id=eve.id), "Invalid page_token variable")
        refused(api.get("/entity-files", person_id=ola.id, organization_id=UNKNOWN), "At most one",
                unknown("organization_id", UNKNOWN, "Organization"))  # fmt: skip


@pytest.mark.covers("v2.files.list")
class TestFeed:
    """``GET /v2/files``"""

    def test_newest_first(self, api: Caller, firm: Firm, ola: Person, ben: Person) -> None:
        """All files of parties that the caller sees, over pages; how many there are, and narrowed by a filter."""
        bens = Caller(api.http, api.base, firm.token_of(ben))
        own = answered(api.post("/lists", name="Own", type=8, is_public=False))["id"]
        deal = firm.opportunity("Deal", list_id=own)
        call = firm.log("Call", now(), firm.mia, ola)
        ids = [stored(bens if n % 2 else api, (f"{n}", b"x"), person_id=ola.id)[0]["id"] for n in range(5)]
        ids += [stored(api, ("deal", b"x"), opportunity_id=deal.id)[0]["id"]]
        stored(api, ("call", b"x"), interaction_id=call.number)
        for reader, seen in ((api, ids), (bens, ids[:-1])):
            found: list[int] = []
            url: str | None = f"{api.base}/v2/files?limit=2&totalCount=true"
            while url is not None:
                page = reader.http.get(url, headers={"Authorization": f"Bearer {reader.token}"}).json()
                assert page["pagination"]["totalCount"] == len(seen)
                found += [item["id"] for item in page["data"]]
                url = page["pagination"]["nextUrl"]
            assert found == seen[::-1]
        (item,) = api.get("/v2/files", limit=1).json()["data"]
        assert set(item) == {"id", "name", "size", "type", "creator", "createdAt", "updatedAt"}

        def filtered(text: str) -> list[int]:
            return [item["id"] for item in api.get("/v2/files", filter=text).json()["data"]]

        assert filtered(f"creator.id = {ben.id}") == [ids[3], ids[1]]
        assert filtered("createdAt > 2026-01-01T00:00:00Z") == ids[::-1]
        assert filtered("createdAt < 2026-01-01T00:00:00Z") == []
        assert api.get("/v2/files", filter="size > 1").status_code == 400


@pytest.mark.covers("files.delete")
def test_delete(api: Caller, firm: Firm, ola: Person) -> None:
    """A deleted file is gone from everywhere, under either path."""
    one, two = stored(api, ("a", b"a"), ("b", b"b"), person_id=ola.id)
    assert answered(api.delete(f"/entity-files/{one['id']}")) == {"success": True}
    assert answered(api.delete(f"/files/{two['id']}")) == {"success": True}
    assert listed(api) == []
    for path in ("/entity-files", "/files", "/entity-files/download"):
        refused(api.get(f"{path}/{one['id']}"), status=404)
    refused(api.delete(f"/files/{one['id']}"), status=404)


def test_webhooks(api: Caller, firm: Firm, ola: Person, receiver: Any) -> None:
    """Made and deleted; of files beside interactions nobody is told."""
    subscribed(api, receiver, "file.created", "file.deleted")
    call = firm.log("Call", now(), firm.mia, ola)
    with telling(firm):
        stored(api, ("c", b"c"), interaction_id=call.number)
        (item,) = stored(api, ("a.txt", b"a"), person_id=ola.id)
        shown = answered(api.get(f"/entity-files/{item['id']}"))
        answered(api.delete(f"/files/{item['id']}"))
        wait_until(lambda: len(receiver.received) >= 2)
    assert told(receiver) == [("file.created", shown), ("file.deleted", shown)]
