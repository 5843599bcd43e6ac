"""Runs the suite's script of writes in affinity-sdk's environment, and tells what became of each of its parts.

The script ends with the first part that fails; here the others are run all the same. The argument is the file that is
written: ``{"verify_person_crud": "", …}``, with the traceback of what failed.
"""

import functools
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import point_at_us  # noqa: F401 - whose effect is wanted

from tests.integration import test_sdk_writes as script

report = Path(sys.argv[1])
found: dict[str, str] = {}


def told(part: Callable[..., Any]) -> Callable[..., Any]:
    """Return a part of the script that tells how it went, and raises nothing."""

    @functools.wraps(part)
    def run(*args: Any) -> Any:
        try:
            result = part(*args)
            found[part.__name__] = "" if result else "it returned False"
        except Exception:
            found[part.__name__] = traceback.format_exc()
            return None
        return result

    return run


for name, part in list(vars(script).items()):
    if name.startswith("verify_") and name != "verify_sandbox":
        setattr(script, name, told(part))
sys.argv = ["test_sdk_writes.py", "--include-beta"]
try:
    script.main()
finally:
    report.write_text(json.dumps(found))
