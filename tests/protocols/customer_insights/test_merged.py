"""Contacts that were merged into others: where they have gone is said, and late references find the survivor."""

from interlog.model.parties import Party
from tests.serving import Firm

from .data import Data, error_of


def test_a_contact_that_is_gone_leads_to_the_survivor(firm: Firm) -> None:
    """Its id is not found, and the answer names the survivor; a write by it is refused, and so names him, too."""
    data = Data(firm)
    for key, name in (("C-1", "Uta"), ("C-2", "Ute")):
        assert data.send_lines("/Contacts", [{"ProfileId": key, "FirstName": name}]).json()["accepted"] == 1
    ledger = firm.ledger
    persons, _ = firm.server.run(ledger.persons.page(data.firm.actor, limit=99))
    ids = {person.first_name: person.id for person in persons}
    merge = firm.server.run(ledger.merges.merge(firm.actor, Party.PERSON, ids["Uta"], ids["Ute"]))

    gone = data.get("/Contacts('C-2')")
    assert error_of(gone) == (404, "ResourceNotFound")
    assert "merged into C-1" in gone.text
    assert data.get("/Contacts('C-1')").json()["FirstName"] == "Uta"
    written = data.send_lines("/Contacts", [{"ProfileId": "C-2", "FirstName": "X"}])
    assert written.json()["accepted"] == 0
    assert "C-1" in written.text

    firm.server.run(ledger.merges.undo(firm.actor, merge.id))
    assert data.get("/Contacts('C-2')").json()["FirstName"] == "Ute"
