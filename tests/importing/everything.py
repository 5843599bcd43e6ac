"""Everything that the Affinity API shows of a tenant, object by object: what each GET of the route table answers.

An operation that is added is read by itself where its path alone says how: where the ids in it are those of what the
path before them lists. Otherwise it needs a line in ``READ``, or a reason in ``LEFT_OUT``.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from interlog.protocols.affinity.app import OPERATIONS
from interlog.protocols.affinity.operations import Operation
from tests.serving import Caller

Answers: TypeAlias = dict[tuple[str, str], Any]
"""By operation and address."""

LEFT_OUT = {
    "whoami": "names the tenant and the token",
    "rate_limit": "counts calls",
    "v2.whoami": "names the tenant and the token",
    "v2.rate_limit": "counts calls",
    "interactions.changes": "tells in which order each store learned of what it holds",
    "webhooks.deliveries": "is what a store has sent",
    "v2.users.list": "is who may sign in",
    "v2.users.get": "is who may sign in",
    **{
        f"v2.{kind}.{name}": "is who merged what there: here the ids alone lead to the survivors"
        for kind in ("persons", "companies")
        for name in ("merges", "get_merge", "merge_tasks", "merge_task")
    },
}
"""What each store shows in its own way."""

EMPTY = {"v2.lists.views", "v2.transcripts.list"}
"""What is always empty."""

_YEAR = timedelta(days=365)
_START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 3 * _YEAR
"""The same for both that are compared, also where midnight lies between."""
_START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 3 * _YEAR  # the same for both
_KEYS = {0: "events", 1: "events", 2: "chat_messages", 3: "emails"}
_COLLECTIONS = ("meetings", "calls", "chat-messages", "emails")
_FLAGS = dict.fromkeys(("with_interaction_dates", "with_interaction_persons", "with_opportunities"), "true")
_FIELD_TYPES = {"fieldTypes": ["list", "global", "enriched", "relationship-intelligence"]}
_PARAMS: dict[str, dict[str, Any]] = {
    "persons.get": {**_FLAGS, "with_current_organizations": "true"},
    "organizations.get": _FLAGS,
    "lists.get": {"with_extensions": "true"},
    "files.list": {"with_extensions": "true"},
    "files.get": {"with_extensions": "true"},
    "v2.notes.list": {"includes": ["companiesPreview", "personsPreview", "opportunitiesPreview", "repliesCount"]},
    "v2.lists.entries": _FIELD_TYPES,
    "v2.lists.entry": _FIELD_TYPES,
}
"""What is asked for besides."""

_OWN = {
    "webhooks.list": ("disabled",),
    "webhooks.get": ("disabled",),
    "v2.webhooks.list": ("status",),
    "v2.webhooks.get": ("status",),
    "interactions.get": ("x_version",),
    "v2.files.get": ("downloadUrl",),
}
"""The keys that each store has in its own way: a copied webhook rests, and every store counts changes."""

_FADING = {"v2.persons.relationships": "interactionScore", "v2.companies.relationships": "interactionScore"}
"""The keys that are a little less while one looks."""


class Refused(Exception):
    """That there is nothing at an address, such as options of a field that has none. Equal where it says the same."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refused) and self.args == other.args

    def __hash__(self) -> int:
        return hash(self.args)

    def __bool__(self) -> bool:
        return False


class Everything:
    """What one tenant shows."""

    def __init__(self, api: Caller) -> None:
        self._api = api
        self._lists: dict[str, list[dict[str, Any]]] = {}
        self._ids: dict[str, Callable[[], list[Any]]] = {
            "/interactions": self._no_ids,
            "/list-entries": lambda: [e for id_ in self.ids("/lists") for e in self.ids(f"/lists/{id_}/list-entries")],
            "/files": lambda: self.ids("/entity-files"),
            "/v2/files": lambda: self.ids("/entity-files"),
            "/field-values": lambda: [value["id"] for _, values in self.values() for value in values],
        }

    def answers(self, operation: Operation) -> Iterator[tuple[str, Any]]:
        """Yield what an operation answers, by address."""
        if operation.name in READ:
            yield from READ[operation.name](self)
            return
        params = _PARAMS.get(operation.name, {})
        for path in self._addresses(operation.paths[0]):
            try:
                yield path, self.read(path, **params)
            except Refused as refused:
                yield path, refused

    def _addresses(self, path: str) -> Iterator[str]:
        before, brace, rest = path.partition("{")
        if not brace:
            yield path
            return
        prefix, after = before.rstrip("/"), rest.partition("}")[2]
        for id_ in self.ids(prefix):
            yield from self._addresses(f"{prefix}/{id_}{after}")

    def ids(self, path: str) -> list[Any]:
        """Return the ids of what an address lists."""
        if path in self._ids:
            return self._ids[path]()
        if path not in self._lists:
            try:
                found = self.read(path)
            except Refused:
                found = []
            assert isinstance(found, list), f"{path} is no list: how are its ids found?"
            self._lists[path] = found
        return [item["id"] for item in self._lists[path]]

    def _no_ids(self) -> list[Any]:
        raise AssertionError("an interaction is read with its type")

    def read(self, path: str, **params: Any) -> Any:
        """Return what is at an address: of a list all pages."""
        first = self.get(path, **params)
        if isinstance(first, dict) and "pagination" in first:
            return self._followed(first)
        if not isinstance(first, dict) or "next_page_token" not in first:
            return first
        (key,) = (key for key, value in first.items() if isinstance(value, list))
        found, token = list(first[key]), first["next_page_token"]
        while token is not None:
            page = self.get(path, **params, page_token=token)
            found, token = found + page[key], page["next_page_token"]
        return found

    def _followed(self, page: dict[str, Any]) -> list[dict[str, Any]]:
        found = list(page["data"])
        while following := page["pagination"]["nextUrl"]:
            answer = self._api.http.get(following, headers={"Authorization": f"Bearer {self._api.token}"})
            assert answer.status_code == 200, (following, answer.text)
            page = answer.json()
            found += page["data"]
        return found

    def get(self, path: str, **params: Any) -> Any:
        """Return one answer."""
        answer = self._api.get(path, **params)
        if answer.status_code != 200:
            raise Refused(answer.status_code, answer.text)
        return answer.json()

    def values(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield the values of each person, organization and opportunity, and of each entry."""
        for name in ("person", "organization", "opportunity"):
            for id_ in self.ids({"opportunity": "/opportunities"}.get(name, f"/{name}s")):
                yield f"/field-values?{name}_id={id_}", self.get("/field-values", **{f"{name}_id": id_})

    def values_of_entries(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield the values of each entry."""
        for id_ in self.ids("/list-entries"):
            yield f"/field-values?list_entry_id={id_}", self.get("/field-values", list_entry_id=id_)

    def changes(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield how the values of each field changed, but for those of who is gone: the gone are not copied."""
        there = {kind: set(self.ids(path)) for kind, path in enumerate(("/persons", "/organizations"))}
        there[8] = set(self.ids("/opportunities"))
        for kind, ids in there.items():
            for field in self.get("/fields", entity_type=kind):
                found = self.get("/field-value-changes", field_id=field["id"])
                yield f"/field-value-changes?field_id={field['id']}", [c for c in found if c["entity_id"] in ids]

    def interactions(self) -> Iterator[tuple[str, Any]]:
        """Yield each interaction as it shows itself alone."""
        for code, name in enumerate(_COLLECTIONS):
            for id_ in self.ids(f"/v2/{name}"):
                yield (
                    f"/interactions/{id_}?type={code}",
                    self.get(f"/interactions/{id_}", type=code, with_extensions="true"),
                )

    def downloads(self) -> Iterator[tuple[str, Any]]:
        """Yield the content of each file, and what it is said to be."""
        for id_ in self.ids("/entity-files"):
            answer = self._api.get(f"/entity-files/download/{id_}")
            assert answer.status_code == 200, answer.text
            yield f"/entity-files/download/{id_}", (answer.headers["Content-Type"], answer.content)

    def strengths(self) -> Iterator[tuple[str, Any]]:
        """Yield how well some outsiders are known: it fades while one looks."""
        for id_ in self._outsiders():
            found = self.get("/relationships-strengths", external_id=id_)
            yield (
                f"/relationships-strengths?external_id={id_}",
                {item["internal_id"]: round(item["strength"], 3) for item in found},
            )

    def timelines(self) -> Iterator[tuple[str, Any]]:
        """Yield what each of some outsiders and organizations took part in, by type and year."""
        for key, ids in (("person_id", self._outsiders()), ("organization_id", self.ids("/organizations")[-3:])):
            for id_ in ids:
                for code in _KEYS:
                    for year in range(5):
                        since = _START + year * _YEAR
                        window = {"start_time": since.isoformat(), "end_time": (since + _YEAR).isoformat()}
                        found = self.read("/interactions", type=code, **{key: id_}, **window)
                        yield f"/interactions?{key}={id_}&type={code}&{year}", found

    def _outsiders(self) -> list[int]:
        self.ids("/persons")
        people = [item["id"] for item in self._lists["/persons"] if item["type"] != 1]
        return people[:3] + people[-125:-120]


def _both(one: Everything) -> Iterator[tuple[str, Any]]:
    yield from one.values()
    yield from one.values_of_entries()


READ: dict[str, Callable[[Everything], Iterator[tuple[str, Any]]]] = {
    "field_values.list": _both,
    "field_value_changes.list": Everything.changes,
    "files.download": Everything.downloads,
    "interactions.list": Everything.timelines,
    "interactions.get": Everything.interactions,
    "relationship_strengths.list": Everything.strengths,
}
"""The operations that need parameters."""


def reads() -> list[Operation]:
    """Return the operations that show something of a tenant."""
    return [item for item in OPERATIONS if item.method == "GET" and item.name not in LEFT_OUT]


def shown_by(api: Caller) -> Answers:
    """Return what each operation answers at each address."""
    everything = Everything(api)
    return {
        (operation.name, path): _comparable(operation, answer)
        for operation in reads()
        for path, answer in everything.answers(operation)
    }


def _comparable(operation: Operation, answer: Any) -> Any:
    own = _OWN.get(operation.name, ())
    if isinstance(answer, Refused):
        return answer
    items = answer if isinstance(answer, list) else [answer]
    for item in items if own else ():
        for key in own:
            del item[key]
    fading = _FADING.get(operation.name)
    for item in items if fading else ():
        item[fading] = round(item[fading], 3)
    return answer
