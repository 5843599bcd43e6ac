"""Shared access signatures: the forms that are accepted, and what is not (spec 1.5)."""

from typing import Any
from urllib.parse import quote

import pytest

from interlog.model.tenancy import Right
from interlog.protocols.customer_insights import auth
from interlog.protocols.customer_insights.errors import ApiError

URI = "https://fieldhub.api.example.test/data"
EXPIRY = "1893456000"
KEY = "c3RyZWV0LXRlYW0ta2V5LW9uZQ=="
VECTORS = (
    "1vRMqsQjFQRzu6D1aQ14cLV6r++ipPd3eVmfevOxuZQ=",
    "nM1f+WKApsdCx2nHqTmVgcUkqQNKHiRK+fyPoFooYVE=",
    "lKwoTnSD1r6ia82KybrvB6Qk1O+7Dp88XfPSI+z6/1Y=",
    "VDW8Kc68XnUgNtK9OeHOv/6LSmU9yVcNuRKN5SdZ1Kg=",
)
"""The specification's: the address plain or encoded, the key as text or decoded."""

POLICY = {"policyName": "field", "primaryKey": KEY, "secondaryKey": "b3RoZXI=", "permissions": ["Read"]}


def header(signature: str = VECTORS[0], expiry: str = EXPIRY, policy: str = "field", resource: str = URI) -> str:
    """Return the header of a signature."""
    return (
        f"SharedAccessSignature sig={quote(signature, safe='')}&se={expiry}&skn={policy}&sr={quote(resource, safe='')}"
    )


def check(text: str, uri: str = URI, *policies: dict[str, Any]) -> Any:
    """Return the policy that the header of a request to an address was signed with."""
    signature = auth.signature_of(text)
    assert signature is not None
    return auth.check_signature(signature, policies or [POLICY], uri)


@pytest.mark.parametrize("vector", VECTORS)
def test_every_vector_of_the_specification(vector: str) -> None:
    """It is not known which text was signed with which key, so that all four are let in."""
    assert check(header(vector)) is POLICY


@pytest.mark.parametrize("place", ["primaryKey", "secondaryKey"])
def test_either_key(place: str) -> None:
    """Both keys of a policy are good, so that one can be replaced while the other is in use."""
    policy = {"policyName": "field", "primaryKey": "YQ==", "secondaryKey": "YQ=="} | {place: KEY}
    assert check(header(), URI, policy) is policy


@pytest.mark.parametrize("form", ["SharedAccessSignature-{}", "sharedaccesssignature {}", "SharedAccessSignature   {}"])
def test_every_separator_and_order(form: str) -> None:
    """A hyphen or spaces stand behind the word, and the parts come in any order."""
    parts = header().partition(" ")[2].split("&")
    assert check(form.format("&".join(reversed(parts)))) is POLICY


@pytest.mark.parametrize(
    ("uri", "fits"),
    [
        (URI, True),
        (URI + "/", True),
        (URI + "/Interactions", True),
        ("http://FIELDHUB.api.example.test/Data/Interactions('a')", True),
        (URI + "base", False),
        ("https://fieldhub.api.example.test/", False),
        ("https://other.api.example.test/data", False),
        ("https://fieldhub.api.example.test.evil.test/data", False),
    ],
)
def test_only_what_lies_under_the_signed_address(uri: str, fits: bool) -> None:
    """Host and path count, in any casing and by whole segments; the scheme does not."""
    if fits:
        assert check(header(), uri) is POLICY
    else:
        with pytest.raises(ApiError, match="another resource"):
            check(header(), uri)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (header(expiry="1"), "expired"),
        (header(expiry="1893456001"), "does not match"),
        (header(policy="other"), "does not match"),
        (header(resource=URI + "/x"), "does not match"),
        (header(VECTORS[0].replace("1v", "1w")), "does not match"),
        ("SharedAccessSignature sig=a", "must have the parts"),
        ("SharedAccessSignature x", "must have the parts"),
        (header(expiry="-1"), "must have the parts"),
        (header(expiry="1e9"), "must have the parts"),
        (header(expiry="9" * 400), "expired"),
        (header("no base64!"), "must have the parts"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    """A signature that is old, of another policy, over something else, or none at all is 401."""
    with pytest.raises(ApiError, match=reason) as refusal:
        check(text)
    assert (refusal.value.status, refusal.value.code) == (401, "InvalidAuthenticationToken")


def test_other_schemes_are_no_signatures() -> None:
    """What is not a signature is left to others, and a signature is no token."""
    assert auth.signature_of("Bearer abc") is None
    assert auth.signature_of(None) is None
    assert auth.bearer_of("bearer  abc") == "abc"
    assert auth.bearer_of(header()) is None
    assert auth.bearer_of("Bearer") is None


def test_rights() -> None:
    """Permissions amount to rights of the ledger: to manage is all."""
    assert auth.right_of(["Read"]) is Right.READ
    assert auth.right_of(["Write", "Read"]) is Right.WRITE
    assert auth.right_of(["Manage"]) is Right.ADMIN
