"""Persons read lately, kept for as long as no person has been changed since."""

from collections.abc import Callable
from itertools import islice

from ..model.parties import Directory, Person

_MOST = 100_000
"""Persons of a tenant that are kept at most, about 1 kB each; the older half makes room for new ones."""


class Recent:
    """Persons by tenant. ``stamp`` returns a number that is another one after any change, by whichever process.

    Reading a person from the store costs as much as the rest of a short request; asking for the stamp costs next to
    nothing, and unlike a time limit it never lets an outdated record through.

    What was given out once is never emptied: whoever still looks persons up in it finds them.
    """

    def __init__(self, stamp: Callable[[], int]) -> None:
        self._stamp = stamp
        self._kept_at = -1
        self._kept: dict[int, Directory] = {}

    def directory(self, tenant: int) -> Directory:
        """Return the tenant's persons that are still known."""
        stamp = self._stamp()
        if stamp != self._kept_at:
            for outdated in self._kept.values():
                outdated.derived.clear()  # it refers back to them, and together they are large
            self._kept = {}
            self._kept_at = stamp
        kept = self._kept.get(tenant)
        if kept is None:
            kept = self._kept[tenant] = Directory()
        return kept

    def keep(self, tenant: int, persons: dict[int, Person]) -> Directory:
        """Keep persons read after the last call of ``directory``, in the same turn; return all that are kept."""
        kept = self._kept[tenant]
        if len(kept) + len(persons) > _MOST:
            kept = self._kept[tenant] = Directory(islice(kept.items(), len(kept) // 2, None))
        kept.update(persons)
        return kept
