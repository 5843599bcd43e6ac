"""Reading pages as a browser would: the forms on them."""

from html.parser import HTMLParser

import httpx2


class Form(HTMLParser):
    """The fields of a page's form as a browser would send them, and which of them are marked as wrong."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.wrong: set[str] = set()
        self._text: str | None = None
        self._select: tuple[str, str | None] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or ""
        if given.get("aria-invalid") == "true":
            self.wrong.add(name or given.get("data-role") or "")
        is_off = given.get("type") in ("checkbox", "radio") and "checked" not in given
        if tag == "input" and name and not is_off and given.get("type") != "file":
            self.fields.setdefault(name, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._text = name
            self.fields.setdefault(name, []).append("")
        elif tag == "select":
            self._select = (name, None)
        elif tag == "option" and self._select is not None:
            chosen, value = self._select
            if value is None or "selected" in given:
                self._select = (chosen, given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            self.fields[self._text][-1] = self.fields[self._text][-1].removeprefix("\n")
            self._text = None
        elif tag == "select" and self._select is not None:
            self.fields.setdefault(self._select[0], []).append(self._select[1] or "")
            self._select = None


def form_of(answer: httpx2.Response, mark: str = 'class="card form"') -> Form:
    """Return the form of a page, which must be one: ``mark`` stands in its tag."""
    start = answer.text.rindex("<form", 0, answer.text.index(mark))
    return Form(answer.text[start : answer.text.index("</form>", start)])
