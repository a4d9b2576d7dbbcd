"""What billing may read before a scope exists."""

from uuid import UUID

from django.db import connection


def practice_of_endpoint(endpoint_id: UUID) -> UUID | None:
    """Return the practice whose webhook endpoint this is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_of_endpoint(%s)", [endpoint_id])
        row = cursor.fetchone()
    return row[0] if row else None


def practice_of_pay_link(link_id: UUID, digest: bytes) -> UUID | None:
    """Return the practice of a pay link, by its row and the digest of what somebody holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_of_pay_link(%s, %s)", [link_id, digest])
        row = cursor.fetchone()
    return row[0] if row else None
