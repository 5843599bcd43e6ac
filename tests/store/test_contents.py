"""Contents in the folder: whatever the parts they come in."""

import asyncio
import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.store.contents import CHUNK, HEAD, Contents

_EDGES = [HEAD - 1, HEAD, CHUNK - 1, CHUNK, CHUNK + 1]
_SIZES = st.lists(st.one_of(st.integers(0, 300), st.sampled_from(_EDGES)), max_size=6)
_KEY = "0" * 36


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sizes=_SIZES)
def test_any_parts_are_one_content(tmp_path: Path, sizes: list[int]) -> None:
    """What is read is what was written, in order, with its size, its hash and its beginning."""
    parts = [os.urandom(size) for size in sizes]
    data = b"".join(parts)
    contents = Contents(tmp_path / "files")

    async def run() -> None:
        incoming = contents.begin("1-1")
        for part in parts:
            await incoming.write(part)
        await incoming.finish()
        assert (incoming.size, incoming.head, incoming.digest) == (len(data), data[:HEAD], sha256(data).hexdigest())
        assert b"".join([part async for part in await contents.read("1-1", incoming.key)]) == data
        assert contents.digest("1-1", incoming.key) == (len(data), incoming.digest)
        ((name, path),) = contents.every()
        assert contents.place(name) == path
        await incoming.discard()
        assert list(contents.every()) == []

    asyncio.run(run())


@pytest.mark.parametrize(
    "name",
    ["", "1-1", "1-1/ab", f"../ab/{_KEY}", f"1-1/../{_KEY}", "1-1/ab/../../x", f"1-1/ab/{_KEY}/x", "/etc/ab/passwd"],
)
def test_only_names_of_contents_have_a_place(tmp_path: Path, name: str) -> None:
    """No name in an archive leads anywhere else."""
    assert Contents(tmp_path).place(name) is None
