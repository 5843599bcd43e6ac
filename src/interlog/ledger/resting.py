"""Keeping the garbage collector at rest while thousands of records are made, none of which is garbage yet.

It would look through all of them again and again, which costs a quarter of the time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_resting = 0


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let the collector rest until the last of those who asked for it is done; one that is off stays off."""
    global _resting
    if _resting == 0 and not gc.isenabled():
        yield
        return
    _resting += 1
    gc.disable()
    try:
        yield
    finally:
        _resting -= 1
        if _resting == 0:
            gc.enable()
