"""The ETag that anybody can recompute: the vendor's own object, and vectors confirmed with the widely used function."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.polis import wire
from interlog.protocols.polis.etags import etag_of, ordered, text_of

VENDORS = """
{"id":"019becde-9138-4e21-b1ba-6e817dd27c80",
 "data":{"listId":"dc8b5229-ef66-41cc-b774-4a8e6a39c60b",
  "survey":{"surveyId":"116473d5-0ebb-4554-a13c-a4ed965c9857","responses":{
    "16a51c61-57b5-4a38-9a7d-2b5f56bfb835":{"fields":{},"questionId":"16a51c61-57b5-4a38-9a7d-2b5f56bfb835"},
    "6209002e-5921-4b62-83bb-35b4dbe62580":{"fields":{"available":"true"},
     "questionId":"6209002e-5921-4b62-83bb-35b4dbe62580"}}},
  "distance":2449.35,"location":{"lat":34.0687112,"lng":-118.3530776,"confidence":0},
  "contactId":"3e591604-059a-4726-a0b9-0af6316adfa6","timestamp":"2017-09-18T12:51:55.000Z",
  "campaignId":"d545b1e1-8f97-4ae4-a164-1b4a4a87bc07","unavailable":false},
 "meta":{"created":"2017-09-18T15:20:58.865Z","modified":"2017-09-18T15:20:58.865Z","resource":"interactions",
  "createdBy":"931596ea-8ac6-44c5-8aa7-e11456fca02c","isDeleted":false,
  "modifiedBy":"931596ea-8ac6-44c5-8aa7-e11456fca02c"},
 "customerId":"15ecebe1-e92c-4d8e-893b-e961be3f482a","securityGroupId":"f32cdf73-e257-44c9-8e70-3235952962a0"}
"""

LIST = """
{"id":"00000000-0000-4000-8000-000000000001",
 "data":{"name":"Ward 4","organizationId":"00000000-0000-4000-8000-000000000002"},
 "meta":{"created":"2026-01-02T03:04:05.006Z","modified":"2026-01-02T03:04:05.006Z","resource":"lists",
  "createdBy":"00000000-0000-4000-8000-000000000003","isDeleted":false,
  "modifiedBy":"00000000-0000-4000-8000-000000000003"},
 "customerId":"00000000-0000-4000-8000-000000000004","securityGroupId":"00000000-0000-4000-8000-000000000005"}
"""

VISIT = """
{"id":"7a2d5c18-3e9b-4f60-8d1a-b4c7e0f29a98",
 "data":{"listId":"94b8e2d7-6c31-4f0a-9e7d-2b5c8a1f0d65",
  "survey":{"surveyId":"b73e0d19-4f8a-4c65-92d1-8e6b3f5a0c87","responses":{
    "58c0e9a3-7d6b-4f12-9a4e-3b8d5c7f1e02":{"fields":{"rating":4},"questionId":"58c0e9a3-7d6b-4f12-9a4e-3b8d5c7f1e02"},
    "d41f7b62-0a3c-4e95-b8d7-6f2c1e5a9b01":{"fields":{"available":"true"},
     "questionId":"d41f7b62-0a3c-4e95-b8d7-6f2c1e5a9b01"}}},
  "distance":0.0123,"location":{"lat":43.07412,"lng":-89.38911,"confidence":8},
  "contactId":"0c5a9f3e-8d47-4b21-a3e6-5f1d7c9b2e76","timestamp":"2026-03-14T17:05:30.000Z",
  "campaignId":"e61d4c08-0b9f-47a3-8c25-7d1f3a5b9e54","successful":true,"unavailable":false},
 "meta":{"created":"2026-03-14T17:05:41.207Z","modified":"2026-03-14T17:05:41.207Z","resource":"interactions",
  "createdBy":"3f7e1b90-5a2c-4d86-b1f4-0a9c8e6d5b43","isDeleted":false,
  "modifiedBy":"3f7e1b90-5a2c-4d86-b1f4-0a9c8e6d5b43"},
 "customerId":"5d0f6a52-9c1e-4b7a-8a36-1f0e8b6c2d10","securityGroupId":"8b1c7e44-2f6d-4a0b-9b57-6c3d1e9f7a21"}
"""


@pytest.mark.parametrize(
    ("text", "etag"),
    [
        (VENDORS, "3e8-SIMIS22pStVskqOe/o51Wzx9bbk"),
        (LIST, "1d5-PMFG19BQSheYxCmYZ9/PR4/ZTq4"),
        (VISIT, "3fe-4Qr8qeyL+0LAVzk9Shynkj045qU"),
    ],
)
def test_of_what_was_created(text: str, etag: str) -> None:
    """The vendor's object and ours have the ETags that are printed for them, whatever ETag they came with."""
    made = json.loads(text)
    assert etag_of(made, is_changed=False) == etag
    made["meta"]["etag"] = "something else"
    assert etag_of(made, is_changed=False) == etag


def test_of_what_was_changed() -> None:
    """After a change the text has no ETag in it at all."""
    made = json.loads(LIST)
    made["data"]["name"] = "Ward 5"
    made["meta"]["modified"] = "2026-01-02T04:00:00.000Z"
    assert etag_of(made, is_changed=True) == "1cb-WwU/9w6SFR/r9JxxQ4ksXi6yJJ4"

    made = json.loads(VISIT)
    made["data"] |= {"unavailable": True, "successful": False, "unavailableReason": "Come Back"}
    made["meta"]["modified"] = "2026-03-14T17:20:00.000Z"
    assert etag_of(made, is_changed=True) == "414-XF3ZREnVO7X2W/ik7TIWBylngj8"


def test_members_stand_in_the_order_of_jsonb() -> None:
    """Shorter names come first, those of one length by their bytes, at every depth."""
    assert text_of({"bb": [{"ñ": 1, "z": 2, "aa": 3}], "c": None, "a": "é"}) == (
        '{"a":"é","c":null,"bb":[{"z":2,"aa":3,"ñ":1}]}'.encode()
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (1e-5, "0.00001"),
        (1.5e-6, "0.0000015"),
        (1e-7, "1e-7"),
        (1e20, "100000000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (2.5e-12, "2.5e-12"),
        (9007199254740991, "9007199254740991"),
    ],
)
def test_numbers_are_written_as_ecmascript_does(number: float, text: str) -> None:
    """Whole numbers have no point, and an exponent appears where ECMAScript writes one."""
    assert text_of(number).decode() == text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_the_text_means_the_same(value: object) -> None:
    """Ordering changes nothing but the order, and doing it twice changes nothing at all."""
    assert json.loads(text_of(value), parse_int=float) == value
    assert text_of(json.loads(text_of(value))) == text_of(value)


def test_where_the_etag_stands() -> None:
    """A new object has its ETag in the order of its members, a changed one at the end of ``meta``; own members count
    for nothing."""
    sent = json.loads(LIST)
    parts = {"id_": sent["id"], "data": sent["data"], "meta": sent["meta"], "customer": sent["customerId"],
             "group": sent["securityGroupId"]}  # fmt: skip
    new = wire.item(**parts, is_changed=False, contactsCount=3)
    assert next(iter(new["meta"])) == "etag"
    assert new["meta"]["etag"] == "1d5-PMFG19BQSheYxCmYZ9/PR4/ZTq4"
    assert list(new) == ["id", "data", "meta", "customerId", "contactsCount", "securityGroupId"]
    changed = wire.item(**parts, is_changed=True)
    assert list(changed["meta"])[-1] == "etag"
    assert changed["meta"]["etag"] == etag_of(changed, is_changed=True)
    assert ordered(changed)["data"] == changed["data"]
