"""``interlog init``: the schema, the tenant, its owner and a first token."""

from email.utils import parseaddr
from typing import Annotated

from cyclopts import Parameter

from ..model.errors import Invalid, Problem
from . import output
from .common import Config, Db, Json, Tenant, opened, run, url_of


def init(
    *,
    tenant: Tenant,
    domain: Annotated[tuple[str, ...], Parameter(negative=())],
    owner: str,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Create a store's schema, a tenant and its owner, and print the owner's first token.

    Safe to repeat: whatever exists stays as it is, and no second token is made.

    ```console
    $ interlog init --tenant acme --domain own.example --owner "Mia Kern <mia@own.example>"
    $ interlog init --db postgresql://interlog@db.own.example/interlog --tenant acme --domain own.example \\
        --domain own-group.example --owner "Mia Kern <mia@own.example>" --json
    ```

    Args:
        domain: An e-mail domain of the tenant's own people; repeat it for several.
        owner: The first user, who may do everything, such as `Mia Kern <mia@own.example>`.
    """
    url = url_of(db, config)
    person_id, token = run(_init(url, tenant, domain, _person(owner)))
    email, given = _person(owner)[2], f" --db {output.escaped(db)}" if db else ""
    lines = [f"Tenant [bold]{tenant}[/], owner {output.escaped(owner)} (person {person_id})"]
    if token is not None:
        lines += [
            f"Token  [bold]{token}[/]",
            "",
            f"Keep the token: it cannot be shown again. Next: interlog serve{given}",
        ]
    else:
        lines += [
            "The tenant was there already, so no token was made. For a new one:",
            f"  interlog token create --tenant {tenant} --user {output.escaped(email)}{given}",
        ]
    result = {"tenant": tenant, "user": email, "person_id": person_id, "token": token}
    output.show(result, "\n".join(lines), json=json)


async def _init(url: str, tenant: str, domains: tuple[str, ...], owner: tuple[str, str, str]) -> tuple[int, str | None]:
    from ..ledger.tenants import system_actor

    async with opened(url, create=True) as ledger:
        created, person, is_new = await ledger.tenants.init(tenant, domains=domains, owner=owner)
        if not is_new:
            return person.id, None
        user = await ledger.tenants.user(created, owner[2])
        actor = system_actor(created, person.id)
        text, _ = await ledger.access.create_token(actor, user, label="init")
        return person.id, text


def _person(owner: str) -> tuple[str, str, str]:
    """Return first name, last name and address of "Mia Kern <mia@own.example>"."""
    name, address = parseaddr(owner)
    first, _, last = name.strip().partition(" ")
    if not first or "@" not in address.strip("@"):
        raise Invalid(Problem("--owner", f'must look like "Mia Kern <mia@own.example>", not {owner}'))
    return first, last.strip(), address
