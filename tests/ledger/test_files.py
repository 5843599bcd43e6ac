"""Files: content and row, kept together; who sees them; deleted and back again."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlog.ledger.files import folder_of
from interlog.ledger.upkeep import Upkeep
from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from interlog.model.files import File, Holder
from interlog.model.instants import DAY, now
from interlog.model.journal import Action, Entity
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party, PersonDraft
from interlog.model.tenancy import Right
from interlog.store.contents import CHUNK
from tests.ledger.conftest import Firm, journal_of, meeting
from tests.uploads import content_of, full_disk, parts_of, put_file

pytestmark = pytest.mark.asyncio(loop_scope="module")


def kept(firm: Firm) -> list[Path]:
    """Return the contents that are kept for a firm, whole or not."""
    folder = firm.ledger.store.contents.folder / folder_of(firm.tenant)
    return sorted(path for path in folder.glob("*/*"))


async def named(firm: Firm, *names: str) -> list[File]:
    """Store files beside Eve."""
    return [await put_file(firm.ledger, firm.actor, Holder.PERSON, firm.eve.id, name=name) for name in names]


async def test_what_was_stored_is_read(acme: Firm) -> None:
    """A content comes back byte for byte; the row says what it is, and the journal who put it there."""
    data = os.urandom(3 * CHUNK + 17)
    item = await put_file(acme.ledger, acme.acting(acme.ben), Holder.PERSON, acme.eve.id, data, "photo.jpg")

    assert (item.size, item.name, item.uploader) == (len(data), "photo.jpg", acme.ben.id)
    assert await acme.ledger.files.get(acme.actor, item.id) == item
    assert await content_of(acme.ledger, acme.actor, item.id) == data
    (path,) = kept(acme)
    assert path.read_bytes() == data
    assert path.parent.stat().st_mode & 0o077 == 0
    (entry,) = [entry for entry in await journal_of(acme) if entry.entity is Entity.FILE]
    assert (entry.action, entry.entity_id, entry.actor) == (Action.CREATE, item.id, acme.ben.id)
    assert await acme.ledger.check.problems() == []


async def test_several_at_once_are_stored_together(acme: Firm) -> None:
    """All files of one request are stored, or none of them."""
    ledger, actor = acme.ledger, acme.actor
    uploads = [await ledger.files.take(actor, f"{n}.txt", parts_of(b"x" * n), limit=9) for n in range(3)]
    items = await ledger.files.create(actor, Holder.PERSON, acme.eve.id, uploads)
    assert [(item.name, item.size) for item in items] == [("0.txt", 0), ("1.txt", 1), ("2.txt", 2)]

    uploads = [await ledger.files.take(actor, name, parts_of(b"x"), limit=9) for name in ("a.txt", "/")]
    with pytest.raises(Invalid) as refused:
        await ledger.files.create(actor, Holder.ORGANIZATION, 999, uploads)
    assert [problem.path for problem in refused.value.problems] == ["files", "organization_id"]
    for upload in uploads:
        await upload.discard()
    assert len(kept(acme)) == 3


async def test_pages(acme: Firm) -> None:
    """Files in order of their ids, and those beside one thing newest first."""
    ledger, actor = acme.ledger, acme.actor
    ids = [item.id for item in await named(acme, "a", "b", "c")]
    other = await put_file(ledger, actor, Holder.PERSON, acme.ola.id)

    first, following = await ledger.files.page(actor, limit=3)
    assert [item.id for item in first] == ids
    assert following == ids[-1]
    assert await ledger.files.page(actor, after=ids[-1], limit=3) == ([other], None)
    found, following = await ledger.files.page_of(actor, Holder.PERSON, acme.eve.id, limit=2)
    assert ([item.id for item in found], following) == (ids[:2], ids[1])
    found, following = await ledger.files.latest(actor, Holder.PERSON, acme.eve.id, limit=2)
    assert ([item.id for item in found], following) == (ids[:0:-1], ids[1])
    found, following = await ledger.files.latest(actor, Holder.PERSON, acme.eve.id, before=ids[1], limit=2)
    assert ([item.id for item in found], following) == (ids[:1], None)


async def test_deleted_and_back(acme: Firm) -> None:
    """A deleted file is nowhere, its content stays, and it comes back as it was."""
    ledger, actor = acme.ledger, acme.actor
    (item,) = await named(acme, "a.txt")
    await ledger.files.delete(actor, item.id)

    for attempt in (ledger.files.get, ledger.files.open, ledger.files.delete):
        with pytest.raises(NotFound):
            await attempt(actor, item.id)
    assert await ledger.files.page(actor, limit=9) == ([], None)
    assert len(kept(acme)) == 1
    entries = [entry for entry in await journal_of(acme) if entry.entity is Entity.FILE]
    assert msgspec.convert(entries[-1].before, File) == item

    back = await ledger.files.restore(actor, item.id)
    assert back == await ledger.files.get(actor, item.id) == msgspec.structs.replace(item, version=3)
    with pytest.raises(NotFound):
        await ledger.files.restore(actor, item.id)
    assert await ledger.check.problems() == []


async def test_deleted_by_two_at_once(acme: Firm) -> None:
    """Only one of them has deleted it."""
    (item,) = await named(acme, "a.txt")
    attempts = [acme.ledger.files.delete(acme.actor, item.id) for _ in range(4)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(outcome, File) for outcome in outcomes) == 1
    assert all(isinstance(outcome, File | Conflict | NotFound) for outcome in outcomes)


async def test_who_may_not_write(acme: Firm) -> None:
    """Whoever may only read puts nothing on the disk, and deletes nothing."""
    (item,) = await named(acme, "a.txt")
    reader = acme.acting(acme.ben, Right.READ)
    assert await content_of(acme.ledger, reader, item.id) == b"some text"
    for attempt in (
        acme.ledger.files.take(reader, "b.txt", parts_of(b"x"), limit=9),
        acme.ledger.files.delete(reader, item.id),
        acme.ledger.files.restore(reader, item.id),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert len(kept(acme)) == 1


async def test_files_are_seen_by_who_sees_what_they_lie_beside(acme: Firm) -> None:
    """An interaction's security group, an opportunity's list and a deletion hide the files, too."""
    ledger, actor, ben = acme.ledger, acme.actor, acme.acting(acme.ben)
    secret = (await ledger.interactions.log(acme.acting(acme.mia, Right.WRITE, 7), _grouped(acme, 7))).interaction
    own = await ledger.opportunities.create_list(actor, "Own", Party.OPPORTUNITY, is_public=False)
    deal = await ledger.opportunities.create(actor, OpportunityDraft(name="Deal", list_id=own.id))
    firm = await ledger.organizations.create(actor, OrganizationDraft(name="Client"))
    insider = acme.acting(acme.mia, Right.WRITE, 7)
    items = [
        await put_file(ledger, insider, Holder.INTERACTION, secret.number),
        await put_file(ledger, insider, Holder.OPPORTUNITY, deal.id),
        await put_file(ledger, insider, Holder.ORGANIZATION, firm.id),
        await put_file(ledger, insider, Holder.PERSON, acme.eve.id),
    ]
    ids = [item.id for item in items]
    assert [i.id for i in (await ledger.files.page(insider, limit=9, of_interactions=True))[0]] == ids
    assert [i.id for i in (await ledger.files.page(insider, limit=9))[0]] == ids[1:]
    assert [i.id for i in (await ledger.files.page(ben, limit=9, of_interactions=True))[0]] == ids[2:]
    for item in items[:2]:
        for attempt in (ledger.files.open, ledger.files.delete, ledger.files.restore):
            with pytest.raises(NotFound):
                await attempt(ben, item.id)
        with pytest.raises(Invalid):
            await put_file(ledger, ben, item.holder_kind, item.holder)
    assert await ledger.files.page_of(ben, Holder.INTERACTION, secret.number, limit=9) == ([], None)

    await ledger.persons.delete(actor, acme.eve.id)
    await ledger.organizations.delete(actor, firm.id)
    await ledger.interactions.delete(insider, secret.number)
    assert set(await ledger.files.get_many(insider, ids)) == {ids[1]}
    await ledger.restoring.restore_person(actor, acme.eve.id)
    await ledger.interactions.restore(insider, secret.number)
    assert set(await ledger.files.get_many(insider, ids)) == {ids[0], ids[1], ids[3]}
    assert await ledger.check.problems() == []


def _grouped(firm: Firm, group: int) -> Any:
    return msgspec.structs.replace(meeting(firm.eve), group=group)


async def test_too_large(acme: Firm) -> None:
    """What is larger than allowed is refused while it arrives, and leaves nothing."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += CHUNK
            yield bytes(CHUNK)

    with pytest.raises(Invalid) as refused:
        await acme.ledger.files.take(acme.actor, "a", endless(), limit=3 * CHUNK)
    assert refused.value.problems[0].code == "too_long"
    assert read == 4 * CHUNK
    assert kept(acme) == []


async def test_whoever_breaks_off_leaves_nothing(acme: Firm) -> None:
    """A client that goes away in the middle."""

    async def broken() -> AsyncIterator[bytes]:
        yield bytes(2 * CHUNK)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await acme.ledger.files.take(acme.actor, "a", broken(), limit=9 * CHUNK)
    assert kept(acme) == []


async def test_a_disk_without_room(acme: Firm) -> None:
    """What does not fit is refused, nothing of it stays, and the next one that fits is stored."""
    with full_disk(5 * CHUNK), pytest.raises(Unavailable):
        await put_file(acme.ledger, acme.actor, Holder.PERSON, acme.eve.id, bytes(8 * CHUNK))
    assert kept(acme) == []
    assert await acme.ledger.files.page(acme.actor, limit=9) == ([], None)
    await named(acme, "a.txt")
    assert await acme.ledger.check.problems() == []


async def test_contents_of_nobody_are_cleared(acme: Firm) -> None:
    """What a killed process left is removed once it is old; contents of files stay, also of deleted ones."""
    ledger = acme.ledger
    item, gone = await named(acme, "a.txt", "b.txt")
    await ledger.files.delete(acme.actor, gone.id)
    await ledger.files.take(acme.actor, "never stored", parts_of(b"x"), limit=9)
    unfinished = ledger.store.contents.begin(folder_of(acme.tenant))
    await unfinished.write(bytes(CHUNK))
    assert len(kept(acme)) == 4

    assert await ledger.files.clear(acme.tenant) == 0
    old = (now() - 2 * DAY) / 1_000_000
    for path in kept(acme):
        os.utime(path, (old, old))
    await Upkeep(ledger, ()).round()
    assert {path.name for path in kept(acme)} == {item.key, gone.key}
    assert await ledger.check.problems() == []


async def test_a_folder_that_cannot_be_looked_through(acme: Firm) -> None:
    """The daily round puts it off, and does all else."""
    folder = acme.ledger.store.contents.folder / folder_of(acme.tenant)
    folder.parent.mkdir(exist_ok=True, parents=True)
    folder.symlink_to(folder)
    try:
        with pytest.raises(Unavailable):
            await acme.ledger.files.clear(acme.tenant)
        await Upkeep(acme.ledger, ()).round()
        with pytest.raises(Unavailable):
            await named(acme, "a.txt")
    finally:
        folder.unlink()


async def test_the_check_finds_what_is_missing_or_changed(acme: Firm) -> None:
    """A content that is gone, and one that is another."""
    one, two = await named(acme, "a.txt", "b.txt")
    paths = {path.name: path for path in kept(acme)}
    paths[one.key].unlink()
    paths[two.key].write_bytes(b"some Text")
    try:
        assert await acme.ledger.check.problems() == [
            f"tenant {acme.tenant.name}: the content of file {one.id} is not in the folder of files",
            f"tenant {acme.tenant.name}: the content of file {two.id} is not what was stored",
        ]
        with pytest.raises(Unavailable):
            await acme.ledger.files.open(acme.actor, one.id)
    finally:
        for path in paths.values():
            path.write_bytes(b"some text")


async def test_merged(acme: Firm) -> None:
    """Files of who goes are the survivor's, until that is undone."""
    ledger, actor = acme.ledger, acme.actor
    twin = await ledger.persons.create(actor, PersonDraft(first_name="Twin"))
    own = await put_file(ledger, actor, Holder.PERSON, acme.eve.id)
    moved = await put_file(ledger, actor, Holder.PERSON, twin.id)
    preview = await ledger.merges.preview(actor, Party.PERSON, acme.eve.id, twin.id)
    assert preview.moves[Entity.FILE] == 1

    merge = await ledger.merges.merge(actor, Party.PERSON, acme.eve.id, twin.id)
    found, _ = await ledger.files.page_of(actor, Holder.PERSON, acme.eve.id, limit=9)
    assert [item.id for item in found] == [own.id, moved.id]
    await ledger.merges.undo(actor, merge.id)
    found, _ = await ledger.files.page_of(actor, Holder.PERSON, twin.id, limit=9)
    assert [item.id for item in found] == [moved.id]
    assert await ledger.check.problems() == []
