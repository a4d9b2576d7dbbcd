"""Somebody whose first working day it is: they have a password and no second step."""

from config.dev import people
from tests.journeys.house import HARBOR_LANE, House

PASSWORD = "kestrel quartz lantern nutmeg"  # of people who exist in journeys only

HIRE = """
from django.utils import timezone
from accounts.models import Role
from accounts.selectors import members
from accounts.services import members as service, users
from accounts.tenancy import practice_scope
from uuid import UUID

now = timezone.now()
user = users.create(email={email!r}, password={password!r}, now=now)
with practice_scope(UUID({practice_id!r})):
    role = Role.objects.get(slug={role!r})
    by = members.automaton()
    service.add(person_id=user.pk, display_name={name!r}, role=role, now=now, by=by)
"""


def hired(house: House, name: str, role: str = "auditor") -> people.Person:
    """Let somebody new into Harbor Lane, and return what they sign in with."""
    email = f"{name.split()[0].lower()}@harborlane.example"
    practice = house.person("administrator", HARBOR_LANE)
    with house.superuser() as connection:
        [practice_id] = connection.execute(
            "SELECT id::text FROM accounts_practice WHERE slug = %s", [HARBOR_LANE]
        ).fetchone() or [""]
    code = HIRE.format(
        email=email, password=PASSWORD, practice_id=practice_id, role=role, name=name
    )
    house.run("shell", "-v", "0", "-c", code)
    return {
        **practice,
        "name": name,
        "role": role,
        "email": email,
        "password": PASSWORD,
        "totp_secret": "",
    }
