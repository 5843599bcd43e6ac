"""Things that commands are tried with: each is made through version 1 when a command names it."""

from pathlib import Path
from typing import Any

from interlog.model.instants import DAY, now
from tests.serving import Firm

from .conftest import PREFIX
from .routes import receiver


class Things(dict[str, Any]):
    """``things["entry"]`` is the id of an entry of a list, made with all that it needs when it is first asked for.

    What a method makes is known by its name; ``other_person`` is one more of what ``_person`` makes.
    """

    def __init__(self, firm: Firm, folder: Path | None) -> None:
        super().__init__(me=firm.mia.id, deals=firm.deals(), folder=folder)
        self.firm, self.api = firm, firm.caller(PREFIX)

    def __missing__(self, name: str) -> Any:
        make = getattr(self, f"_{name}", None) or getattr(self, f"_{name.rpartition('_')[2]}")
        self[name] = made = make()
        return made

    def _made(self, path: str, **body: Any) -> Any:
        response = self.api.post(path, **body)
        assert response.is_success, response.text
        return response.json()

    def _id(self, path: str, **body: Any) -> int:
        made: int = self._made(path, **body)["id"]
        return made

    # persons, companies and opportunities

    def _person(self) -> int:
        return self._id("/persons", first_name="Ola", last_name="Berg", emails=[])

    def _zoe(self) -> int:
        return self._id("/persons", first_name="Zoe", last_name="Abt", emails=["zoe@x.example"])

    def _company(self) -> int:
        return self._id("/organizations", name="Client", domain="client.example")

    def _deal(self) -> int:
        return self._id("/opportunities", name="Deal", list_id=self["deals"])

    # lists, fields and values

    def _people(self) -> int:
        return self._id("/lists", name="People", type=0, is_public=True)

    def _entry(self) -> int:
        return self._id(f"/lists/{self['people']}/list-entries", entity_id=self["listed_person"])

    def _new_field(self, name: str, kind: int, value_type: int = 6, **more: Any) -> str:
        return f"field-{self._id('/fields', name=name, entity_type=kind, value_type=value_type, **more)}"

    def _value(self, field: str, value: Any, entity: int, **more: Any) -> str:
        number = int(field.removeprefix("field-"))
        self._id("/field-values", field_id=number, value=value, entity_id=entity, **more)
        return field

    def _stage(self) -> str:
        return self._new_field("Stage", 0, list_id=self["people"])

    def _won(self) -> str:
        return self._value(self["stage"], "Won", self["listed_person"], list_entry_id=self["entry"])

    def _rank(self) -> str:
        options = [{"text": "High", "rank": 1, "color": 1}]
        return self._new_field("Rank", 0, 7, list_id=self["people"], dropdown_options=options)

    def _option(self) -> int:
        (field,) = (item for item in self.api.get("/fields").json() if f"field-{item['id']}" == self["rank"])
        found: int = field["dropdown_options"][0]["id"]
        return found

    def _hobby(self) -> str:
        return self._new_field("Hobby", 0)

    def _chess(self) -> str:
        return self._value(self["hobby"], "chess", self["person"])

    def _industry(self) -> str:
        return self._new_field("Industry", 1)

    def _probability(self) -> str:
        return self._new_field("Probability", 8, 3, list_id=self["deals"])

    # interactions, notes, reminders

    def _logged(self, type_: int) -> int:
        persons = [self["me"], self["met_person"]]
        return self._id("/interactions", type=type_, person_ids=persons, content="hello", date="2026-03-05T09:15Z")

    def _meeting(self) -> int:
        return self._logged(0)

    def _call(self) -> int:
        return self._logged(1)

    def _friend(self) -> int:
        """Somebody with whom we have just spoken."""
        person = self.firm.person("Kim", "Ruiz", "kim@client.example")
        self.firm.log("Meeting", now() - DAY, self.firm.mia, person)
        return person.id

    def _known_company(self) -> int:
        assert self["friend"]
        return self._company()

    def _note(self) -> int:
        return self._id("/notes", content="Likes tea", person_ids=[self["noted_person"]])

    def _replied(self) -> int:
        self._id("/notes", content="With milk", parent_id=self["note"])
        note: int = self["note"]
        return note

    def _reminder(self) -> int:
        about = {"owner_id": self["me"], "person_id": self["person"]}
        return self._id("/reminders", type=0, due_date="2030-01-01", content="Remember", **about)

    # files, webhooks, merges

    def _upload(self) -> Path:
        path: Path = self["folder"] / "upload.txt"
        path.write_text("Content")
        return path

    def _attached(self, name: str, entity: int) -> int:
        response = self.api.request(
            "POST", "/entity-files", data={name: str(entity)}, files={"file": ("terms.txt", b"Content")}
        )
        assert response.json() == {"success": True}, response.text
        found: int = self.api.get("/entity-files", **{name: entity}).json()["entity_files"][0]["id"]
        return found

    def _person_file(self) -> int:
        return self._attached("person_id", self["person"])

    def _company_file(self) -> int:
        return self._attached("organization_id", self["company"])

    def _deal_file(self) -> int:
        return self._attached("opportunity_id", self["deal"])

    def _receiver(self) -> str:
        return receiver().url

    def _webhook(self) -> int:
        return self._id("/webhook/subscribe", webhook_url=self["receiver"], subscriptions=["list.created"])

    def _merged(self, kind: str) -> str:
        """Return the address of the task by which two were merged."""
        ids = {f"{role}{kind.title()}Id": self[f"{role}_{kind}"] for role in ("primary", "duplicate")}
        url: str = self._made(f"/v2/{kind}-merges", **ids)["taskUrl"]
        return url

    def _person_task(self) -> str:
        return self._merged("person")

    def _company_task(self) -> str:
        return self._merged("company")

    def _merge(self, kind: str) -> int:
        assert self[f"{kind}_task"]
        found: int = self.api.get(f"/v2/{kind}-merges").json()["data"][0]["id"]
        return found

    def _person_merge(self) -> int:
        return self._merge("person")

    def _company_merge(self) -> int:
        return self._merge("company")
