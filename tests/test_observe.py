"""What a server writes about itself."""

import json
import subprocess
import sys

SCRIPT = """
import logging, structlog
from interlog.observe import configure_logging
from interlog.settings import Settings

configure_logging(Settings(log_format="{log_format}"))
token = "secret-of-a-token"
try:
    raise ValueError("it broke")
except ValueError:
    logging.getLogger("library").exception("theirs")
    structlog.get_logger().exception("ours")
structlog.get_logger().debug("too little to say")
structlog.get_logger().info("hello", count=1)
"""


def logged(log_format: str) -> str:
    """Return what a process that logs writes to standard error."""
    script = SCRIPT.format(log_format=log_format)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


class TestConfigureLogging:
    def test_json_is_one_object_a_line_also_for_libraries_and_tracebacks(self) -> None:
        """Every line can be read by a machine, whoever wrote the message."""
        theirs, ours, hello = (json.loads(line) for line in logged("json").splitlines())
        assert (theirs["event"], theirs["logger"], theirs["level"]) == ("theirs", "library", "error")
        assert ours["event"] == "ours"
        assert "it broke" in theirs["exception"]
        assert "it broke" in ours["exception"]
        assert (hello["event"], hello["level"], hello["count"]) == ("hello", "info", 1)
        assert "timestamp" in hello

    def test_no_traceback_shows_the_values_of_variables(self) -> None:
        """A token that is in somebody's hands when things go wrong does not reach the log."""
        for log_format in ("json", "console"):
            text = logged(log_format)
            assert "it broke" in text
            assert text.count("secret-of-a-token") == 0
