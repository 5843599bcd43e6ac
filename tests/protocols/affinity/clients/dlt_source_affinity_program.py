"""Reads what dlt-source-affinity extracts for a pipeline, resource by resource, as the lines of the input say."""

import json
import os
import sys
from typing import Any

base, token = sys.argv[1:]
os.environ |= {"AFFINITY_API_KEY": token, "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}

import dlt_source_affinity  # noqa: E402 - it reads the key when it is imported
from dlt_source_affinity import rest_client  # noqa: E402
from dlt_source_affinity.helpers import ListReference  # noqa: E402

rest_client.get_v1_rest_client.__defaults__ = rest_client.get_v2_rest_client.__defaults__ = (token, base)


def extracted(resource: str, lists: list[int]) -> list[Any]:
    """Return the rows of a resource, and those of other tables that it brings along."""
    source = dlt_source_affinity.source(list_refs=[ListReference(list_id) for list_id in lists])
    return list(source.with_resources(resource))


for line in sys.stdin:
    asked = json.loads(line)
    try:
        text = json.dumps({"result": extracted(asked["path"][0], **asked["args"])}, default=str)
    except Exception as error:
        text = json.dumps({"error": f"{type(error).__name__}: {error}"})
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
