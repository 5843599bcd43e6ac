"""The objects of the wire: one, a page of them, and what came of many (spec 2.1, 2.7, 2.8)."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Raw

from .etags import ENVELOPE, etag_of, ordered
from .operations import Reply

OWN = ("ended", "params", "contactsCount")
"""Members beside the data that only the server sets: their names are not those of data in a pointer."""


GLOBAL = frozenset({"users", "status-groups"})
"""Kinds whose objects belong to no customer."""


def item(
    *,
    id_: str,
    data: Mapping[str, Any] | Raw,
    meta: Mapping[str, Any],
    customer: str | None,
    group: str | None,
    is_changed: bool,
    is_ordered: bool = False,
    **own: Any,
) -> dict[str, Any]:
    """Return an object of the wire with its ETag, members in the order of ``jsonb``.

    ``meta`` comes without ``etag``. ``is_ordered``: its members and those of ``data``, which may be JSON text, are in
    order already. ``own``:
    what the server says of it besides, such as ``contactsCount``; None is nothing. An object that was changed has its
    ETag as the last member of ``meta``, as the vendor's has.
    """
    made: dict[str, Any] = {"id": id_, "data": data, "meta": meta, "customerId": customer, "securityGroupId": group}
    made = {name: value for name, value in made.items() if value is not None}
    made = made if is_ordered else ordered(made)
    etag = etag_of(made, is_changed=is_changed, is_ordered=True)
    made["meta"] = made["meta"] | {"etag": etag} if is_changed else {"etag": etag} | made["meta"]
    extra = {name: value for name, value in own.items() if value is not None}
    return ordered_members(made | ordered(extra)) if extra else made


def ordered_members(made: dict[str, Any]) -> dict[str, Any]:
    """Return an object with its outermost members in order; what is in them stays as it is."""
    return {name: made[name] for name in sorted(made, key=lambda name: (len(name), name))}


def one(made: dict[str, Any], status: int = 200, **headers: str) -> Reply:
    """Return the answer of a single object, with its ETag as a header too."""
    return Reply(made, status, dict(headers), etag=made["meta"]["etag"])


def page(items: Iterable[dict[str, Any]], meta: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the envelope of a list."""
    return {"data": list(items), "meta": dict(meta or {})}


def many(items: Iterable[dict[str, Any]], errors: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return the answer to many: the objects, and of those that were refused why. ``errors`` is absent when empty."""
    refused = list(errors)
    return page(items) | ({"errors": refused} if refused else {})


__all__ = ["ENVELOPE", "OWN", "item", "many", "one", "ordered_members", "page"]
