"""axe-core: what people with disabilities could not use."""

from playwright.sync_api import Page

from tests.node import packages

_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page as it is once it is loaded: the rule, the help, and the elements."""
    page.wait_for_load_state()
    # Our policy runs no script that was not sent as a file; the browser's own evaluate is not bound by it.
    page.evaluate((packages() / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, rules)", _RULES)
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:300]} ({node.get('failureSummary', '')})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
