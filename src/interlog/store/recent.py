"""What was read lately, kept for as long as no record of its kind has been changed since."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Generic, TypeVar

Value = TypeVar("Value")

_MOST = 50_000
"""Records that are kept at most; the older half makes room for new ones."""


class Recent(Generic[Value]):
    """Records by tenant and id. ``stamp`` returns a number that is another one after any change, by whichever process.

    Reading a person from the store costs as much as the rest of a short request; asking for the stamp costs next to
    nothing, and unlike a time limit it never lets an outdated record through.
    """

    def __init__(self, stamp: Callable[[], int]) -> None:
        self._stamp = stamp
        self._kept_at = -1
        self._kept: dict[int, dict[int, Value]] = {}

    def among(self, tenant: int, ids: Iterable[int]) -> dict[int, Value]:
        """Return those of the records that are still known."""
        stamp = self._stamp()
        if stamp != self._kept_at:
            self._kept.clear()
            self._kept_at = stamp
            return {}
        kept = self._kept.get(tenant, {})
        return {id_: kept[id_] for id_ in ids if id_ in kept}

    def keep(self, tenant: int, records: dict[int, Value]) -> None:
        """Keep records that were read after the last call of ``among``, in the same turn of the loop."""
        kept = self._kept.setdefault(tenant, {})
        kept.update(records)
        if len(kept) > _MOST:
            for id_ in list(islice(kept, len(kept) // 2)):
                del kept[id_]
