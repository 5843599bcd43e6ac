"""The command line: one module per noun.

The libraries of the server are imported inside the commands that need them, so that ``--help`` answers at once.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from cyclopts import App, CycloptsError, Parameter

from ..model.errors import InterlogError
from . import app as applications
from . import db, fdc3, importing, output, token, user
from .demo import demo
from .init import init
from .serve import serve

app = App(
    name="interlog",
    help="""Interlog: a self-hosted system of record for interactions.

    ```console
    $ interlog serve --demo
    $ interlog init --tenant acme --domain own.example --owner "Mia Kern <mia@own.example>"
    $ interlog serve
    ```

    Exit codes: 0 done, 1 failed, 2 the command line or the settings are wrong.
    """,
    version=lambda: version("interlog"),
    default_parameter=Parameter(show_default=False),
)
app.command(serve)
app.command(init)
app.command(token.app)
app.command(user.app)
app.command(applications.app)
app.command(db.app)
app.command(fdc3.app)
app.command(importing.app)
app.command(demo)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 1 failed, 2 the command line or the settings are wrong."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    json = "--json" in arguments
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        code = output.fail_usage(str(error), json=json)
    except InterlogError as error:
        code = output.fail(error, json=json)
    sys.exit(code or 0)
