"""Statements of a run in one file, to be printed and put into envelopes."""

from collections.abc import Sequence

from audit.actions import Action
from audit.services import events
from billing.models import AccountStatement, StatementRun
from billing.selectors import statements
from billing.services import contents, typesetting
from clients.selectors import contacts


def printed(*, run: StatementRun, made: Sequence[AccountStatement]) -> bytes:
    """Return some statements of a run as one PDF, each with where it goes.

    They say what the kept documents say: both are set from the books as they were known.
    """
    people = [each.client_id for each in made]
    addresses = contacts.addresses(people, on=run.until)
    data = contents.bundle(made, addresses=addresses)
    touched = {*people, *statements.told_in(made)}
    events.record(Action.STATEMENT_RUN_PRINTED, target=run, touched=touched, count=len(made))
    try:
        return typesetting.pdf("statements", data)
    except typesetting.NotInFonts:
        return typesetting.pdf_of_anything("statements", data)
