"""Passwords that others know: loaded from files by the owner, asked for by the gate."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha1
from itertools import islice

from django.db import connections, transaction

from accounts import password_rules
from accounts.models import BreachedPassword
from accounts.tenancy import installation_scope
from audit.actions import Action
from audit.services import events

PUBLISHED = re.compile(rb"([0-9A-Fa-f]{40})(:[0-9]+)?")
BATCH = 500_000
"""Lines of one transaction: what was loaded before an interruption stays."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many lines were read, and how many digests were new."""

    lines: int
    new: int


def load(lines: Iterable[bytes], *, said: Callable[[Loaded], None] = lambda so_far: None) -> Loaded:
    """Add a list to those that are known, and tell the installation's log.

    A line is a password, or its SHA-1 in hex with a count behind a colon. Runs as ``owner``;
    ``said`` hears of each batch. The same list again adds nothing.
    """
    so_far, rest = Loaded(0, 0), iter(lines)
    while batch := list(islice(rest, BATCH)):
        so_far = Loaded(so_far.lines + len(batch), so_far.new + _add(batch))
        said(so_far)
    with installation_scope():
        events.record(Action.BREACHED_LIST_LOADED, count=so_far.new, lines=so_far.lines)
    return so_far


def load_bundled() -> None:
    """Add the list that Django brings, unless it is there already."""
    bundled = password_rules.common()
    known = {password_rules.digest(word) for word in bundled}
    if BreachedPassword.objects.filter(digest__in=known).count() < len(known):
        load(word.encode() for word in bundled)


def is_known(password: str) -> bool:
    """Say whether exactly this password is known to others."""
    return BreachedPassword.objects.filter(digest=password_rules.digest(password)).exists()


def is_near_known(password: str) -> bool:
    """Say whether a password, or a plain word that it was made from, is known to others."""
    return BreachedPassword.objects.filter(digest__in=password_rules.digests(password)).exists()


def _add(lines: Iterable[bytes]) -> int:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE accounts_breachedpassword_new (digest bytea)")
        with cursor.copy("COPY accounts_breachedpassword_new FROM STDIN") as copy:
            for line in lines:
                for digest in _digests(line.rstrip(b"\r\n")):
                    copy.write_row([digest])
        cursor.execute(
            "INSERT INTO accounts_breachedpassword (digest)"
            " SELECT DISTINCT digest FROM accounts_breachedpassword_new ON CONFLICT DO NOTHING"
        )
        added = int(cursor.rowcount)
        cursor.execute("DROP TABLE accounts_breachedpassword_new")
    return added


def _digests(line: bytes) -> Iterator[bytes]:
    published = PUBLISHED.fullmatch(line)
    if published:
        yield bytes.fromhex(published[1].decode())[: password_rules.DIGEST_BYTES]
    elif line:
        try:
            word = unicodedata.normalize("NFC", line.decode())
        except UnicodeDecodeError:
            # Old lists hold other encodings: whoever types those bytes is found all the same.
            yield sha1(line, usedforsecurity=False).digest()[: password_rules.DIGEST_BYTES]
        else:
            yield from {password_rules.digest(word), password_rules.digest(word.casefold())}
