"""ETags of Polis are those of the JavaScript package etag, over the text that JavaScript makes of an object."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.protocols.polis.etags import etag_of
from tests.node import Program

_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
_numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1e-4, 1e-4),
    st.floats(1e19, 1e23),
)
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, _texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_texts, inner, max_size=4)),
    max_leaves=12,
)
_objects = st.fixed_dictionaries(
    {"id": _texts, "data": st.dictionaries(_texts, _values, max_size=5), "meta": st.dictionaries(_texts, _texts)},
    optional={"customerId": _texts, "securityGroupId": _texts},
)


@pytest.fixture(scope="module")
def etag() -> Iterator[Program]:
    """The package, running on Node."""
    program = Program("etag.js")
    yield program
    program.close()


@settings(max_examples=500, suppress_health_check=list(HealthCheck))
@given(item=_objects, changed=st.booleans())
def test_etags_are_those_of_the_package(etag: Program, item: dict[str, Any], changed: bool) -> None:
    """Whatever is in an object, and whether it was changed, both give the same."""
    expected = etag.ask({"object": item, "changed": changed})["etag"]
    assert etag_of(item, is_changed=changed) == expected
