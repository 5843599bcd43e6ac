"""``interlog token``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interlog.ledger import Ledger
from interlog.model.errors import Unauthenticated
from interlog.model.instants import DAY, now, parse_moment
from interlog.model.tenancy import Right
from tests.cli.conftest import Run

Init = Callable[[str], dict[str, Any]]
MIA = ("--tenant", "acme", "--user", "mia@own.example")


@pytest.fixture
def url(init: Init, tmp_path: Path) -> str:
    """The URL of a store with the tenant acme."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    init(url)
    return url


async def test_a_token_is_created_listed_and_revoked(interlog: Run, init: Init, database_url: str) -> None:
    """A token works from its creation to its revocation, as far as its scopes go."""
    init(database_url)
    options = ("--label", "nightly sync", "--scope", "affinity:read", "--scope", "rest:write", "--expires", "90d")
    made = interlog("token", "create", *MIA, *options, "--json", db=database_url).data
    text = made.pop("token")

    ledger = await Ledger.open(database_url)
    assert (await ledger.access.authenticate(text, "affinity")).right is Right.READ
    await ledger.close()
    tokens = interlog("token", "list", *MIA, "--json", db=database_url).data["tokens"]
    assert tokens[-1] | {"last_used_at": None} == made
    assert (made["label"], made["scopes"], made["state"]) == ("nightly sync", ["affinity:read", "rest:write"], "active")
    assert text.startswith(made["prefix"])

    revoked = interlog("token", "revoke", str(made["id"]), "--tenant", "acme", "--json", db=database_url)
    assert revoked.data == {"id": made["id"], "revoked": True}
    ledger = await Ledger.open(database_url)
    with pytest.raises(Unauthenticated):
        await ledger.access.authenticate(text, "affinity")
    await ledger.close()


def test_the_list_for_people_is_a_table_that_nothing_is_cut_from(interlog: Run, url: str) -> None:
    """Every cell is whole, also where the output goes to another program."""
    interlog("token", "create", *MIA, "--label", "a label that is [rather] long", db=url)

    done = interlog("token", "list", "--tenant", "acme", db=url, COLUMNS="40")

    assert "a label that is [rather] long" in done.out
    assert done.out.count("mia@own.example") == 2


@pytest.mark.parametrize(
    ("text", "days"), [("12h", 0.5), ("4w", 28), ("2999-12-31", None), ("2999-12-31T12:00:00+02:00", None)]
)
def test_an_end_is_a_time_span_a_day_or_a_moment(text: str, days: float | None, interlog: Run, url: str) -> None:
    """A span counts from now, a day is the token's last one, a moment is taken as it is."""
    made = interlog("token", "create", *MIA, "--expires", text, "--json", db=url).data
    moment = parse_moment(made["expires_at"])

    assert moment is not None
    if days is not None:
        assert abs(moment.instant - now() - days * DAY) < DAY / 24
    else:
        assert made["expires_at"] in ("3000-01-01T00:00:00Z", "2999-12-31T10:00:00Z")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--expires", "soon", "must be a time such as 90d, a day or a moment, not soon"),
        ("--expires", "2001-01-01", "2001-01-01 has passed already"),
        ("--organization", "ward 4", "must be the id of an organization, a UUID, not ward 4"),
        ("--scope", "everything", "everything is no scope: use read, write or admin, or e.g. affinity:read"),
    ],
)
def test_wrong_options_are_refused(option: str, value: str, message: str, interlog: Run, url: str) -> None:
    """A wrong option is told with what it may be, and no token is made."""
    done = interlog("token", "create", *MIA, option, value, "--json", db=url)

    assert (done.code, done.error["problems"][0]["message"]) == (2, message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "--tenant", "acme", "--user", "eve@client.example"), "no user has the e-mail address eve@"),
        (("create", "--tenant", "other", "--user", "mia@own.example"), "no tenant has the name other"),
        (("list", "--tenant", "other"), "no tenant has the name other"),
        (("revoke", "99", "--tenant", "acme"), "no token has the id 99"),
    ],
)
def test_what_does_not_exist_is_named(arguments: tuple[str, ...], message: str, interlog: Run, url: str) -> None:
    """An unknown user, tenant or token is a failure, told in a line."""
    done = interlog("token", *arguments, db=url)

    assert done.code == 1
    assert done.err.startswith(f"error: {message}")
    assert done.out == ""
