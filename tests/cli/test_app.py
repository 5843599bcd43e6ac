"""``interlog app`` and ``interlog user``."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from interlog.ledger import Ledger
from interlog.model.errors import Unauthenticated
from tests.cli.conftest import Run

Init = Callable[[str], dict[str, Any]]
ACME = ("--tenant", "acme")


async def test_an_application_is_registered_listed_and_revoked(interlog: Run, init: Init, database_url: str) -> None:
    """It is known by what the command printed, until it is revoked."""
    init(database_url)
    options = ("--name", "Door app", "--redirect-uri", "https://a.example/b", "--redirect-uri", "http://127.0.0.1/b")
    also = ("--callback", "https://a.example/hook", "--token-lifetime", "2h", "--user", "mia@own.example")
    made = interlog("app", "create", *ACME, *options, *also, "--json", db=database_url).data
    secret, signing_key = made.pop("client_secret"), made.pop("signing_key")

    ledger = await Ledger.open(database_url)
    client = await ledger.applications.authenticated(made["client_id"], secret)
    await ledger.close()
    assert client.application.signing_key == signing_key and signing_key.startswith("whsec_")
    assert (made["token_seconds"], made["state"]) == (7_200, "active")
    assert interlog("app", "list", *ACME, "--json", db=database_url).data == {"applications": [made]}
    assert "Door app" in interlog("app", "list", *ACME, db=database_url).out

    revoked = interlog("app", "revoke", made["client_id"], *ACME, "--json", db=database_url)
    assert revoked.data == {"client_id": made["client_id"], "revoked": True}
    assert interlog("app", "list", *ACME, "--json", db=database_url).data["applications"][0]["state"] == "revoked"


def test_a_public_application_has_no_secret(interlog: Run, init: Init, tmp_path: Any) -> None:
    """None is printed, neither for people nor for programs."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    init(url)
    options = ("--name", "Phone", "--redirect-uri", "com.example.app:/back", "--public")
    assert interlog("app", "create", *ACME, *options, "--json", db=url).data["client_secret"] is None
    assert "Secret" not in interlog("app", "create", *ACME, *options, db=url).out


def test_what_is_wrong_is_told(interlog: Run, init: Init, tmp_path: Any) -> None:
    """Nothing is registered, and the exit code says so."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    init(url)
    wrong = {
        "--redirect-uri": "javascript:x",
        "--token-lifetime": "soon",
        "--callback": "mail:x",
        "--organization": "x",
    }
    for options in wrong.items():
        done = interlog("app", "create", *ACME, "--name", "x", *options, "--json", db=url)
        assert done.code != 0 and done.error
    assert interlog("app", "revoke", "app1_x", *ACME, db=url).code != 0
    assert interlog("app", "list", *ACME, "--json", db=url).data == {"applications": []}


async def test_a_password_is_read_from_standard_input(
    interlog: Run, init: Init, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It signs its user in; a short one is refused."""
    init(database_url)
    for text, code in (("correct horse\n", 0), ("short\n", 2)):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        assert interlog("user", "password", *ACME, "--user", "mia@own.example", db=database_url).code == code

    ledger = await Ledger.open(database_url)
    acme = await ledger.tenants.by_name("acme")
    user = await ledger.passwords.check(acme, "mia@own.example", "correct horse")
    with pytest.raises(Unauthenticated):
        await ledger.passwords.check(acme, "mia@own.example", "short")
    await ledger.close()
    assert user.person_id == 1
