"""Copying a tenant from another system: how far that has come."""

from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from .fields import ChangeAction
from .files import Holder
from .interactions import Content
from .types import Logging

MAX_REMARKS = 1_000


class Import(Struct, frozen=True, kw_only=True):
    """The copy of one source into a tenant. Each part of it (``persons``, ``notes`` …) is copied after the other.

    ``source`` names where it comes from. ``totals`` and ``stored`` count records by part; ``done`` are the parts that
    were walked to the end. ``remarks`` say what could not be copied as it is. ``adopted``: persons
    who were in the tenant before, under the same id and with the same e-mail address.
    """

    source: str
    begun_at: int
    totals: dict[str, int]
    stored: dict[str, int] = {}
    done: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    adopted: tuple[int, ...] = ()
    finished_at: int | None = None
    version: int = 1

    def with_stored(self, part: str, many: int, remarks: tuple[str, ...] = ()) -> "Import":
        """Return it after so many more records of a part were stored."""
        stored = {**self.stored, part: self.stored.get(part, 0) + many}
        return replace(self, stored=stored, remarks=(self.remarks + remarks)[:MAX_REMARKS], version=self.version + 1)

    def with_done(self, part: str, remarks: tuple[str, ...] = ()) -> "Import":
        """Return it after a part was walked to the end. What was remarked before is not repeated."""
        said = dict.fromkeys((*self.remarks, *remarks))
        return replace(self, done=(*self.done, part), remarks=tuple(said)[:MAX_REMARKS], version=self.version + 1)


class Imported(Struct, frozen=True, kw_only=True):
    """An interaction as its source has it. ``id`` counts within the ``type``; ``creator`` is a person's id."""

    id: int
    type: str
    content: Content
    logging: Logging
    creator: int | None
    created_at: int
    modified_at: int | None = None
    external_ids: dict[str, str] = {}


class ImportedValue(Struct, frozen=True, kw_only=True):
    """A value of a field as its source has it. ``given`` is as it would be given to the field."""

    id: int
    field_id: int
    party: int
    entry: int | None
    given: Any
    created_at: int
    updated_at: int | None = None


class ImportedFile(Struct, frozen=True, kw_only=True):
    """A file as its source has it, without its content. ``uploader`` is a person's id."""

    id: int
    name: str
    size: int
    holder_kind: Holder
    holder: int
    uploader: int | None
    created_at: int


class ImportedMerge(NamedTuple):
    """That one of two persons, or organizations, was merged into the other one."""

    gone: int
    survivor: int


class ImportedChange(Struct, frozen=True, kw_only=True):
    """How a value of a field changed. ``given``: as it would be given to the field; None where that is not known.

    ``changer`` is a person's id, None where nobody is named.
    """

    id: int
    field_id: int
    party: int
    entry: int | None
    action: ChangeAction
    changer: int | None
    at: int
    given: Any


class ImportedWebhook(Struct, frozen=True, kw_only=True):
    """Where somebody is told of what happens. ``signing_key``: None where the source keeps it to itself."""

    id: int
    url: str
    events: list[str]
    creator: int | None
    created_at: int
    changed_at: int | None
    signing_key: str | None = None
