"""Names and addresses, each given once: of organizations, their domains, persons and their e-mail addresses."""

import re
import unicodedata
from functools import lru_cache
from random import Random

from .persons import CULTURES, SPECIAL
from .places import CITIES, ONSETS, PRIVATE_DOMAINS, RHYMES, TOWNS
from .sectors import NAMES, Sector


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return the text in lower case with nothing but a to z, 0 to 9 and hyphens, for domains and mailboxes."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text.lower()).translate(SPECIAL))
    return re.sub(r"[^a-z0-9-]", "", spread)


class Namer:
    """Makes names and addresses and never the same one twice, except that two persons may share a name."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._names: set[str] = set()
        self._domains: set[str] = set()
        self._addresses: set[str] = set()
        self._persons: set[tuple[str, str]] = set()

    def organization(self, kind: str, sector: Sector | None) -> tuple[str, str]:
        """Return name and sector of an organization of this kind (of this sector, if it is a company)."""
        name, label = self._candidate(kind, sector)
        for _ in range(60):
            if name not in self._names:
                break
            name, label = self._candidate(kind, sector)
        while name in self._names:
            # All of the plain names are taken.
            name = f"{name.split(',')[0]}, {self._rng.choice(CITIES)}"
            if name in self._names:
                name = f"{self._word()} {name}"
        self._names.add(name)
        return name, label

    def domains(self, name: str) -> tuple[str, ...]:
        """Return one domain of the organization, or now and then two."""
        rng = self._rng
        words = [word for word in map(plain, name.split()) if word not in ("of", "")]
        stem = "".join(words) if len(words) < 3 else "-".join(words[:3])
        if stem in self._domains:
            stem = f"{stem}-{next(n for n in range(2, 1000) if f'{stem}-{n}' not in self._domains)}"
        self._domains.add(stem)
        if rng.random() > 0.1:
            return (f"{stem}.example",)
        second = f"{rng.choice(('get-', 'go-', 'my-'))}{stem}" if rng.random() < 0.5 else f"{stem}-group"
        self._domains.add(second)
        return (f"{stem}.example", f"{second}.example")

    def person(self) -> tuple[str, str]:
        """Return first and last name, mostly of one culture."""
        rng = self._rng
        for _ in range(6):
            first, last = rng.choice(CULTURES)
            if rng.random() < 0.12:
                last = rng.choice(CULTURES)[1]
            name = (rng.choice(first), rng.choice(last))
            if name not in self._persons:
                break
        self._persons.add(name)
        return name

    def address(self, first: str, last: str, domain: str, style: int) -> str:
        """Return an e-mail address that nobody else has. ``style`` is the same for everyone at an organization."""
        a, b = plain(first), plain(last)
        mailbox = (f"{a}.{b}", f"{a[:1]}.{b}", f"{a}.{b}", a, f"{a}.{b}")[style % 5]
        address = f"{mailbox}@{domain}"
        if address in self._addresses:
            mailbox = f"{a}.{b}"
            address = f"{mailbox}@{domain}"
        number = 2
        while address in self._addresses:
            address = f"{mailbox}{number}@{domain}"
            number += 1
        self._addresses.add(address)
        return address

    def private_address(self, first: str, last: str) -> str:
        """Return an address at one of the invented mailbox providers."""
        return self.address(first, last, self._rng.choice(PRIVATE_DOMAINS), 0)

    def _word(self) -> str:
        return self._rng.choice(ONSETS) + self._rng.choice(RHYMES)

    def _family(self) -> str:
        return self._rng.choice(self._rng.choice(CULTURES)[1])

    def _candidate(self, kind: str, sector: Sector | None) -> tuple[str, str]:
        rng = self._rng
        if sector:
            word, about = self._word(), rng.choice(sector.words)
            name = rng.choice((word, word, f"{word} {about}", f"{word} {about}", f"{word} {about}", f"{word} One"))
            return name, sector.name
        pattern, label = rng.choice(NAMES[kind])
        return pattern.format(
            word=self._word(), town=rng.choice(TOWNS), family=self._family(), family2=self._family()
        ), label
