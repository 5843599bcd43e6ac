"""Files through affinity-sdk."""

from pathlib import Path

import pytest
from affinity import Affinity, AsyncAffinity
from affinity.types import CompanyId, OpportunityId, PersonId, UserId

from tests.serving import Firm

from .sdk import BY, async_client_of, client, client_of

__all__ = ["client"]

pytestmark = pytest.mark.client


@pytest.mark.covers("files.list", "files.get", "files.create", "files.download", by=BY)
def test_files(client: Affinity, firm: Firm, tmp_path: Path) -> None:
    """Uploaded from a path, listed over pages, read, and downloaded at once and in parts."""
    ola = PersonId(firm.person("Ola", "Berg").id)
    company, deal = CompanyId(firm.organization("Client").id), OpportunityId(firm.opportunity("Deal").id)
    terms = tmp_path / "Terms & conditions.txt"
    terms.write_text("We agree")
    assert client.files.upload_path(terms, person_id=ola)
    assert client.files.upload_path(terms, company_id=company, filename="renamed.txt")
    assert client.files.upload_bytes(b"\x00" * 100_000, "zeros.bin", opportunity_id=deal)
    assert client.files.upload_bytes(b"More", "more.txt", person_id=ola)

    page = client.files.list(person_id=ola, page_size=1)
    assert [item.name for item in page.data] == [terms.name]
    following = client.files.list(person_id=ola, page_size=1, page_token=page.next_page_token)
    assert [item.name for item in following.data] == ["more.txt"]
    (other,) = client.files.list(company_id=company).data
    assert (other.name, other.company_id) == ("renamed.txt", company)
    (zeros,) = client.files.list(opportunity_id=deal).data

    item = client.files.get(page.data[0].id)
    assert (item.size, item.person_id, item.uploader_id) == (8, ola, firm.mia.id)
    assert client.files.download(item.id) == b"We agree"
    assert b"".join(client.files.download_stream(zeros.id)) == b"\x00" * 100_000
    got = client.files.download_stream_with_info(item.id)
    assert (got.filename, got.size, b"".join(got.iter_bytes)) == (terms.name, 8, b"We agree")
    assert client.files.download_to(item.id, tmp_path / "got").read_bytes() == b"We agree"


@pytest.mark.covers("files.list", "files.create", "files.download", by=BY)
async def test_files_asynchronously(firm: Firm) -> None:
    """The same through the client for asynchronous programs."""
    ola = PersonId(firm.person("Ola", "Berg").id)
    client: AsyncAffinity
    async with async_client_of(firm) as client:
        assert await client.files.upload_bytes(b"Text", "a.txt", person_id=ola)
        (item,) = (await client.files.list(person_id=ola)).data
        assert await client.files.download(item.id) == b"Text"


@pytest.mark.covers("v2.files.list", "v2.files.get", by=BY)
def test_feed(firm: Firm) -> None:
    """All files over pages, and an address that needs no key."""
    ola = PersonId(firm.person("Ola", "Berg").id)
    with client_of(firm) as client:
        for number in range(3):
            assert client.files.upload_bytes(b"Text", f"{number}.txt", person_id=ola)
        found = list(client.files.iter_feed(limit=2, creator_id=UserId(firm.mia.id)))
        assert [item.name for item in found] == ["2.txt", "1.txt", "0.txt"]
        url = client.files.get_download_url(found[0].id).url
    assert firm.server.http.get(url).content == b"Text"
