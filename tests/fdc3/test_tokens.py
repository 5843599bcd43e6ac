"""Tokens by which agents and bridges know each other (spec 6.3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from websockets.exceptions import ConnectionClosed

from interlog.fdc3 import AgentError
from interlog.fdc3 import connect as agent_of
from interlog.fdc3.tokens import Keys

from .agents import hand, running_bridge


def keys() -> tuple[str, str]:
    """Return a new private key and its public key, in PEM."""
    private = Ed25519PrivateKey.generate()
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return text.decode(), public.decode()


async def test_tokens() -> None:
    """Where tokens are wanted, only a fresh one with a known key is let in; the bridge shows one of its own."""
    private, public = keys()
    other, _ = keys()
    own, own_public = keys()
    now = datetime.now(UTC)

    def token(key: str = private, name: str = "k-1", issued: Any = None) -> str:
        return jwt.encode({"sub": name, "iat": issued or now.isoformat()}, key, algorithm="EdDSA")

    bad = [
        None,
        "x",
        token(other),
        token(name="k-2"),
        token(issued=(now - timedelta(minutes=2)).isoformat()),
        token(issued=(now + timedelta(minutes=2)).isoformat()),
        token(issued="yesterday"),
        jwt.encode({"sub": "k-1", "iat": now.isoformat()}, "secret" * 8, algorithm="HS256"),
        jwt.encode({"sub": "k-1", "iat": now.isoformat()}, "", algorithm="none"),
    ]
    async with running_bridge(keys=Keys({"k-1": public}, own=own, own_name="bridge")) as (bridge, _):
        for text in bad:
            async with hand(bridge, token=text, origin="https://evil.example") as agent:
                assert agent.update["type"] == "authenticationFailed"
                assert set(agent.update["payload"]) == {"message"}
                with pytest.raises(ConnectionClosed):
                    await agent.receive()
        for issued in (now.isoformat(), int(now.timestamp())):
            async with hand(bridge, token=token(issued=issued)) as agent:
                assert agent.hello["payload"]["authRequired"] is True
                assert Keys({"bridge": own_public}).problem_of(agent.hello["payload"]["authToken"]) is None
                assert agent.name == "hand"


@pytest.mark.parametrize("private", [Ed25519PrivateKey.generate(), generate_rsa(65537, 2048), generate_ec(SECP256R1())])
async def test_keys_of_every_kind(private: Any) -> None:
    """A key of each kind signs by its algorithm, and agents who have one are let in; what is no such key is refused."""
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()  # fmt: skip
    own = Keys({"bridge": public}, own=pem, own_name="desk")
    async with running_bridge(keys=Keys({"desk": public}, own=pem, own_name="bridge")) as (bridge, _):
        async with agent_of(name="one", url=bridge.url, keys=own) as agent:
            assert agent.remote.name == "one"
        with pytest.raises(AgentError, match="AccessDenied"):
            async with agent_of(name="one", url=bridge.url, seconds=1):
                pass
        token = jwt.encode({"sub": "desk", "iat": float("nan")}, pem, algorithm=own._algorithm)
        async with hand(bridge, token=token) as refused:
            assert refused.update["type"] == "authenticationFailed"
    for wrong in ({"known": {"desk": pem}}, {"known": {"desk": ""}}, {"known": {}, "own": public}):
        with pytest.raises(ValueError, match="key in PEM"):
            Keys(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="neither of RSA"):
        other = generate_ec(SECP384R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        Keys({}, own=other.decode())
