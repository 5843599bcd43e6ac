"""A plug-in for pytest in affinity-sdk's environment: whoever makes a client there makes one of our server."""

import os

import affinity

base = os.environ["AFF_BASE"]
for client in (affinity.Affinity, affinity.AsyncAffinity):
    client.__init__.__kwdefaults__["v1_base_url"] = base
    client.__init__.__kwdefaults__["v2_base_url"] = f"{base}/v2"
