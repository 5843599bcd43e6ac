"""``interlog token``: create, list and revoke the keys of users."""

import re
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from ..model.errors import Invalid, Problem
from ..model.ids import parse_uuid
from ..model.instants import DAY, HOUR, MINUTE, now, parse_moment, to_datetime
from . import output
from .common import Config, Db, Json, Tenant, opened, run, url_of

if TYPE_CHECKING:
    from ..ledger import Ledger
    from ..model.tenancy import Actor, Token

app = App(name="token", help="Create, list and revoke tokens: the keys that programs and people use the server with.")

UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


@app.command
def create(
    *,
    tenant: Tenant,
    user: str,
    label: str = "",
    scope: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    expires: str | None = None,
    organization: str | None = None,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Create a token for a user and print it: it cannot be shown again.

    ```console
    $ interlog token create --tenant acme --user mia@own.example
    $ interlog token create --tenant acme --user mia@own.example --label "nightly sync" \\
        --scope affinity:read --expires 90d
    ```

    Args:
        user: The user's e-mail address.
        label: What the token is for, to know it again in the list.
        scope: What the token may be used for: read, write or admin, or through one protocol only, such as
            affinity:read. Repeat it for several; without one the token may do all that its user may.
        expires: When the token ends: after a time such as 12h, 90d or 4w, at the end of a day such as 2027-03-31 (UTC),
            or at a moment such as 2027-03-31T18:00:00Z. Without it the token does not end.
        organization: The id of the campaign organization that the token acts in; without it that of the user's first
            membership.
    """
    expires_at = _end(expires) if expires is not None else None
    bound = organization_id(organization)
    text, token = run(_create(url_of(db, config), tenant, user, label, scope, expires_at, bound))
    result = {"token": text, **_described(token, user)}
    until = f", until {shown_time(token.expires_at)}" if token.expires_at is not None else ""
    shown = f"Token {token.id} of {output.escaped(user)}{until}; it cannot be shown again:\n[bold]{text}[/]"
    output.show(result, shown, json=json)


@app.command(name="list")
def list_(*, tenant: Tenant, user: str | None = None, db: Db = None, config: Config = None, json: Json = False) -> None:
    """List a tenant's tokens. Of each token only its beginning is known.

    ```console
    $ interlog token list --tenant acme
    $ interlog token list --tenant acme --user mia@own.example --json
    ```

    Args:
        user: Only the tokens of the user with this e-mail address.
    """
    tokens = run(_list(url_of(db, config), tenant, user))
    if json:
        output.show({"tokens": tokens}, "", json=True)
        return
    output.table(
        ("id", "user", "begins", "label", "scopes", "created", "last used", "state"),
        [
            (
                str(token["id"]), token["user"], token["prefix"], token["label"], " ".join(token["scopes"]) or "all",
                token["created_at"] or "", token["last_used_at"] or "never", token["state"],
            )
            for token in tokens
        ],
    )  # fmt: skip


@app.command
def revoke(id_: Annotated[int, Parameter(name="ID")], /, *, tenant: Tenant, db: Db = None, config: Config = None,
           json: Json = False) -> None:  # fmt: skip
    """Revoke a token: from now on it is refused. To revoke it again changes nothing.

    ```console
    $ interlog token revoke 7 --tenant acme
    ```

    Args:
        id_: The token's number, as the list shows it.
    """
    run(_revoke(url_of(db, config), tenant, id_))
    output.show({"id": id_, "revoked": True}, f"Token {id_} is revoked.", json=json)


async def _create(
    url: str,
    tenant: str,
    email: str,
    label: str,
    scopes: tuple[str, ...],
    expires_at: int | None,
    organization: str | None,
) -> tuple[str, "Token"]:
    async with opened(url) as ledger:
        actor = await operator(ledger, tenant)
        user = await ledger.tenants.user(actor.tenant, email)
        return await ledger.access.create_token(
            actor, user, label=label, scopes=scopes, expires_at=expires_at, organization=organization
        )


async def _list(url: str, tenant: str, email: str | None) -> list[dict[str, Any]]:
    async with opened(url) as ledger:
        actor = await operator(ledger, tenant)
        tokens = await ledger.access.tokens(actor)
        if email is not None:
            wanted = await ledger.tenants.user(actor.tenant, email)
            tokens = [token for token in tokens if token.person_id == wanted.person_id]
        persons = await ledger.persons.get_many(actor, {token.person_id for token in tokens})
        return [_described(token, persons[token.person_id].primary_email or "") for token in tokens]


async def _revoke(url: str, tenant: str, id_: int) -> None:
    async with opened(url) as ledger:
        await ledger.access.revoke_token(await operator(ledger, tenant), id_)


async def operator(ledger: "Ledger", tenant_name: str) -> "Actor":
    """Return who whoever runs the server acts as: the tenant's owner."""
    from ..ledger.tenants import system_actor
    from ..model.tenancy import UserRole

    tenant = await ledger.tenants.by_name(tenant_name)
    owner = next(user for user in await ledger.tenants.users(tenant) if user.role is UserRole.OWNER)
    return system_actor(tenant, owner.person_id)


def organization_id(text: str | None) -> str | None:
    """Return the id that the option --organization names."""
    found = parse_uuid(text) if text is not None else None
    if text is not None and found is None:
        raise Invalid(Problem("--organization", f"must be the id of an organization, a UUID, not {text}"))
    return found


def _end(text: str) -> int:
    """Return the instant of a time span from now, of the end of a day, or of a moment."""
    span = re.fullmatch(r"(\d{1,6})([mhdw])", text)
    moment = parse_moment(text)
    if span is not None:
        return now() + int(span[1]) * UNITS[span[2]]
    if moment is None:
        raise Invalid(Problem("--expires", f"must be a time such as 90d, a day or a moment, not {text}"))
    end = moment.instant + (DAY if len(text.strip()) == len("2027-03-31") else 0)
    if end <= now():
        raise Invalid(Problem("--expires", f"{text} has passed already"))
    return end


def _described(token: "Token", user: str) -> dict[str, Any]:
    expired = token.expires_at is not None and token.expires_at <= now()
    return {
        "id": token.id,
        "user": user,
        "prefix": token.prefix,
        "label": token.label,
        "scopes": token.scopes,
        "organization": token.organization,
        "created_at": shown_time(token.created_at),
        "expires_at": shown_time(token.expires_at),
        "last_used_at": shown_time(token.last_used_at),
        "state": "revoked" if token.revoked_at is not None else "expired" if expired else "active",
    }


def shown_time(instant: int | None) -> str | None:
    """Return an instant as the command line prints it."""
    return to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ") if instant is not None else None
