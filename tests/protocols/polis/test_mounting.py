"""Where the protocol is served, and what every refusal looks like before any handler is asked."""

import pytest

from tests.serving import RunningServer

from .conftest import refused


@pytest.mark.parametrize("path", ["/polis/v1/nowhere", "/polis/nowhere", "/v1/nowhere", "/v2/nowhere", "/polis"])
def test_unknown_paths_are_not_found(any_server: RunningServer, path: str) -> None:
    """Below the prefix and below the two versions at the root, an unknown path is this protocol's 404."""
    refused(any_server.http.get(any_server.base + path), 404, "NotFoundError")


def test_another_protocol_at_the_root_has_the_versions(any_server: RunningServer) -> None:
    """Where another protocol is served at the root, everything there is its own."""
    with any_server.with_settings(root="affinity") as base:
        assert "errors" in any_server.http.get(f"{base}/v2/persons").json()
        refused(any_server.http.get(f"{base}/polis/v2/nowhere"), 404, "NotFoundError")


def test_at_the_root(any_server: RunningServer) -> None:
    """Served at the root, the protocol answers there for paths without a version too."""
    with any_server.with_settings(root="polis") as base:
        for path in ("/nowhere", "/v1/nowhere", "/polis/nowhere"):
            refused(any_server.http.get(base + path), 404, "NotFoundError")
