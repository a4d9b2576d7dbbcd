"""Provision the keys that sign scopes, and what else a migrated or restored database needs.

A key is rotated in three steps, and no process has to be restarted at the same moment as another:
add a version to the key ring and run this command (scopes of either key open), start every process
anew, then run it with ``--retire-old``.
"""

from argparse import ArgumentParser
from hashlib import sha256

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction

from accounts import crypto, keys
from accounts.ids import NIL
from accounts.selectors import doors
from accounts.services import breached, stock
from accounts.tenancy import installation_scope, practice_scope
from audit.actions import Action
from audit.services import events

BLOCK_BYTES = 64


def padded_blocks(key: bytes) -> tuple[bytes, bytes]:
    """Return HMAC-SHA-256's inner and outer padded blocks of a key (RFC 2104)."""
    block = (sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def provision() -> list[int]:
    """Write the context keys of the key ring's two newest versions, and remove all others.

    A key that was retired does not come back. Returns the versions, newest last. Runs as
    ``owner``; idempotent.

    Raises:
        CommandError: the database knows only keys newer than the ring's.
    """
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT min(key_id) FROM accounts_contextkey")
        oldest_kept = cursor.fetchone()[0] or 0
        newest = sorted(crypto.ring().versions)[-2:]
        versions = [version for version in newest if version >= oldest_kept]
        if not versions:
            raise CommandError(
                f"QUIETLEDGER_KEYS holds no key as new as {oldest_kept}, which signs scopes here."
            )
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


def retire() -> list[int]:
    """Let no key but the ring's newest open a scope; return those that did until now.

    If the log cannot be told, they still do.
    """
    newest = crypto.ring().newest
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_contextkey WHERE key_id <> %s RETURNING key_id", [newest]
        )
        retired = sorted(key_id for (key_id,) in cursor.fetchall())
        with installation_scope():
            for key_id in retired:
                events.record(Action.CONTEXT_KEY_RETIRED, retired=key_id, newest=newest)
    return retired


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

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--retire-old",
            action="store_true",
            help="let only the newest key open scopes, once every process has been started anew",
        )

    def handle(self, *args: object, retire_old: bool = False, **options: object) -> None:
        forbid_temporary_tables()
        versions = provision()
        for practice_id in [NIL, *doors.practice_ids()]:
            with practice_scope(practice_id):
                if keys.create():
                    stock.take()
        with installation_scope():
            events.record(Action.KEYS_PROVISIONED, newest=versions[-1])
        retired = retire() if retire_old else []
        breached.load_bundled()
        self.stdout.write(f"Scopes are signed by key {versions[-1]}.")
        for key_id in retired:
            self.stdout.write(f"Key {key_id} opens nothing any more.")
        for key_id in set(versions[:-1]) - set(retired):
            self.stdout.write(
                f"Key {key_id} still opens them: start every process anew, then --retire-old."
            )
