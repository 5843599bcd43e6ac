"""A plug-in for pytest in affinity-sdk's environment: whoever makes a client there makes one of our server.

What is written here is read at once, so that nobody has to wait as the suite does. A module of it asks for a fixture by
a name that its own conftest does not have.
"""

import os
import time

import affinity
import pytest

base = os.environ["AFF_BASE"]
for client in (affinity.Affinity, affinity.AsyncAffinity):
    client.__init__.__kwdefaults__["v1_base_url"] = base
    client.__init__.__kwdefaults__["v2_base_url"] = f"{base}/v2"
time.sleep = lambda seconds: None


@pytest.fixture
def _sandbox_client(sandbox_client: affinity.Affinity) -> affinity.Affinity:
    return sandbox_client
