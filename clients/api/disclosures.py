"""What clients have restricted is not told to programs: left out of lists, refused by itself."""

from functools import partial

from accounts.api.problems import Fault
from accounts.api.views import ApiView
from clients.models import Client, Restriction
from clients.selectors import restrictions
from clients.selectors.restrictions import Purpose
from clients.services import restrictions as services


def require_open(view: ApiView, client: Client, *, purpose: Purpose) -> None:
    """Refuse to tell a program about a client whatever a running restriction keeps back.

    Raises:
        Fault: 403 with the rule in words; the log hears of it.
    """
    refuse(view, client, restrictions.blocks(client, purpose=purpose), purpose=purpose)


def refuse(view: ApiView, client: Client, found: list[Restriction], *, purpose: Purpose) -> None:
    """Refuse because of these restrictions, if there are any.

    Raises:
        Fault
    """
    if found:
        kinds = services.kinds_of(found)
        view.tells = partial(services.note_refusal, client, kinds=kinds, purpose=purpose)
        raise Fault(403, str(services.Restricted(kinds)))
