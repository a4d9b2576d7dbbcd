"""What may be read before a scope exists: ids only, through the database's doors."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class Holder:
    """For which practice and as which person a token acts."""

    practice_id: UUID
    person_id: UUID
    token_id: UUID


def memberships_of(person_id: UUID) -> list[UUID]:
    """Return the ids of the practices that a person belongs to."""
    return _ids("SELECT memberships_of(%s)", person_id)


def practice_ids() -> list[UUID]:
    """Return the ids of all practices, oldest first."""
    return _ids("SELECT practice_ids()")


def practice_of_slug(slug: str) -> UUID | None:
    """Return the id of the practice with this slug, if there is one."""
    found = _ids("SELECT practice_of_slug(%s) WHERE practice_of_slug(%s) IS NOT NULL", slug, slug)
    return found[0] if found else None


def practice_of_token(digest: bytes) -> UUID | None:
    """Return the id of the practice that sent the invitation with this digest, if there is one."""
    query = "SELECT practice_of_token(%s) WHERE practice_of_token(%s) IS NOT NULL"
    found = _ids(query, digest, digest)
    return found[0] if found else None


def holder_of_api_token(token_id: UUID, digest: bytes) -> Holder | None:
    """Return whose token of a program has this id and digest, whatever became of it since."""
    query = "SELECT practice, person, token FROM holder_of_api_token(%s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(query, [token_id, digest])
        row = cursor.fetchone()
    return Holder(*row) if row else None


def _ids(query: str, *parameters: UUID | str | bytes) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [row[0] for row in cursor.fetchall()]
