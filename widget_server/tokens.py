"""Bearer tokens of the editing API: random, stored as a hash, scoped, revocable.

A token is ``faq_<id>_<secret>``. The id finds the row; the secret has 256 random bits, so that
one sha256 is enough, and is shown once. There is no way to choose a token, so none can be
empty, short or left at a default.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from widget_server.records import Records
from widget_server.records.tables import tokens

ALL_SITES = "*"
_FORM = re.compile(r"faq_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
# Compared against when there is no such id, so that an unknown id takes as long as a known one.
_NOBODY = hashlib.sha256(secrets.token_bytes(32)).hexdigest()


@dataclass(frozen=True, slots=True)
class Token:
    """What a token may do. The secret is no part of it."""

    id: str
    site: str
    write: bool
    note: str = ""
    created_at: int = 0
    revoked_at: int | None = None

    def covers(self, site: str) -> bool:
        """Whether the token is for ``site``."""
        return self.site in (ALL_SITES, site)


def create(records: Records, site: str, *, write: bool, note: str = "") -> str:
    """A new token for one site, or for all with ``"*"``: the only time its text is seen."""
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    with records.begin() as connection:
        connection.execute(
            insert(tokens).values(
                id=token_id,
                digest=_digest(secret),
                site=site,
                write=write,
                note=note[:200],
                created_at=int(time.time()),
            )
        )
    return f"faq_{token_id}_{secret}"


def verify(records: Records, text: str) -> Token | None:
    """The token that ``text`` is, or ``None`` when it is malformed, unknown or revoked.

    The database is asked each time, so that a revoked token ends at once on every worker.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    token_id, secret = match.groups()
    with records.begin() as connection:
        row = connection.execute(select(tokens).where(tokens.c.id == token_id)).first()
    expected = row.digest if row is not None else _NOBODY
    if not hmac.compare_digest(_digest(secret), expected) or row is None or row.revoked_at:
        return None
    return Token(row.id, row.site, row.write, row.note, row.created_at)


def revoke(records: Records, token_id: str) -> bool:
    """End a token by its id (or its whole text); whether there was such a token to end."""
    match = _FORM.fullmatch(token_id)
    with records.begin() as connection:
        done = connection.execute(
            update(tokens)
            .where(tokens.c.id == (match[1] if match else token_id), tokens.c.revoked_at.is_(None))
            .values(revoked_at=int(time.time()))
        )
    return bool(done.rowcount)


def listing(records: Records) -> list[Token]:
    """All tokens, oldest first, without their secrets."""
    with records.begin() as connection:
        rows = connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id))
        return [
            Token(row.id, row.site, row.write, row.note, row.created_at, row.revoked_at)
            for row in rows
        ]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
