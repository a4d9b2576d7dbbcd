"""Re-sealing what stands beside events; the events themselves never change."""

from django.db import connection

from audit.selectors.values import SealedValue


def replace(value: SealedValue, *, ciphertext: bytes, key_version: int) -> bool:
    """Put the same value under another key, unless somebody else just did; say whether."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_value SET ciphertext = %s, key_version = %s"
            " WHERE seq = %s AND key_version = %s AND ciphertext = %s",
            [ciphertext, key_version, value.seq, value.key_version, value.ciphertext],
        )
        return bool(cursor.rowcount)
