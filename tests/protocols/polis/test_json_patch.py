"""JSON Patch against the public test suite, and what a hostile one may not do."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.polis.errors import PolisError
from interlog.protocols.polis.json_patch import (
    MAX_OPERATIONS,
    Failed,
    Malformed,
    applied,
    path_of,
    pointer_of,
    steps_of,
)
from interlog.protocols.polis.patching import patch_of, patched
from tests.node import packages


def _records() -> list[dict[str, Any]]:
    folder = packages() / "node_modules" / "json-patch-test-suite"
    found = [r for name in ("spec_tests.json", "tests.json") for r in json.loads((folder / name).read_text())]
    return [record for record in found if "patch" in record and not record.get("disabled")]


def test_the_public_test_suite_passes() -> None:
    """Every enabled record of the suite gives the document that it expects, or is refused; no document is changed."""
    records = _records()
    assert len(records) > 90
    for record in records:
        before = copy.deepcopy(record["doc"])
        if "error" in record:
            with pytest.raises((Malformed, Failed)):
                applied(record["doc"], steps_of(record["patch"]))
        else:
            made = applied(record["doc"], steps_of(record["patch"]))
            assert made == record.get("expected", made), record
        assert before == record["doc"]


def test_true_is_not_one() -> None:
    """A test tells booleans from numbers, and takes 1 and 1.0 for the same."""
    test = [{"op": "test", "path": "/a", "value": True}]
    with pytest.raises(Failed):
        applied({"a": 1}, steps_of(test))
    assert applied({"a": 1.0}, steps_of([{"op": "test", "path": "/a", "value": 1}])) == {"a": 1.0}


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "copy", "from": "", "path": "/a"}] * 70,
        [{"op": "copy", "from": "/a", "path": "/a/a"}] * 70,
        [{"op": "copy", "from": "/list", "path": "/list/-"}] * 30,
        [{"op": "add", "path": "/a" * 80, "value": 1}],
    ],
)
def test_a_document_cannot_be_blown_up(operations: list[Any]) -> None:
    """What is copied into itself again and again is refused before it is large or deep."""
    document = {"a": {}, "list": [1, 2, 3]}
    with pytest.raises(Failed):
        applied(document, steps_of(operations))


def test_a_patch_has_only_so_many_operations() -> None:
    """One more operation than allowed is refused before any is done."""
    test = {"op": "test", "path": "", "value": {}}
    steps_of([test] * MAX_OPERATIONS)
    with pytest.raises(Malformed):
        steps_of([test] * (MAX_OPERATIONS + 1))


_names = st.text("ab01-~/", max_size=2)
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text("ab~/", max_size=2)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_names, inner, max_size=3)),
    max_leaves=8,
)
_pointers = st.lists(_names, max_size=3).map(lambda path: pointer_of(tuple(path)))
_operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": _pointers},
    optional={"value": _values, "from": _pointers},
)


@given(names=st.lists(st.text(max_size=4)))
def test_pointers_come_back(names: list[str]) -> None:
    """A path written as a pointer is read as the same path."""
    assert path_of(pointer_of(tuple(names))) == tuple(names)


@given(document=_values, operations=st.lists(_operations, max_size=6))
def test_a_patch_is_applied_whole_or_refused(document: Any, operations: list[Any]) -> None:
    """Whatever comes is applied or refused with its place, and what was there stays as it is."""
    before = json.dumps(document)
    try:
        made = applied(document, steps_of(operations))
    except Malformed:
        pass
    except Failed as failure:
        assert 0 <= failure.index < len(operations)
        # What came before the operation that failed can be done.
        applied(document, steps_of(operations[: failure.index]))
    else:
        json.dumps(made)
    assert json.dumps(document) == before


# The object's ``data`` (spec 2.8)


@pytest.mark.parametrize("path", ["/name", "/data/name"])
def test_paths_are_relative_to_the_data(path: str) -> None:
    """A path names a member of ``data``, also where it says so once more."""
    body = {"data": [{"op": "replace", "path": path, "value": "Ward 5"}]}
    assert patched({"name": "Ward 4"}, patch_of(body)) == {"name": "Ward 5"}
    assert patch_of(body).touches == {"name"}
    assert patched({"name": "Ward 4"}, patch_of(body["data"])) == {"name": "Ward 5"}
    assert patch_of({"data": []}).is_empty


@pytest.mark.parametrize(
    ("body", "index"),
    [
        ({}, None),
        ({"data": {}}, None),
        ({"data": [{"op": "replace", "path": "/a"}]}, 0),
        ({"data": [{"op": "test", "path": "", "value": 1}, {"op": "become", "path": "/a", "value": 1}]}, 1),
        ({"data": [{"op": ["add"], "path": "/a", "value": 1}]}, 0),
        ({"data": [{"op": "add", "path": "a", "value": 1}]}, 0),
        ({"data": [{"op": "add", "path": "/~2", "value": 1}]}, 0),
        ({"data": [{"op": "move", "path": "/a"}]}, 0),
        ({"data": [5]}, 0),
    ],
)
def test_what_is_no_patch_is_a_format_error(body: Any, index: int | None) -> None:
    """It is refused with 400 FormatError, and the operation's index where it is about one."""
    with pytest.raises(PolisError) as refused:
        patch_of(body)
    assert (refused.value.status, refused.value.name) == (400, "FormatError")
    assert (refused.value.data or {}).get("index") == index


def _refused(operations: list[Any], **options: Any) -> PolisError:
    with pytest.raises(PolisError) as refused:
        patched({"name": "Ward 4", "listId": "x"}, patch_of(operations), **options)
    return refused.value


def test_an_absent_path_is_named_with_its_operation() -> None:
    """What is not there cannot be replaced: 400 ValidationError with path and index."""
    error = _refused([{"op": "test", "path": "/name", "value": "Ward 4"}, {"op": "remove", "path": "/interactions"}])
    assert (error.status, error.name) == (400, "ValidationError")
    assert (error.data[0]["path"], error.data[0]["index"]) == ("/data/interactions", 1)


def test_a_test_that_fails_is_a_conflict() -> None:
    """The object is not as the client knew it: 409 ConcurrencyError."""
    error = _refused([{"op": "test", "path": "/name", "value": "Ward 5"}])
    assert (error.status, error.name, error.data["index"]) == (409, "ConcurrencyError", 0)


def test_all_read_only_members_are_named_at_once() -> None:
    """Members that the server sets, and all of them together, are refused with every place."""
    error = _refused(
        [
            {"op": "replace", "path": "", "value": {}},
            {"op": "move", "from": "/listId", "path": "/name"},
            {"op": "test", "path": "/listId", "value": "x"},
            {"op": "add", "path": "/listId/0", "value": 1},
        ],
        read_only=("listId",),
    )
    assert (error.status, error.name) == (400, "ValidationError")
    assert [(item["path"], item["index"], item["type"]) for item in error.data] == [
        ("/data", 0, "any.readOnly"),
        ("/data/listId", 1, "any.readOnly"),
        ("/data/listId/0", 3, "any.readOnly"),
    ]
