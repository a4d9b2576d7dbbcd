"""The pages that belong to one client, as tabs: those that exist and that the reader may open."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import NoReverseMatch, resolve, reverse

from clients.selectors.clients import Permissions

PAGES = (
    ("billing:client", "Money"),
    ("clients:record", "Person"),
    ("clients:parties", "Responsible parties"),
    ("clients:coverages", "Insurance"),
    ("clients:diagnoses", "Diagnoses"),
    ("clients:consents", "Consents"),
    ("clients:fee_agreements", "Fees"),
    ("billing:client_cycle", "How often billed"),
    ("billing:client_letters", "Letters"),
    ("billing:looks", "Who looked"),
    ("billing:release", "Copy"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the client."""

    url: str
    label: str
    is_current: bool


def of(client_id: UUID, *, current: str, permissions: Permissions) -> list[Tab]:
    """Return a client's tabs; ``current`` is the name of the route that is being shown."""
    return [
        Tab(url, label, route == current)
        for route, label in PAGES
        if (url := _url(route, client_id)) and _opens(url, permissions)
    ]


def _url(route: str, client_id: UUID) -> str:
    try:
        return reverse(route, kwargs={"pk": client_id})
    except NoReverseMatch:
        return ""


def _opens(url: str, permissions: Permissions) -> bool:
    view = resolve(url).func.view_class  # type: ignore[attr-defined]  # set by as_view()
    return view.permission is None or view.permission in permissions
