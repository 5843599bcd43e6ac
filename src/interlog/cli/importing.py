"""``interlog import``: copy what another system has."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from ..model.errors import Invalid, NotFound, Problem
from . import output
from .common import Config, Db, Json, files_of, opened, run, url_of

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ..importing import Account
    from ..ledger import Ledger
    from ..model.imports import Import
    from ..model.tenancy import Actor

app = App(name="import", help="Copy a whole account of another system into a tenant.")

TOKEN = "AFFINITY_API_KEY"


@app.command
def affinity(
    *,
    from_: Annotated[str, Parameter(name="--from")],
    token: str | None = None,
    tenant: str = "acme",
    rounded: Annotated[bool, Parameter(negative=())] = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Copy a tenant through the Affinity API: from the vendor, or from another Interlog.

    Persons, organizations, lists, opportunities, fields with their values, interactions and notes keep their ids. A
    tenant that does not exist is made, with the token's user as its owner; into one that does it is copied only if none
    of the ids is taken. When it broke off, or was stopped, the same command goes on where it was; once it is done, it
    changes nothing.

    ```console
    $ interlog import affinity --from https://api.affinity.co --token … --tenant acme
    $ interlog import affinity --from https://old.own.example/affinity --token ilog1_… --tenant acme --json
    ```

    Args:
        from_: The base URL of version 1 of the API; version 2 is expected below it, at /v2.
        token: A key of the account (AFFINITY_API_KEY). What its user does not see is not copied.
        tenant: The short name of the tenant it is copied to; acme by default.
        rounded: Take the times of interactions in whole seconds. This costs a call for a hundred interactions rather
            than one for each of them, which counts where the source limits calls.
    """
    token = token if token is not None else os.environ.get(TOKEN)
    if not token:
        raise Invalid(Problem("--token", f"is missing; {TOKEN} can hold it, too"))
    copying = _copy(url_of(db, config), from_, token, tenant, exact=not rounded, files=files_of(config))
    done, requests = run(copying)
    from ..importing import NOT_COPIED, PARTS

    counts = {part: done.stored.get(part, 0) for part in PARTS}
    result = {
        "tenant": tenant,
        "source": done.source,
        "counts": counts,
        "remarks": done.remarks,
        "not_copied": NOT_COPIED,
        "requests": requests,
    }
    width = max(map(len, PARTS))
    lines = [f"Copied to the tenant [bold]{output.escaped(tenant)}[/]:"]
    lines += [f"  {part:<{width}}  {number:>9,}" for part, number in counts.items()]
    lines += ["", "Not copied:", *(f"  - {text}" for text in NOT_COPIED)]
    if done.remarks:
        lines += ["", "To be looked at:", *(f"  - {output.escaped(text)}" for text in done.remarks)]
    output.show(result, "\n".join(lines), json=json)


async def _copy(
    url: str, source_url: str, token: str, tenant: str, *, exact: bool, files: Path | None
) -> "tuple[Import, int]":
    from ..importing import AffinityImport, Source

    source = Source(source_url, token)
    try:
        async with opened(url, create=True, files=files) as ledger:
            with output.progress() as shown:
                copy = AffinityImport(ledger, source, progress=_Bars(shown), exact=exact)
                actor = await _actor(ledger, tenant, await copy.account())
                return await copy.run(actor), source.requests
    finally:
        await source.close()


async def _actor(ledger: "Ledger", name: str, account: "Account") -> "Actor":
    """Return the owner of the tenant, which is made if it is not there."""
    from ..ledger.tenants import system_actor
    from .token import operator

    with suppress(NotFound):
        actor = await operator(ledger, name)
        return system_actor(actor.tenant, actor.person_id, protocol="affinity")
    owner = (account.first_name, account.last_name, account.email)
    if "@" not in account.email.strip("@"):
        raise Invalid(Problem("--tenant", f"there is none named {name}: make it with interlog init"))
    domain = account.email.rpartition("@")[2]
    tenant, person, _ = await ledger.tenants.init(name, domains=(domain,), owner=owner, owner_id=account.person_id)
    return system_actor(tenant, person.id, protocol="affinity")


class _Bars:
    """A progress bar for each part."""

    def __init__(self, shown: "Progress") -> None:
        self._shown = shown
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, part: str, stored: int, total: int | None) -> None:
        told: dict[str, Any] = {"total": total, "completed": stored}
        text = f"Counting {part}" if total is None else f"Copying {part}"
        if part not in self._tasks:
            self._tasks[part] = self._shown.add_task(text, total=total, completed=stored)
        else:
            self._shown.update(self._tasks[part], description=text, **told)
