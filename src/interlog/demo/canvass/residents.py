"""Who lives there: names, ages, ways to reach them."""

from datetime import date
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from ..places import words
from .city import Household

_WOMEN = words(
    "Mary Jennifer Linda Karen Susan Jessica Sarah Lisa Emily Ashley Michelle Amanda Laura Amy Megan Hannah Rachel "
    "Anna Julie Katherine Nicole Kelly Emma Heather Stephanie Rebecca Abigail Grace Olivia Carol Diane Barbara "
    "Judith Margaret Kathleen Joan Maria Ana Elena Rosa Lucia Carmen Sofia Mai Pa Yer Ling Mei Xia Aaliyah Imani "
    "Keisha Latoya Fatima Amina Priya Anjali Ingrid Greta Solveig Astrid Birgit Claire Audrey Nora Ruth Esther "
    "Miriam Ada Beth Cora Della Edith Flora Gail Hazel Iris June Kay Lois Mabel Nell Opal Pearl Quinn Rita Sally "
    "Tess Uma Vera Wanda Yvonne Zoe Bonnie Cheryl Donna Ellen Faye Gwen Holly Ivy"
)
_MEN = words(
    "James Michael Robert David John William Richard Joseph Thomas Daniel Matthew Andrew Mark Steven Paul Eric "
    "Ryan Jacob Benjamin Kevin Brian Jason Scott Jeffrey Nathan Adam Tyler Kyle Peter Gary Larry Dennis Roger "
    "Gerald Carl Jose Luis Carlos Juan Miguel Diego Javier Tou Kao Chue Wei Jun Hao Darnell Jamal Malik Tyrone "
    "Omar Yusuf Arjun Vikram Lars Olaf Nils Gunnar Erik Henry Oliver Jack Samuel Isaac Elijah Caleb Abel Bruno "
    "Clyde Dean Earl Floyd Glenn Harold Irwin Jerome Kurt Leon Milton Norman Otis Percy Quentin Ralph Saul Ted "
    "Ulysses Vernon Wade Xavier Yale Zane Boyd Cody Drew Emmett Frank Grant Hugh Ivan"
)
_SURNAMES = words(
    "Johnson Anderson Olson Nelson Larson Peterson Smith Miller Schmidt Schultz Mueller Meyer Schroeder Krueger "
    "Becker Wagner Hansen Thompson Jones Brown Davis Williams Wilson Moore Taylor Martin White Clark Lewis Young "
    "King Wright Hill Green Baker Adams Nguyen Vang Xiong Lee Yang Thao Moua Lor Her Garcia Martinez Hernandez "
    "Lopez Gonzalez Rodriguez Perez Sanchez Ramirez Torres Flores Rivera Kowalski Nowak Wisniewski Lewandowski "
    "Novak Svoboda Dvorak Jensen Christensen Sorensen Knutson Gunderson Halvorson Iverson Torgerson Amundson "
    "Bakken Dahl Engen Fosse Gran Hauge Ihle Juul Kjos Lien Moen Nygaard Opdahl Quam Ruud Sande Tveit Ulven Vik "
    "Wold Zimmer Ackerman Bauer Conrad Dietz Engel Fischer Graf Hahn Imhoff Jaeger Kaiser Lang Maurer Neumann Ott "
    "Pfeiffer Quast Richter Sauer Thiel Ulrich Vogel Weiss Ziegler Abbott Barnes Carter Dixon Ellis Foster Gibson "
    "Hayes Ingram Jordan Kemp Lawson Mason Norris Owens Parker Quigley Reed Shaw Tucker Underhill Vaughan Walsh "
    "York Begum Chowdhury Diallo Estrada Farah Gupta Hassan Iqbal Jain Kaur Lin Mendoza Ndiaye Ortiz Patel Qureshi "
    "Reyes Singh Tran Usman Vargas Wang Xu Yilmaz Zhang Ahmed Bello Cruz Dang Espinoza Fong Guerrero Ho Ibarra "
    "Jimenez Khan Lam Morales Nakamura Okafor Pham"
)
_DOMAINS = ("mailnest.example", "postbox.example", "homepost.example", "quietmail.example")
_SIZES, _SIZE_WEIGHTS = (1, 2, 3, 4, 5), (45, 35, 12, 6, 2)
_GENDERS, _GENDER_WEIGHTS = ("f", "m", "n", "o", "d"), (50, 46, 1, 1, 2)


class Resident(NamedTuple):
    """A person at home in a household. ``household`` is its key, ``priority`` the list that the contact stands on."""

    key: int
    household: int
    first: str
    last: str
    gender: str
    birthdate: date
    age: int
    email: str | None
    phones: tuple[str, ...]
    languages: tuple[str, ...]
    external_id: str | None
    priority: str


def residents(seed: int, homes: list[Household], count: int, today: date) -> list[Resident]:
    """Return this many residents, household by household; one in a hundred stands there twice, spelled otherwise."""
    rng = Random(f"{seed} residents")
    found: list[Resident] = []
    left = count
    for place, home in enumerate(homes):
        most = left - (len(homes) - place - 1)  # everybody else needs somebody too
        size = min(rng.choices(_SIZES, _SIZE_WEIGHTS)[0], most)
        if place == len(homes) - 1:
            size = left
        family = _surname(rng)
        for member in range(size):
            if found and found[-1].household == home.key and rng.random() < 0.02:
                found.append(_again(rng, len(found) + 1, found[-1]))
            else:
                last = family if member == 0 or rng.random() < 0.85 else _surname(rng)
                found.append(_resident(rng, len(found) + 1, home.key, last, today))
        left -= size
    return found


def _resident(rng: Random, key: int, household: int, last: str, today: date) -> Resident:
    gender = rng.choices(_GENDERS, _GENDER_WEIGHTS)[0]
    names = _WOMEN if gender == "f" or (gender != "m" and rng.random() < 0.5) else _MEN
    first = rng.choices(names, cum_weights=_frequencies(len(names)))[0]
    age = round(min(95, max(18, rng.gauss(47, 18))))
    born = date(today.year - age - 1, today.month, min(today.day, 28)).toordinal() + 1 + rng.randrange(364)
    draw = rng.random()
    languages = ("en",) if draw < 0.88 else ("es",) if draw < 0.96 else ("zh",) if draw < 0.98 else ("en", "es")
    phones = tuple(f"+1 608 555 01{rng.randrange(100):02d}" for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3))))
    email = f"{first}.{last}{key}@{rng.choice(_DOMAINS)}".lower()
    draw = rng.random()
    return Resident(
        key=key,
        household=household,
        first=first,
        last=last,
        gender=gender,
        birthdate=date.fromordinal(born),
        age=age,
        email=email if rng.random() < 0.55 else None,
        phones=tuple(dict.fromkeys(phones)) if rng.random() < 0.7 else (),
        languages=languages,
        external_id=f"V{key:07d}" if rng.random() < 0.6 else None,
        priority="high-priority" if draw < 0.1 else "do-not-knock" if draw > 0.95 else "normal",
    )


def _again(rng: Random, key: int, one: Resident) -> Resident:
    """Return the same person as another source spells the name."""
    first = one.first[:1] + "." if rng.random() < 0.5 else one.first.replace("nn", "n").replace("ph", "f")
    last = one.last if first != one.first else one.last + "e"
    return one._replace(key=key, first=first, last=last, email=None, external_id=None)


def _surname(rng: Random) -> str:
    return rng.choices(_SURNAMES, cum_weights=_frequencies(len(_SURNAMES)))[0]


@cache
def _frequencies(count: int) -> list[float]:
    """Return how often names occur, the first most often."""
    return list(accumulate(1 / (place + 12) for place in range(count)))
