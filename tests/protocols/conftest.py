"""The running server, for the tests of every protocol."""

from tests.serving import any_firm, any_server, firm, server, server_of

__all__ = ["any_firm", "any_server", "firm", "server", "server_of"]
