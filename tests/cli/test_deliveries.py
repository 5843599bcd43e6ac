"""``interlog serve`` tells applications of changes, as far as its settings allow it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.conftest import Run, Serve
from tests.receiving import receiving
from tests.serving import wait_until

Init = Callable[[str], dict[str, Any]]

CAMPAIGN, CONTACT, SURVEY = (f"0000000{number}-0000-4000-8000-000000000000" for number in (1, 2, 3))


@pytest.mark.parametrize("allowed", [True, False])
def test_a_visit_is_pushed_to_an_application(
    interlog: Run, init: Init, serve: Serve, tmp_path: Path, allowed: bool
) -> None:
    """To this machine only where a setting says so; otherwise why not stands in the log of deliveries."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    bearer = {"Authorization": f"Bearer {init(url)['token']}"}
    with receiving() as receiver:
        options = ("--tenant", "acme", "--name", "Partner", "--callback", receiver.url)
        made = interlog("app", "create", *options, "--json", db=url).data
        switch = "--webhook-private" if allowed else "--no-webhook-private"
        with serve("--db", url, switch) as server:
            base = f"{server.url}/polis/v1"
            credentials = {"data": {"clientId": made["client_id"], "accessToken": "theirs"}}
            integration = httpx2.post(
                f"{base}/integrations/credentials", json=credentials, headers=bearer, timeout=30
            ).json()
            visit = {
                "campaignId": CAMPAIGN, "contactId": CONTACT, "timestamp": "2026-03-14T17:05:30Z",
                "survey": {"surveyId": SURVEY}, "unavailable": True,
            }  # fmt: skip
            stored = httpx2.post(f"{base}/interactions", json={"data": visit}, headers=bearer, timeout=30)
            assert stored.status_code == 201, stored.text

            log = f"{base}/integrations/{integration['id']}/deliveries"
            done: list[dict[str, Any]] = []

            def is_tried() -> bool:
                done[:] = httpx2.get(log, headers=bearer, timeout=30).json()["data"]
                return bool(done) and ("status" in done[0] or "problem" in done[0])

            wait_until(is_tried)
            assert server.stop() == 0

    (item,) = done
    assert item["state"] == ("delivered" if allowed else "waiting")
    assert [message.json["data"] for message in receiver.received] == ([stored.json()] if allowed else [])
    assert ("private network" in item.get("problem", "")) is not allowed
