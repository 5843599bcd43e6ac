"""``interlog init``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from interlog.ledger import Ledger
from interlog.model.tenancy import Right
from tests.cli.conftest import Run

ACME = ("--tenant", "acme", "--domain", "own.example", "--owner", "Mia Kern <mia@own.example>")
Init = Callable[[str], dict[str, Any]]


async def test_init_makes_a_tenant_whose_owner_has_a_token(command: Run, database_url: str) -> None:
    """The printed token is the owner's, who may do everything."""
    answer = command("init", *ACME, "--json", db=database_url).data

    ledger = await Ledger.open(database_url)
    actor = await ledger.access.authenticate(answer.pop("token"), "rest")
    domains = actor.tenant.settings.domains
    await ledger.close()
    assert answer == {"tenant": "acme", "user": "mia@own.example", "person_id": actor.person_id}
    assert (actor.tenant.name, actor.right, domains) == ("acme", Right.ADMIN, ("own.example",))


def test_init_is_safe_to_repeat(init: Init, database_url: str) -> None:
    """The second time answers the same, without another token."""
    first = init(database_url)

    assert init(database_url) == first | {"token": None}


def test_a_repeated_init_tells_people_how_to_get_a_token(interlog: Run, init: Init, tmp_path: Path) -> None:
    """For people, the missing token comes with the command that makes one."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    init(url)

    done = interlog("init", *ACME, db=url)

    assert done.code == 0
    assert f"interlog token create --tenant acme --user mia@own.example --db {url}" in done.out


def test_without_a_database_the_users_data_folder_is_used(interlog: Run, tmp_path: Path) -> None:
    """No --db, no variable and no file: a SQLite file in the user's data folder, made with its folder."""
    assert interlog("init", *ACME, "--json").data["person_id"] == 1
    assert (tmp_path / "home" / "data" / "interlog" / "interlog.db").is_file()


def test_every_problem_is_reported_and_nothing_is_made(interlog: Run, tmp_path: Path) -> None:
    """Wrong names are refused all at once, with exit code 2."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    owner = ("--tenant", "Acme Corp", "--domain", "own", "--owner", "Mia Kern <mia@own.example>")

    done = interlog("init", *owner, "--json", db=url)

    assert done.code == 2
    assert [problem["path"] for problem in done.error["problems"]] == ["tenant", "domain"]


def test_an_owner_needs_name_and_address(interlog: Run, tmp_path: Path) -> None:
    """The owner's form is told with an example."""
    done = interlog("init", "--tenant", "acme", "--domain", "own.example", "--owner", "mia@own.example")

    assert done.code == 2
    assert '--owner: must look like "Mia Kern <mia@own.example>", not mia@own.example' in done.err


async def test_a_long_name_is_split_behind_the_first(interlog: Run, tmp_path: Path) -> None:
    """First name and last name are told apart at the first blank."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    owner = ("--tenant", "acme", "--domain", "own.example", "--owner", '"Anna van der Berg" <anna@own.example>')
    token = interlog("init", *owner, "--json", db=url).data["token"]

    ledger = await Ledger.open(url)
    actor = await ledger.access.authenticate(token, "rest")
    person = await ledger.persons.get(actor, actor.person_id)
    await ledger.close()
    assert (person.first_name, person.last_name) == ("Anna", "van der Berg")


def test_the_help_shows_how_an_owner_is_written(interlog: Run) -> None:
    """With the brackets around the address, which Markdown would take for its own."""
    shown = interlog("init", "--help", COLUMNS="110").out.partition("Parameters")[2]
    assert "Mia Kern <mia@own.example>" in shown
