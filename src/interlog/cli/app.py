"""``interlog app``: the applications that users may let act for them."""

import re
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from ..model.errors import Invalid, Problem
from . import output
from .common import Config, Db, Json, Tenant, opened, run, url_of
from .token import UNITS, operator, organization_id, shown_time

if TYPE_CHECKING:
    from ..model.applications import Application

app = App(name="app", help="Register, list and revoke applications: programs that users let act for them by OAuth 2.0.")


@app.command
def create(
    *,
    tenant: Tenant,
    name: str,
    redirect_uri: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    user: str | None = None,
    public: Annotated[bool, Parameter(negative=())] = False,
    callback: str | None = None,
    organization: str | None = None,
    token_lifetime: str | None = None,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Register an application and print its client id and secret: the secret cannot be shown again.

    ```console
    $ interlog app create --tenant acme --name "Door app" --redirect-uri https://app.own.example/signed-in
    $ interlog app create --tenant acme --name "Mailing" --callback https://mail.own.example/hook --token-lifetime 1h
    ```

    Args:
        name: What users see when they are asked whether they allow it.
        redirect_uri: Where users are sent back to, with a code for a token; repeat it for several. https, http to this
            machine, or a scheme of the application's own such as com.example.app:/signed-in.
        user: The e-mail address of the user as whom it acts on its own account; without it the tenant's owner.
        public: The application runs where it can keep no secret, such as on a phone. It gets none, and must use PKCE.
        callback: Where it is told of changes; each message is signed with a key that is printed, too.
        organization: The id of the campaign organization in which it acts on its own account.
        token_lifetime: How long a token of its is good for, such as 1h or 30d; then it can be refreshed. Without it
            tokens do not end.
    """
    seconds = _seconds(token_lifetime) if token_lifetime is not None else None
    bound = organization_id(organization)
    made, secret = run(_create(url_of(db, config), tenant, user, name, redirect_uri, public, callback, bound, seconds))
    result = {"client_id": made.client_id, "client_secret": secret, "signing_key": made.signing_key}
    lines = [f"Client id    [bold]{made.client_id}[/]"]
    if secret is not None:
        lines.append(f"Secret       [bold]{secret}[/]")
    if made.signing_key is not None:
        lines.append(f"Signing key  [bold]{output.escaped(made.signing_key)}[/]")
    if secret is not None:
        lines += ["", "Keep the secret: it cannot be shown again."]
    output.show(result | _described(made), "\n".join(lines), json=json)


@app.command(name="list")
def list_(*, tenant: Tenant, db: Db = None, config: Config = None, json: Json = False) -> None:
    """List a tenant's applications.

    ```console
    $ interlog app list --tenant acme
    ```
    """
    found = [_described(item) for item in run(_list(url_of(db, config), tenant))]
    if json:
        output.show({"applications": found}, "", json=True)
        return
    output.table(
        ("client id", "name", "redirects to", "callback", "created", "state"),
        [
            (
                item["client_id"], item["name"], " ".join(item["redirect_uris"]), item["callback"] or "",
                item["created_at"], item["state"],
            )
            for item in found
        ],
    )  # fmt: skip


@app.command
def revoke(
    client_id: Annotated[str, Parameter(name="CLIENT_ID")],
    /,
    *,
    tenant: Tenant,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Revoke an application and every token that it was given. To revoke it again changes nothing.

    ```console
    $ interlog app revoke app1_0c9d… --tenant acme
    ```

    Args:
        client_id: The application's client id, as the list shows it.
    """
    run(_revoke(url_of(db, config), tenant, client_id))
    text = f"{output.escaped(client_id)} is revoked, and all tokens that it was given."
    output.show({"client_id": client_id, "revoked": True}, text, json=json)


async def _create(
    url: str,
    tenant: str,
    email: str | None,
    name: str,
    redirect_uris: tuple[str, ...],
    is_public: bool,
    callback: str | None,
    organization: str | None,
    seconds: int | None,
) -> "tuple[Application, str | None]":
    from ..ledger.tenants import system_actor

    async with opened(url) as ledger:
        actor = await operator(ledger, tenant)
        if email is not None:
            user = await ledger.tenants.user(actor.tenant, email)
            actor = system_actor(actor.tenant, user.person_id)
        return await ledger.applications.create(
            actor,
            name,
            redirect_uris,
            is_public=is_public,
            callback=callback,
            organization=organization,
            token_seconds=seconds,
        )


async def _list(url: str, tenant: str) -> "list[Application]":
    async with opened(url) as ledger:
        return await ledger.applications.all(await operator(ledger, tenant))


async def _revoke(url: str, tenant: str, client_id: str) -> None:
    async with opened(url) as ledger:
        await ledger.applications.revoke(await operator(ledger, tenant), client_id)


def _seconds(text: str) -> int:
    span = re.fullmatch(r"(\d{1,6})([mhdw])", text)
    if span is None:
        raise Invalid(Problem("--token-lifetime", f"must be a time such as 1h or 30d, not {text}"))
    return int(span[1]) * UNITS[span[2]] // 1_000_000


def _described(item: "Application") -> dict[str, Any]:
    return {
        "client_id": item.client_id,
        "name": item.name,
        "redirect_uris": item.redirect_uris,
        "public": item.is_public,
        "callback": item.callback,
        "organization": item.organization,
        "token_seconds": item.token_seconds,
        "created_at": shown_time(item.created_at),
        "state": "active" if item.revoked_at is None else "revoked",
    }
