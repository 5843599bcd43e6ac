"""What is a name or an e-mail address of a person."""

from collections.abc import Iterable, Sequence

from .errors import Problem
from .parties import normal_email

MAX_NAME = 500
MAX_EMAIL = 320


def distinct_emails(emails: Iterable[str]) -> tuple[str, ...]:
    """Return addresses without repetitions, in the order given."""
    return tuple({normal_email(email): email.strip() for email in reversed(list(emails))}.values())[::-1]


def plain_name(text: str | None) -> str:
    """Return what of a name that came from elsewhere can be kept; empty where there is nothing."""
    return (text or "").replace("\x00", "").strip()


def split_name(name: str) -> tuple[str, str]:
    """Return the first word of a name, and the rest."""
    first_name, _, last_name = name.partition(" ")
    return first_name[:MAX_NAME], last_name.strip()[:MAX_NAME]


def name_problems(first_name: str | None, last_name: str | None) -> list[Problem]:
    """Return what is wrong with a person's names; None is a name that is not changed."""
    problems = []
    for path, value in (("first_name", first_name), ("last_name", last_name)):
        if value is not None and len(value) > MAX_NAME:
            problems.append(Problem(path, f"must not be longer than {MAX_NAME} characters", "too_long"))
        if value is not None and "\x00" in value:
            problems.append(Problem(path, "must not contain the character U+0000", "character"))
    if first_name is not None and not first_name.strip() and not (last_name or "").strip():
        problems.append(Problem("first_name", "must not be empty", "missing"))
    return problems


def email_problems(emails: Sequence[str]) -> list[Problem]:
    """Return what is wrong with e-mail addresses as such."""
    problems = []
    for index, email in enumerate(emails):
        local, _, domain = email.strip().rpartition("@")
        if not local or not domain or any(c.isspace() or not c.isprintable() for c in email.strip()):
            problems.append(Problem(f"emails[{index}]", "must be an e-mail address"))
        elif len(email) > MAX_EMAIL:
            problems.append(Problem(f"emails[{index}]", f"must not be longer than {MAX_EMAIL} characters", "too_long"))
    return problems
