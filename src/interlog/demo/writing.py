"""Puts sentences together: log entries, titles, e-mails, chat messages."""

from random import Random

from .facts import Facts, Slots
from .phrases.chats import CHAT_ANSWERING, CHAT_ASKING, CHAT_GREETINGS, CHAT_TELLING, CHATS
from .phrases.mails import ACKNOWLEDGEMENTS, CLOSINGS, EXTRAS, GREETINGS, LEADS, SUMMARIES
from .phrases.moods import MOODS
from .phrasing import Pool, Topic, capitalize
from .relations import Contact, Deal, Relation

_CHATS = Pool(CHATS)
_MOODS = Pool(MOODS)
_ACKNOWLEDGEMENTS = Pool(ACKNOWLEDGEMENTS)
_LEADS = Pool(LEADS)
_SUMMARIES = Pool(SUMMARIES)
_EXTRAS = Pool(EXTRAS)

# What is counted per relation and topic, so that no pool repeats itself before its time.
_LOGS, _OURS, _THEIRS, _TITLES, _SUBJECTS, _CHATS_OUT, _CHATS_IN = range(7)


class Writer:
    """Writes the texts of one run through time, and remembers which phrases each relation has used."""

    def __init__(self, rng: Random, facts: Facts, staff: dict[int, str]) -> None:
        self._random = rng.random
        self._facts = facts
        self._staff = staff
        self._turns: dict[int, int] = {}
        self.slots = Slots(rng)

    def set_scene(self, relation: Relation, contact: Contact | None, host: int, colleague: int = 0) -> None:
        """Say who takes part; the texts that follow are about them."""
        slots = self.slots
        slots.clear()
        slots.update(self._facts.of(relation))
        staff = self._staff
        slots["me"] = staff[host]
        slots["us"] = staff[colleague or (relation.second if relation.second != host else relation.team[0])]
        if contact is not None:
            slots["p"] = contact.first
            slots["q"] = contact.full
            others = relation.account.contacts if isinstance(relation, Deal) else relation.contacts
            if len(others) > 1:
                slots["x"] = (others[1] if others[0] is contact else others[0]).first
            else:
                slots["x"] = "a colleague"

    def log(self, topic: Topic, relation: Relation, mood: bool = True) -> str:
        """Return one to five sentences on what was discussed."""
        salt = relation.salt
        turn = self._turn(relation, topic, _LOGS)
        roll = self._random()
        parts = [topic.openers.at(salt, turn) if turn else topic.first.at(salt, 0)]
        if roll > 0.12:
            parts.append(topic.details.at(salt, 2 * turn))
            if roll > 0.55:
                parts.append(topic.details.at(salt, 2 * turn + 1))
        # The second decimals are as random as the first.
        roll = roll * 10 % 1
        if mood and roll > 0.72:
            parts.append(_MOODS.at(salt, turn))
        if roll < 0.8:
            parts.append(topic.steps.at(salt, turn))
        return " ".join(parts).format_map(self.slots)

    def agenda(self, topic: Topic, relation: Relation) -> str:
        """Return what a meeting that is still to come is about."""
        salt = relation.salt
        turn = self._turn(relation, topic, _LOGS)
        first, second = topic.steps.at(salt, turn), topic.steps.at(salt, turn + 1)
        return f"To prepare: {first} {second}".format_map(self.slots)

    def meeting_title(self, topic: Topic, relation: Relation) -> str:
        """Return the title of a meeting."""
        return self._title(topic.meetings, topic, relation, _TITLES)

    def call_title(self, topic: Topic, relation: Relation) -> str:
        """Return the title of a call."""
        return self._title(topic.calls, topic, relation, _TITLES)

    def subject(self, topic: Topic, relation: Relation) -> str:
        """Return the subject of a new e-mail."""
        return self._title(topic.mails, topic, relation, _SUBJECTS)

    def summary_subject(self, topic: Topic, relation: Relation) -> str:
        """Return the subject of the e-mail that sums up a conversation."""
        return self._title(topic.summaries, topic, relation, _SUBJECTS)

    def mail(self, topic: Topic, relation: Relation, sent: bool, kind: str) -> str:
        """Return the text of an e-mail. ``kind`` is ``first``, ``reply`` or ``summary``."""
        turn = self._turn(relation, topic, _OURS if sent else _THEIRS)
        salt = relation.salt
        line = (topic.ours if sent else topic.theirs).at(salt, turn)
        roll = self._random()
        if kind == "reply":
            # The two sides must not use the same words in turn.
            if roll < 0.5:
                line = _ACKNOWLEDGEMENTS.at(salt + 5 * sent, turn)
            elif not line.startswith("Thank"):
                line = f"{_LEADS.at(salt + 7 * sent, turn)} {line}".lstrip()
        elif kind == "summary":
            opening = _SUMMARIES.at(salt, turn)
            line = line if line.startswith(("Thank", "It was good")) else f"{opening} {line}"
        # A bare acknowledgement needs no more words.
        if roll > 0.5 and roll * 10 % 1 < 0.6:
            line = f"{line} {_EXTRAS.at(salt + 3 * sent, turn)}"
        slots = self.slots
        sender, receiver = (slots["me"], slots["p"]) if sent else (slots["p"], slots["me"])
        greeting = GREETINGS[int(roll * 997) % len(GREETINGS)].format(to=receiver)
        closing = CLOSINGS[int(roll * 9973) % len(CLOSINGS)]
        return f"{greeting}\n\n{capitalize(line.format_map(slots))}\n\n{closing}\n{sender}"

    def chat(self, topic: Topic, relation: Relation, sent: bool) -> tuple[str, str]:
        """Return a chat message and the answer to it."""
        turn = self._turn(relation, topic, _CHATS_OUT if sent else _CHATS_IN)
        salt = relation.salt
        slots = self.slots
        roll = self._random()
        if roll < 0.38:
            message, answer = _CHATS.at(salt + 11 * sent, turn)
        else:
            message, answer = (topic.asks if sent else topic.hears).at(salt, turn)
            ends = CHAT_ASKING if message[-1] == "?" else CHAT_TELLING
            message += ends[int(roll * 9973) % len(ends)]
            answer += CHAT_ANSWERING[int(roll * 99991) % len(CHAT_ANSWERING)]
        # Some people greet, whatever the matter.
        if roll * 10 % 1 > 0.6 and message[:2] != "Hi":
            message = f"{CHAT_GREETINGS[int(roll * 997) % len(CHAT_GREETINGS)]} {message}"
            slots["to"] = slots["p"] if sent else slots["me"]
        return capitalize(message.format_map(slots)), capitalize(answer.format_map(slots))

    def _title(self, pool: Pool[str], topic: Topic, relation: Relation, what: int) -> str:
        return capitalize(pool.at(relation.salt, self._turn(relation, topic, what)).format_map(self.slots))

    def _turn(self, relation: Relation, topic: Topic, what: int) -> int:
        key = relation.index << 9 | topic.number << 3 | what
        turn = self._turns.get(key, 0)
        self._turns[key] = turn + 1
        return turn
