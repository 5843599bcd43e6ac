"""Many interactions at once: an outcome for each, and what is refused is kept (spec 6.4, 9.2)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from interlog.ledger.resting import collector_at_rest
from interlog.model.errors import InterlogError
from interlog.model.instances import Instance, Placed, Put
from interlog.model.instants import now

from . import instances, linking, rejects
from .asks import Ask
from .bodies import Malformed, object_of
from .entities import InteractionEntity
from .errors import ApiError
from .ingest import entity_of, instance_of, plain_instance, require_open
from .rejects import Rejected

CHUNK = 2_000
"""Instances that are stored at once: while they are written the next are checked, and others have their turn."""

Item = dict[str, Any] | Malformed | bytes
"""An instance, or a line with the JSON of one."""


async def store_many(
    ask: Ask,
    items: Sequence[Item],
    implied: InteractionEntity | None,
    *,
    lines: Sequence[int] | None = None,
    job: str | None = None,
) -> dict[str, Any]:
    """Store many instances, and return an outcome for each.

    ``Prefer: transaction=all`` stores all or none. ``lines`` are the items' places in the file of a ``job``.
    """
    many = _Many(ask, items, implied, clean=lines is None and _is_clean(ask.data))
    dry = ask.flag("dryrun")
    with collector_at_rest():
        if ask.preferences.get("transaction") == "all":
            await many.store_whole(dry=dry)
        elif dry:
            many.check(0, len(items))
        else:
            await many.store()
    value = [_outcome(outcome, dry=dry) for outcome in many.outcomes]
    refused = [place for place, outcome in enumerate(many.outcomes) if isinstance(outcome, InterlogError)]
    if refused and not dry:
        name = implied.set_name if implied is not None else instances.ALL_SET
        kept = [
            Rejected(
                body.text if isinstance(body := _body(items[place]), Malformed) else body,
                name,
                value[place]["error"],
                lines[place] if lines is not None else None,
                job,
            )
            for place in refused
        ]
        for place, id_ in zip(refused, await rejects.keep(ask, kept), strict=True):
            value[place]["rejectId"] = id_
    rejected = sum(1 for outcome in value if outcome["status"] >= 400)
    return {"accepted": len(value) - rejected, "rejected": rejected, "value": value}


def _body(item: Item) -> dict[str, Any] | Malformed:
    return object_of(item) if isinstance(item, bytes) else item


def _is_clean(data: bytes) -> bool:
    """Whether no text in some JSON can hold U+0000, which no database takes."""
    return b"\\" not in data or b"\\u0000" not in data  # to look for one character first costs a tenth


def _outcome(outcome: Placed | InterlogError | None, *, dry: bool) -> dict[str, Any]:
    if isinstance(outcome, Placed):
        found = {"status": 202, "InteractionId": outcome.interaction.public_id}
        return found | {"skippedProperties": instances.skipped_names(outcome)} if outcome.skipped else found
    if outcome is None and dry:
        return {"status": 200}
    status, error = rejects.error_json(outcome if outcome is not None else _withheld("item"))
    return {"status": status, "error": error}


def _withheld(what: str) -> ApiError:
    return ApiError(424, "FailedDependency", f"It was not stored, since another {what} was refused.")


class _Many:
    """The items of a request, and what has become of each so far; None: nothing yet."""

    def __init__(self, ask: Ask, items: Sequence[Item], implied: InteractionEntity | None, *, clean: bool) -> None:
        self._ask, self._items, self._implied, self._clean = ask, items, implied, clean
        self._key = instances.request_key(ask)
        self._known: dict[str, InteractionEntity] = {}
        self._at = now()
        self.outcomes: list[Placed | InterlogError | None] = [None] * len(items)

    def check(self, start: int, end: int) -> list[tuple[int, InteractionEntity, Instance]]:
        """Check some of the items, and return those that can be put."""
        found: list[tuple[int, InteractionEntity, Instance]] = []
        for place in range(start, end):
            try:
                found.append((place, *self._read(self._items[place], place)))
            except ApiError as error:
                self.outcomes[place] = error
        return found

    def _read(self, item: Item, place: int) -> tuple[InteractionEntity, Instance]:
        key = f"{self._key}#{place}" if self._key is not None else None
        if self._implied is not None and self._clean and isinstance(item, bytes):
            plain = plain_instance(self._implied, item, key)
            if plain is not None:
                require_open(self._implied, self._at)
                return self._implied, plain
        body = _body(item)
        if isinstance(body, Malformed):
            raise body.error
        name = body.get("InteractionType")
        entity = self._known.get(name) if type(name) is str else self._implied
        if entity is None:
            entity = entity_of(self._ask.hub, body, self._implied)
            if type(name) is str:
                self._known[name] = entity
        require_open(entity, self._at)
        return entity, instance_of(entity, body, clean=self._clean, request_key=key)

    async def store(self) -> None:
        """Store the items, each on its own."""
        writing: asyncio.Task[None] | None = None
        for start in range(0, len(self._items), CHUNK):
            ready = self.check(start, min(start + CHUNK, len(self._items)))
            if writing is not None:
                await writing
            writing = asyncio.create_task(self._put(ready, is_first=start == 0))
            await asyncio.sleep(0)  # let it begin
        if writing is not None:
            await writing

    async def store_whole(self, *, dry: bool) -> None:
        """Store all items or none."""
        ready = self.check(0, len(self._items))
        if len(ready) == len(self._items) and not dry:
            await self._put(ready, is_first=True, whole=True)

    async def _put(
        self, ready: Sequence[tuple[int, InteractionEntity, Instance]], *, is_first: bool, whole: bool = False
    ) -> None:
        try:
            results = await self._ask.ledger.instances.put_many(
                self._ask.actor, [instance for _, _, instance in ready], Put.UPSERT, all_or_nothing=whole
            )
        except InterlogError as error:
            if is_first:
                raise
            for place, _, _ in ready:  # those before them are stored, which only an outcome for each can tell
                self.outcomes[place] = error
            return
        stored: list[linking.Stored] = []
        for (place, entity, _), result in zip(ready, results, strict=True):
            if isinstance(result, InterlogError):
                self.outcomes[place] = instances.refusal(result, entity)
            else:
                self.outcomes[place] = result
                stored.append((entity, result.interaction))
        await linking.apply(self._ask, stored)
