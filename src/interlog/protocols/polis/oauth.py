"""OAuth 2.0: tokens for applications (spec 5.1, RFC 6749, RFC 7009). The page for people is in ``consent.py``."""

from typing import Any

import falcon.asgi

from interlog.ledger import Ledger
from interlog.ledger.applications import Client
from interlog.ledger.grants import BadGrant, Issued
from interlog.model.errors import Unauthenticated
from interlog.settings import Settings

from . import consent
from .oauth_wire import OAuthError, answer, credentials_of, fields_of, invalid_client, refusal
from .operations import Body, Operation, Reply

PROTOCOL = "polis"


async def token(settings: Settings, ledger: Ledger, request: falcon.asgi.Request) -> Reply:
    """``POST /auth/oauth2/token``: a token for a code, a refresh token, or on the application's own account."""
    try:
        fields = await fields_of(request)
        client = await _client(ledger, request, fields)
        return answer(_token(await _issued(ledger, client, fields)))
    except OAuthError as error:
        return refusal(error)


async def revoke(settings: Settings, ledger: Ledger, request: falcon.asgi.Request) -> Reply:
    """``POST /auth/oauth2/revoke``: end a token; one that is unknown is as good as ended (RFC 7009 §2.2)."""
    try:
        fields = await fields_of(request)
        client = await _client(ledger, request, fields)
        await ledger.grants.revoke(client, _required(fields, "token"), protocol=PROTOCOL)
    except OAuthError as error:
        return refusal(error)
    return Reply()


async def _client(ledger: Ledger, request: falcon.asgi.Request, fields: dict[str, str]) -> Client:
    credentials = credentials_of(request, fields)
    try:
        return await ledger.applications.authenticated(*credentials)
    except Unauthenticated:
        raise invalid_client() from None


async def _issued(ledger: Ledger, client: Client, fields: dict[str, str]) -> Issued:
    grants = ledger.grants
    try:
        match _required(fields, "grant_type"):
            case "authorization_code":
                return await grants.redeem(
                    client,
                    _required(fields, "code"),
                    protocol=PROTOCOL,
                    redirect_uri=fields.get("redirect_uri"),
                    verifier=fields.get("code_verifier"),
                )
            case "refresh_token":
                return await grants.refresh(client, _required(fields, "refresh_token"), protocol=PROTOCOL)
            case "client_credentials" if client.application.is_public:
                raise OAuthError("unauthorized_client", "A public application has no account of its own")
            case "client_credentials":
                return await grants.own(client, protocol=PROTOCOL, scopes=consent.SCOPES)
    except BadGrant as error:
        raise OAuthError("invalid_grant", str(error)) from None
    raise OAuthError(
        "unsupported_grant_type", "grant_type must be authorization_code, refresh_token or client_credentials"
    )


def _required(fields: dict[str, str], name: str) -> str:
    if name not in fields:
        raise OAuthError("invalid_request", f"{name} is missing")
    return fields[name]


def _token(issued: Issued) -> dict[str, Any]:
    body: dict[str, Any] = {"token_type": "bearer", "access_token": issued.token}
    if issued.seconds is not None:
        body["expires_in"] = issued.seconds
    if issued.refresh is not None:
        body["refresh_token"] = issued.refresh
    return body


OPERATIONS = (
    Operation(name="oauth.authorize", method="GET", paths=("/oauth/authorize",), answer_open=consent.ask, spec="5.1",
              is_bare=True),
    Operation(name="oauth.consent", method="POST", paths=("/oauth/authorize",), answer_open=consent.take, spec="5.1",
              is_bare=True, body=Body.RAW),
    Operation(name="oauth.token", method="POST", paths=("/auth/oauth2/token",), answer_open=token, spec="5.1",
              is_bare=True, body=Body.RAW),
    Operation(name="oauth.revoke", method="POST", paths=("/auth/oauth2/revoke",), answer_open=revoke, spec="5.1",
              is_bare=True, body=Body.RAW),
)  # fmt: skip
