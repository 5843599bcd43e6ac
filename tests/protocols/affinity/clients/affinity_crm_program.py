"""Calls affinity-crm, in whose environment this runs, as the lines of its input say.

The argument ``value`` is a model of the library, of which the one part is given.
"""

import dataclasses
import json
import sys
from contextlib import redirect_stdout

from affinity.client import Client, endpoints
from affinity.core import models

base, token = sys.argv[1:]
endpoints.BASE_URL = base
client = Client(token)
for line in sys.stdin:
    asked = json.loads(line)
    (resource, method), args = asked["path"], asked["args"]
    if isinstance(args.get("value"), dict):
        args["value"] = models.Value(**args["value"])
    try:
        target = getattr(client, resource)(**args.pop("of", {}))
        with redirect_stdout(sys.stderr):  # it prints what it lists
            answer = {"result": getattr(target, method)(**args)}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(answer, default=dataclasses.asdict) + "\n")
    sys.stdout.flush()
