"""Small and capital letters: by Unicode's rules, on both engines as Python has them, and hardly slower than A to Z."""

import unicodedata
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import Text, bindparam, select

from interlog.model.expressions import Function
from interlog.store.engines import per_engine
from interlog.store.functions import FUNCTIONS
from interlog.store.statements import Query
from interlog.store.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = ["ΑΣ", "ΑΣΑ", "Σ", "ΟΔΟΣ ΟΔΟΣ.", "İstanbul", "straße", "ŉ", "ǅ", "ﬁn", "Ünal-Ďuro", "Жук", "", "plain", "日本"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def store(module_database_url: str) -> AsyncIterator[Store]:
    """A store of each engine."""
    opened = await Store.open(module_database_url)
    yield opened
    await opened.close()


@pytest.mark.parametrize("function", [Function.LOWER, Function.UPPER])
async def test_letters_of_every_alphabet(store: Store, function: Function) -> None:
    """Every character that Python and the server know alike, and words in which it matters where a letter stands."""
    sqlite, postgresql = FUNCTIONS[function]
    word = bindparam("word", type_=Text())
    query = Query(select(per_engine(sqlite, postgresql or sqlite, word)))
    texts = [chr(code) for code in range(1, 0x20000) if unicodedata.category(chr(code)) not in ("Cs", "Cn")]
    batches = ["\n".join(texts[start : start + 500]) for start in range(0, len(texts), 500)]
    for text in [*WORDS, *batches]:
        (found,) = (await store.database.fetch(query, word=text))[0]
        wanted = text.lower() if function is Function.LOWER else text.upper()
        newer = [(one, two) for one, two in zip(found, wanted, strict=False) if one != two and not _is_new(one)]
        assert len(found) == len(wanted)
        assert newer == []


def _is_new(character: str) -> bool:
    """Whether Python does not know a character yet: it came with a later version of Unicode."""
    return unicodedata.category(character) == "Cn"
