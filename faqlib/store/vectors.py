"""Vectors of entries' texts, kept so that they are made once: by model, and by what they are of.

They are no part of a site's state: no cursor moves, no backup holds them, and a row that is
damaged is as good as none, because whoever asks can make it again.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select

from faqlib.store.codec import seal
from faqlib.store.rows import chunks
from faqlib.store.tables import vectors

# Made once, as in ``heads``.
_IDS: BindParameter[Sequence[str]] = bindparam("of_ids", expanding=True)
_SITE: BindParameter[str] = bindparam("of_site")
_MODEL: BindParameter[str] = bindparam("of_model")
_OF_MODEL = (vectors.c.site == _SITE, vectors.c.model == _MODEL)
_NAMES = select(vectors.c.id).where(*_OF_MODEL)
_READ = select(vectors).where(*_OF_MODEL, vectors.c.id.in_(_IDS))
_DELETE = delete(vectors).where(*_OF_MODEL, vectors.c.id.in_(_IDS))


def read_vectors(
    connection: Connection, site: str, model: str, keys: Collection[str]
) -> dict[str, bytes]:
    """Those of ``keys`` that are kept, and whole."""
    found: dict[str, bytes] = {}
    for chunk in chunks(keys):
        which = {"of_site": site, "of_model": model, "of_ids": chunk}
        for row in connection.execute(_READ, which):
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
    of_model = {"of_site": site, "of_model": model}
    there = set(connection.scalars(_NAMES, of_model))
    stale = set() if wanted is None else there - set(wanted)
    for chunk in chunks(stale | there & new.keys()):
        connection.execute(_DELETE, {**of_model, "of_ids": chunk})
    rows = []
    for key, data in new.items():
        row = (site, model, key, base64.b85encode(data).decode("ascii"))
        values = (*row, seal("vectors", *row))
        rows.append(dict(zip(vectors.c.keys(), values, strict=True)))
    if rows:
        connection.execute(insert(vectors), rows)
