"""What a campaign knows about one member of a household (§4.3): kept beside the contact's data."""

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

RECORDS = "records"
"""The member of a contact's ``aside`` that holds its records."""


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A campaign's record of a contact in a household, which is empty where the contact was visited at none.

    ``creator`` and ``modifier`` are uuids of persons; times are microseconds, of whole milliseconds.
    """

    campaign: str
    household: str
    data: dict[str, Any]
    created_at: int
    creator: str | None = None
    modified_at: int
    modifier: str | None = None
    version: int = 1

    def changed(self, data: dict[str, Any], at: int, by: str | None) -> "Record":
        """Return the record's next version."""
        return replace(self, data=data, modified_at=at, modifier=by, version=self.version + 1)


def record_key(campaign: str, household: str) -> str:
    """Return the name of a record among its contact's."""
    return f"{campaign}/{household}"


def record_of(aside: dict[str, Any], campaign: str, household: str) -> Record | None:
    """Return a contact's record in a campaign and a household, if there is one."""
    kept = aside.get(RECORDS, {}).get(record_key(campaign, household))
    return Record(campaign=campaign, household=household, **kept) if kept is not None else None


def with_record(aside: dict[str, Any], record: Record) -> dict[str, Any]:
    """Return a contact's aside with a record that is new or another version."""
    said = asdict(record)
    del said["campaign"], said["household"]
    kept = {name: value for name, value in said.items() if value is not None}
    return aside | {RECORDS: aside.get(RECORDS, {}) | {record_key(record.campaign, record.household): kept}}


def without_record(aside: dict[str, Any], campaign: str, household: str) -> dict[str, Any]:
    """Return a contact's aside without a record."""
    left = {key: kept for key, kept in aside.get(RECORDS, {}).items() if key != record_key(campaign, household)}
    return {name: value for name, value in aside.items() if name != RECORDS} | ({RECORDS: left} if left else {})
