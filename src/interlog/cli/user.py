"""``interlog user``: the people who can sign in."""

import sys
from getpass import getpass

from cyclopts import App

from ..model.errors import Invalid, Problem
from . import output
from .common import Config, Db, Json, Tenant, opened, run, url_of
from .token import operator

app = App(name="user", help="Look after users: the people who can sign in.")


@app.command
def password(*, tenant: Tenant, user: str, db: Db = None, config: Config = None, json: Json = False) -> None:
    """Set a user's password, with which he signs in to the pages, and where an application asks for his consent.

    It is asked for twice; from another program it is read from standard input, as one line.

    ```console
    $ interlog user password --tenant acme --user mia@own.example
    $ pwgen 24 1 | interlog user password --tenant acme --user mia@own.example
    ```

    Args:
        user: The user's e-mail address.
    """
    url = url_of(db, config)
    run(_set(url, tenant, user, _asked()))
    output.show({"user": user}, f"The password of {output.escaped(user)} is set.", json=json)


@app.command
def link(
    *,
    tenant: Tenant,
    user: str,
    url: str = "http://127.0.0.1:8080",
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Print a link that signs a user in to the pages: once, within a day.

    ```console
    $ interlog user link --tenant acme --user mia@own.example
    ```

    Args:
        user: The user's e-mail address.
        url: Where the server is reached; by default http://127.0.0.1:8080.
    """
    key = run(_link(url_of(db, config), tenant, user))
    address = f"{url.rstrip('/')}/sign-in/{key}"
    output.show({"user": user, "link": address}, address, json=json)


async def _link(url: str, tenant: str, email: str) -> str:
    async with opened(url) as ledger:
        actor = await operator(ledger, tenant)
        return await ledger.sessions.link(actor, await ledger.tenants.user(actor.tenant, email))


async def _set(url: str, tenant: str, email: str, text: str) -> None:
    async with opened(url) as ledger:
        actor = await operator(ledger, tenant)
        found = await ledger.tenants.user(actor.tenant, email)
        await ledger.passwords.set(actor, found.person_id, text)


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    text = getpass("New password: ")
    if getpass("The same again: ") != text:
        raise Invalid(Problem("password", "the two are not the same"))
    return text
