"""JSON Patch (RFC 6902) on any document: read whole before anything is done, applied whole or not at all.

What a patch may cost is bounded: how many operations it has, and how large and how deep what it copies is, since a
document that is copied into itself doubles with every operation.
"""

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

Path = tuple[str, ...]

MAX_OPERATIONS = 1_000
MAX_DEPTH = 64
"""How deeply a document may be nested after a patch."""
MAX_COPIED = 100_000
"""How many values a patch may copy, those within others included."""

_ESCAPE = re.compile(r"~(?![01])")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class Verb(StrEnum):
    """What an operation does."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"
    MOVE = "move"
    COPY = "copy"
    TEST = "test"


_WITH_VALUE = (Verb.ADD, Verb.REPLACE, Verb.TEST)
_WITH_SOURCE = (Verb.MOVE, Verb.COPY)


class Step(NamedTuple):
    """One operation. ``source``: from where it moves or copies."""

    verb: Verb
    path: Path
    value: Any = None
    source: Path = ()

    @property
    def written(self) -> tuple[Path, ...]:
        """The paths that it changes."""
        if self.verb is Verb.TEST:
            return ()
        return (self.path, self.source) if self.verb is Verb.MOVE else (self.path,)


class Malformed(Exception):
    """What is no JSON Patch. ``index`` is the operation's place, None where it is about all of them."""

    def __init__(self, message: str, index: int | None = None) -> None:
        super().__init__(message if index is None else f"operation {index}: {message}")
        self.index = index


class Failed(Exception):
    """An operation that the document does not allow; ``is_test``: one that only looks, and found something else."""

    def __init__(self, message: str, path: Path, *, is_test: bool = False) -> None:
        super().__init__(message)
        self.message, self.path, self.is_test = message, path, is_test
        self.index = 0


def pointer_of(path: Path) -> str:
    """Return a path as a JSON pointer."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in path)


def path_of(pointer: str) -> Path:
    """Return the names in a JSON pointer. Raises ``ValueError``."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError("a pointer begins with a slash")
    if _ESCAPE.search(pointer):
        raise ValueError("a ~ stands before 0 or 1 only")
    return tuple(name.replace("~1", "/").replace("~0", "~") for name in pointer[1:].split("/"))


def steps_of(operations: Any) -> list[Step]:
    """Return the operations of a patch. Raises ``Malformed`` for the first one that is none."""
    if not isinstance(operations, list):
        raise Malformed("a patch is an array of operations")
    if len(operations) > MAX_OPERATIONS:
        raise Malformed(f"a patch has at most {MAX_OPERATIONS} operations")
    return [_step_of(operation, index) for index, operation in enumerate(operations)]


def _step_of(operation: Any, index: int) -> Step:
    if not isinstance(operation, dict):
        raise Malformed("must be an object", index)
    try:
        verb = Verb(operation.get("op", ""))
    except ValueError:
        raise Malformed(f"op must be one of {', '.join(Verb)}", index) from None
    path = _path_in(operation, "path", index)
    if verb in _WITH_VALUE and "value" not in operation:
        raise Malformed(f"{verb} needs a value", index)
    source = _path_in(operation, "from", index) if verb in _WITH_SOURCE else ()
    return Step(verb, path, operation.get("value"), source)


def _path_in(operation: dict[str, Any], name: str, index: int) -> Path:
    pointer = operation.get(name)
    if not isinstance(pointer, str):
        raise Malformed(f"{name} must be a JSON pointer", index)
    try:
        return path_of(pointer)
    except ValueError as error:
        raise Malformed(f"{name}: {error}", index) from None


def applied(document: Any, steps: Sequence[Step]) -> Any:
    """Return what the operations make of a document, which stays as it is; raises ``Failed``."""
    work = _Work(document)
    for index, step in enumerate(steps):
        try:
            work.do(step)
        except Failed as failure:
            failure.index = index
            raise
    return work.document


class _Work:
    """A document that is being changed, and what may still be copied."""

    def __init__(self, document: Any) -> None:
        self._left = MAX_COPIED
        self.document = _copy(document)

    def do(self, step: Step) -> None:
        """Carry out one operation."""
        match step.verb:
            case Verb.TEST:
                if not same(_at(self.document, step.path), step.value):
                    raise Failed("is not what the test expects", step.path, is_test=True)
            case Verb.ADD:
                self._add(step.path, self._taken(step.value, step.path))
            case Verb.REPLACE:
                _at(self.document, step.path)
                self._put(step.path, self._taken(step.value, step.path))
            case Verb.REMOVE:
                self._remove(step.path)
            case Verb.COPY:
                self._add(step.path, self._taken(_at(self.document, step.source), step.path))
            case Verb.MOVE:
                self._move(step)

    def _move(self, step: Step) -> None:
        value = _at(self.document, step.source)
        if step.path == step.source:
            return
        if step.path[: len(step.source)] == step.source:
            raise Failed("cannot be moved into itself", step.path)
        self._remove(step.source)
        self._add(step.path, self._taken(value, step.path))

    def _taken(self, value: Any, path: Path) -> Any:
        """Return a copy of a value that is to stand at a path; refuses what is too much."""
        count, depth = _extent(value)
        self._left -= count
        if self._left < 0:
            raise Failed(f"a patch copies at most {MAX_COPIED} values", path)
        if depth + len(path) > MAX_DEPTH:
            raise Failed(f"would be nested more than {MAX_DEPTH} levels deep", path)
        return _copy(value)

    def _add(self, path: Path, value: Any) -> None:
        if not path:
            self.document = value
            return
        parent = _at(self.document, path[:-1])
        if isinstance(parent, list):
            parent.insert(_place(parent, path, is_new=True), value)
        elif isinstance(parent, dict):
            parent[path[-1]] = value
        else:
            raise Failed("is in something that has no members", path)

    def _put(self, path: Path, value: Any) -> None:
        if not path:
            self.document = value
            return
        parent = _at(self.document, path[:-1])
        parent[_place(parent, path) if isinstance(parent, list) else path[-1]] = value

    def _remove(self, path: Path) -> None:
        _at(self.document, path)
        if not path:
            self.document = None
            return
        parent = _at(self.document, path[:-1])
        del parent[_place(parent, path) if isinstance(parent, list) else path[-1]]


def _at(document: Any, path: Path) -> Any:
    """Return what stands at a path."""
    found = document
    for depth, name in enumerate(path, 1):
        if isinstance(found, dict):
            found = found.get(name, _NOTHING)
        elif isinstance(found, list):
            found = found[_place(found, path[:depth])]
        else:
            found = _NOTHING
        if found is _NOTHING:
            raise Failed("there is nothing at this path", path)
    return found


_NOTHING: Final = object()


def _place(array: Sequence[Any], path: Path, *, is_new: bool = False) -> int:
    """Return the index in an array that a path's last name is. ``is_new``: of something to be inserted."""
    name = path[-1]
    if is_new and name == "-":
        return len(array)
    if not _INDEX.fullmatch(name):
        raise Failed("is no place in an array", path)
    if int(name) >= len(array) + is_new:
        raise Failed("there is nothing at this path", path)
    return int(name)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _extent(value: Any) -> tuple[int, int]:
    """Return how many values there are in one, itself included, and how deeply they are nested."""
    count, deepest, waiting = 0, 0, [(value, 0)]
    while waiting:
        current, depth = waiting.pop()
        count, deepest = count + 1, max(deepest, depth)
        inner: Collection[Any] = ()
        if isinstance(current, (dict, list)):
            depth += 1
            deepest = max(deepest, depth)
            inner = current.values() if isinstance(current, dict) else current
        waiting += [(item, depth) for item in inner]
    return count, deepest
