"""Vectors of entries' texts, kept so that they are made once: by model, and by what they are of.

They are no part of a site's state: no cursor moves, no backup holds them, and a row that is
damaged is as good as none, because whoever asks can make it again.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select

from faqlib.store.codec import seal
from faqlib.store.rows import chunks
from faqlib.store.tables import vectors


def read_vectors(
    connection: Connection, site: str, model: str, keys: Collection[str]
) -> dict[str, bytes]:
    """Those of ``keys`` that are kept, and whole."""
    found: dict[str, bytes] = {}
    query = select(vectors).where(vectors.c.site == site, vectors.c.model == model)
    for chunk in chunks(keys):
        for row in connection.execute(query.where(vectors.c.id.in_(chunk))):
            if row.digest == seal("vectors", *row[:-1]):
                found[row.id] = base64.b85decode(row.data)
    return found


def write_vectors(
    connection: Connection,
    site: str,
    model: str,
    new: Mapping[str, bytes],
    wanted: Collection[str] | None,
) -> None:
    """Put ``new`` in, and take out what is of the model and not ``wanted``, if that is said."""
    of_model = (vectors.c.site == site, vectors.c.model == model)
    there = set(connection.scalars(select(vectors.c.id).where(*of_model)))
    stale = set() if wanted is None else there - set(wanted)
    for chunk in chunks(stale | there & new.keys()):
        connection.execute(delete(vectors).where(*of_model, vectors.c.id.in_(chunk)))
    rows = []
    for key, data in new.items():
        row = (site, model, key, base64.b85encode(data).decode("ascii"))
        values = (*row, seal("vectors", *row))
        rows.append(dict(zip(vectors.c.keys(), values, strict=True)))
    if rows:
        connection.execute(insert(vectors), rows)
