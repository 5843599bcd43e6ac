"""A financial desktop in Chromium: another firm's agent, an app that raises intents, our page (spec of FDC3, 11.1)."""

import functools
import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Frame, Page

from tests.browser.chromium import PATIENCE_MS
from tests.node import NODE, packages

HERE = Path(__file__).parent
PAGE = '<!doctype html><title>{name}</title><body><script type="module" src="/{name}.js"></script></body>'


def build(folder: Path) -> None:
    """Bundle the agent and the raiser with the packages that they need."""
    modules = packages() / "node_modules"
    for name in ("agent", "raiser"):
        (folder / f"{name}-source.js").write_text((HERE / f"{name}.js").read_text())
        subprocess.run(
            [NODE, str(modules / "esbuild" / "bin" / "esbuild"), str(folder / f"{name}-source.js"), "--bundle",
             "--format=esm", "--log-level=error", f"--outfile={folder / f'{name}.js'}"],
            check=True, env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin"}, timeout=120,
        )  # fmt: skip
        (folder / f"{name}.html").write_text(PAGE.format(name=name))
    (folder / "small.js").write_text((HERE / "small.js").read_text())
    (folder / "small.html").write_text(PAGE.format(name="small"))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve a folder on all names of this machine; gives the port."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


class Desktop:
    """The agent's page. ``site``: the host under which the agent is served; another one than ours is another site."""

    def __init__(
        self, page: Page, base: str, port: int, *, site: str = "127.0.0.1", directory: str | None = None
    ) -> None:
        self.page = page
        self.base = base
        self.own = f"http://{site}:{port}"
        raiser = f"{self.own}/raiser.html"
        asked = urlencode({"directory": directory or f"{base}/fdc3/v2/apps", "raiser": raiser})
        page.goto(f"{self.own}/agent.html?{asked}")
        page.evaluate("() => window.ready")

    def frame(self, name: str, address: str) -> Frame:
        """Show a page in a frame of the agent's."""
        self.page.evaluate(
            """([name, address]) => {
              const frame = document.createElement('iframe');
              Object.assign(frame, { name, src: address, width: 400, height: 700 });
              document.body.append(frame);
            }""",
            [name, address],
        )
        return frame_of(self.page, name)

    def ours(self, query: str = "") -> Frame:
        """Show our page, and wait until it is connected."""
        frame = self.frame("interlog", f"{self.base}/fdc3/app{query}")
        frame.wait_for_function("() => document.getElementById('agent').textContent.startsWith('Connected')")
        return frame

    def raiser(self) -> Frame:
        """Show the app that raises intents, and wait until it is connected."""
        frame = self.frame("raiser", f"{self.own}/raiser.html")
        frame.wait_for_function("() => window.agent !== undefined")
        return frame


def frame_of(page: Page, name: str) -> Frame:
    """Return a frame of a page once it is there."""
    for _ in range(PATIENCE_MS // 25):
        found = page.frame(name)
        if found is not None and found.url != "about:blank":
            return found
        page.wait_for_timeout(25)
    raise AssertionError(f"there is no frame {name}")


def raised(raiser: Frame, intent: str, context: Any, app: Any = None, seconds: float = 20) -> Any:
    """Have the app raise an intent; returns the result, or the error as ``{"error": …}``."""
    return raiser.evaluate(
        """async ([intent, context, app, limit]) => {
          const within = (promise) => Promise.race([promise,
            new Promise((_, reject) => setTimeout(() => reject(new Error('nothing came')), limit))]);
          try {
            const resolution = await within(window.agent.raiseIntent(intent, context, app || undefined));
            return (await within(resolution.getResult())) || null;
          } catch (error) {
            return { error: error.message };
          }
        }""",
        [intent, context, app, seconds * 1000],
    )
