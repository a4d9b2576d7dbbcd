"""Provision the keys that sign scopes, and the installation's own data key."""

from hashlib import sha256

from django.core.management.base import BaseCommand
from django.db import connections, transaction

from accounts import crypto, keys
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events

BLOCK_BYTES = 64


def padded_blocks(key: bytes) -> tuple[bytes, bytes]:
    """Return HMAC-SHA-256's inner and outer padded blocks of a key (RFC 2104)."""
    block = (sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def provision() -> list[int]:
    """Write the context keys of the key ring's two newest versions, and remove all others.

    Returns the versions, newest last. Runs as ``owner``; idempotent.
    """
    versions = sorted(crypto.ring().keks)[-2:]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM accounts_contextkey WHERE key_id <> ALL (%s)", [versions])
        for version in versions:
            inner, outer = padded_blocks(crypto.context_key(version))
            cursor.execute(
                "INSERT INTO accounts_contextkey (key_id, inner_block, outer_block)"
                " VALUES (%s, %s, %s) ON CONFLICT (key_id) DO UPDATE"
                " SET inner_block = excluded.inner_block, outer_block = excluded.outer_block",
                [version, inner, outer],
            )
    return versions


class Command(BaseCommand):
    help = "Provision the keys that sign scopes, from QUIETLEDGER_KEYS (runs as the owner)."

    def handle(self, *args: object, **options: object) -> None:
        versions = provision()
        with installation_scope():
            keys.create()
            events.record(Action.KEYS_PROVISIONED, newest=versions[-1])
        self.stdout.write(f"Scopes are signed by key {versions[-1]}.")
