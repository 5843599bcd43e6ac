"""Files on the pages of persons, organizations, opportunities and interactions: sent, shown, deleted, and back."""

import re
from typing import Any

import httpx2
import pytest

from interlog.ledger.files import folder_of
from interlog.model.files import Holder
from interlog.model.instants import now
from interlog.model.tenancy import UserRole
from tests.counting import least
from tests.serving import Firm
from tests.uploads import full_disk, put_file

from .visiting import Visitor, visitor

HOSTILE = "<script>alert(1)<script> & \"'.txt"
KINDS = ["persons", "organizations", "opportunities", "interactions"]


@pytest.fixture
def pages(firm: Firm) -> dict[str, str]:
    """A page of each kind."""
    ola = firm.person("Ola", "Berg")
    return {
        "persons": f"/persons/{ola.id}",
        "organizations": f"/organizations/{firm.organization('Client').id}",
        "opportunities": f"/opportunities/{firm.opportunity('Deal').id}",
        "interactions": f"/interactions/{firm.log('Meeting', now(), firm.mia, ola).number}",
    }


def upload(reader: Visitor, path: str, *files: Any, **more: Any) -> httpx2.Response:
    """Send the form of a page's files."""
    fields = {"form_key": reader.form_key} | more
    return reader.http.post(f"{path}/files", data=fields, files=[("file", file) for file in files])


def kept(firm: Firm) -> int:
    """Return how many contents are kept for the firm, whole or not."""
    return len(list((firm.ledger.store.contents.folder / folder_of(firm.tenant)).glob("*/*")))


@pytest.mark.parametrize("kind", KINDS)
def test_sent_shown_deleted_and_back(mia: Visitor, firm: Firm, pages: dict[str, str], kind: str) -> None:
    """A file stands on the page with its size and who sent it, is downloaded, deleted, and back after an undo."""
    path = pages[kind]
    answer = upload(mia, path, (HOSTILE, b"x" * 1_500), ("other.txt", b"y"))
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = mia.get(path).text
    assert "2 files are stored." in page
    assert "&lt;script&gt;alert(1)&lt;script&gt; &amp; " in page
    assert "<script>alert" not in page
    assert "1.5 kB" in page
    assert f'href="/persons/{firm.mia.id}"' in page
    found = re.findall(r'href="(/files/\d+)"', page)
    assert len(found) == 2
    sent = mia.get(found[1])
    assert sent.content == b"x" * 1_500
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["Content-Security-Policy"].startswith("sandbox")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"

    gone = mia.post(f"{found[1]}/delete")
    assert gone.headers["location"] == f"{found[1]}/deleted"
    assert re.findall(r'href="(/files/\d+)"', mia.get(path).text) == found[:1]
    assert mia.get(found[1]).status_code == 404
    undo = mia.get(f"{found[1]}/deleted").text
    assert f'action="{found[1]}/restore"' in undo
    assert f'href="{path}"' in undo
    assert mia.post(f"{found[1]}/restore").headers["location"] == path
    assert re.findall(r'href="(/files/\d+)"', mia.get(path).text) == found
    assert mia.get(f"{found[1]}/deleted").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_stands_at_the_form(mia: Visitor, firm: Firm, pages: dict[str, str], kind: str) -> None:
    """No file, or too much of it: the page is there again and says so, and nothing is stored."""
    for files in ([], [("", b"")]):
        answer = upload(mia, pages[kind], *files)
        assert answer.status_code == 422
        assert "Choose a file." in answer.text
        assert 'aria-invalid="true"' in answer.text
    with firm.server.with_settings(max_upload=10_000) as base:
        reader = visitor(firm, base=base)
        answer = upload(reader, pages[kind], ("a", bytes(6_000)), ("b", bytes(6_000)))
        assert answer.status_code == 422
        assert "Files must not be larger than 10 kB together." in answer.text
    assert kept(firm) == 0
    assert upload(mia, f"/{kind}/999", ("a", b"a")).status_code == 404
    assert kept(firm) == 0


def test_a_disk_without_room(mia: Visitor, firm: Firm, pages: dict[str, str]) -> None:
    """The page says that there is no room, and nothing is stored."""
    before = firm.rows()
    with full_disk(20_000_000):
        answer = upload(mia, pages["persons"], ("a", bytes(30_000_000)))
    assert answer.status_code == 503
    assert "There is no room for the file." in answer.text
    assert (firm.rows(), kept(firm)) == (before, 0)


def test_forms_of_others_are_refused(mia: Visitor, firm: Firm, pages: dict[str, str]) -> None:
    """Without the word of our forms, from another site, or by whoever is not signed in: nothing reaches the disk."""
    path = f"{pages['persons']}/files"
    files = [("file", ("a", b"a"))]
    assert mia.http.post(path, files=files).status_code == 403
    assert mia.http.post(path, files=files, data={"form_key": "x"}).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert mia.http.post(path, files=files, data={"form_key": mia.form_key}, headers=foreign).status_code == 403
    assert Visitor(firm).http.post(path, files=files).status_code == 401
    assert kept(firm) == 0


def test_who_may_only_look(firm: Firm, pages: dict[str, str]) -> None:
    """A viewer downloads, and has no form."""
    item = firm.server.run(put_file(firm.ledger, firm.actor, Holder.PERSON, int(pages["persons"].rpartition("/")[2])))
    reader = visitor(firm, firm.colleague("Vera", role=UserRole.VIEWER))
    page = reader.get(pages["persons"]).text
    assert f'href="/files/{item.id}"' in page
    assert 'type="file"' not in page
    assert reader.get(f"/files/{item.id}").content == b"some text"
    assert upload(reader, pages["persons"], ("a", b"a")).status_code == 403
    for what in ("delete", "restore"):
        assert reader.post(f"/files/{item.id}/{what}").status_code == 403
    assert kept(firm) == 1


def test_many_are_paged(mia: Visitor, firm: Firm, pages: dict[str, str]) -> None:
    """The newest ones stand first, older ones behind a link; the page costs the same number of statements."""
    path = pages["organizations"]
    id_ = int(path.rpartition("/")[2])

    def put(many: int) -> list[int]:
        return [firm.server.run(put_file(firm.ledger, firm.actor, Holder.ORGANIZATION, id_)).id for _ in range(many)]

    ids = put(2)
    few = least(firm.ledger, lambda: mia.get(path))
    ids += put(15)
    assert least(firm.ledger, lambda: mia.get(path)) == few
    seen: list[int] = []
    following: str | None = path
    while following is not None:
        page = mia.get(following).text
        seen += [int(one) for one in re.findall(r'href="/files/(\d+)"', page)]
        found = re.search(r'href="([^"]+)">Older files', page)
        following = found[1].replace("&amp;", "&") if found else None
    assert seen == ids[::-1]
    assert "Newest files" in mia.get(path, files=ids[3]).text
