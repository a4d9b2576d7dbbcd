"""Provision the keys that sign scopes, and what else a migrated or restored database needs."""

from hashlib import sha256

from django.core.management.base import BaseCommand, CommandError
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


def forbid_temporary_tables() -> None:
    """Let no role that serves requests make temporary tables: they go before those of the schema.

    One would take in what the next practice on a kept connection writes, and show it to the one
    after. PostgreSQL allows it to everybody in every new, restored or cloned database.

    Raises:
        CommandError: the database belongs to another role than ``owner``.
    """
    owner = connections["owner"]
    database = owner.ops.quote_name(owner.settings_dict["NAME"])
    with owner.cursor() as cursor:
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, app, gate, backup")
        cursor.execute(
            "SELECT bool_or(has_database_privilege(role, current_database(), 'TEMPORARY'))"
            " FROM unnest(ARRAY['app', 'gate', 'backup']) AS role"
        )
        if cursor.fetchone()[0]:
            raise CommandError(
                "The database belongs to another role than owner. As that role, run:"
                f" REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
            )


class Command(BaseCommand):
    help = "Provision the keys that sign scopes, from QUIETLEDGER_KEYS (runs as the owner)."

    def handle(self, *args: object, **options: object) -> None:
        forbid_temporary_tables()
        versions = provision()
        with installation_scope():
            keys.create()
            events.record(Action.KEYS_PROVISIONED, newest=versions[-1])
        self.stdout.write(f"Scopes are signed by key {versions[-1]}.")
