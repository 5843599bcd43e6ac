"""The garbage collector rests while thousands of records are made."""

import gc

import pytest

from interlog.ledger.resting import collector_at_rest


def test_rests_until_the_last_is_done() -> None:
    """It works again when nobody needs it to rest any more, also after an error."""
    assert gc.isenabled()
    with collector_at_rest():
        with pytest.raises(ValueError, match="x"), collector_at_rest():
            assert not gc.isenabled()
            raise ValueError("x")
        assert not gc.isenabled()
    assert gc.isenabled()


def test_one_that_is_off_stays_off() -> None:
    """Whoever has turned it off decides when it works again."""
    gc.disable()
    try:
        with collector_at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
