"""Every item of the specification's checklist, and every decision of its, is shown by a test (spec 18, spec 20)."""

from pathlib import Path

import pytest

from interlog.protocols.affinity.checklist import ITEMS, shown_by

SHOWN = shown_by(Path(__file__).parent)


@pytest.mark.parametrize("item", ITEMS)
def test_a_test_shows_it(item: str) -> None:
    """An item that no test names is one that nobody has shown."""
    assert SHOWN.get(item)


def test_no_test_names_another() -> None:
    """What a test says that it shows is on the list."""
    assert set(SHOWN) - set(ITEMS) == set()


def test_what_is_read_of_docstrings(tmp_path: Path) -> None:
    """Lists of items and decisions are read in parentheses only, of tests and their classes."""
    (tmp_path / "test_x.py").write_text(
        'class TestX:\n    """All (spec 20, items 3, 4 and 5; D6)."""\n'
        '    def test_y(self):\n        """Item 7 (item 8)."""\n'
        'def helper():\n    """None (item 9)."""\n'
    )
    of_class = {item: ["test_x::TestX"] for item in ("3", "4", "5", "D6")}
    assert shown_by(tmp_path) == of_class | {"8": ["test_x::TestX::test_y"]}
