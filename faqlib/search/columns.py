"""A number for each entry, by its place: in a list for a few entries, in an array for more.

Importing numpy takes longer than the first searches of a small FAQ take without it, so there are
two of everything here, which say the same; the array's is the fast one.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from itertools import compress
from operator import itemgetter
from typing import Any

#: A list of floats or a float32 array. Whoever gets one that is kept does not change it.
Column = Any

_SCANNED = 128  # entries up to which Python looks at each sooner than numpy is called


def weighted(weights: Sequence[float], columns: Sequence[list[float]]) -> list[float]:
    """The weighted sum of lists."""
    return [
        sum(weight * value for weight, value in zip(weights, row, strict=True))
        for row in zip(*columns, strict=True)
    ]


def largest(values: Column, count: int, mask: Column | None = None) -> list[float]:
    """The ``count`` largest values in the mask, the largest first."""
    if isinstance(values, list):
        return nlargest(count, values if mask is None else compress(values, mask))
    import numpy as np

    values = values if mask is None else values[mask]
    if len(values) > count:
        values = np.partition(values, len(values) - count)[-count:]
    found: list[float] = np.sort(values)[::-1].tolist()
    return found


def best(
    values: Column, holds: Column, least: float, limit: int, mask: Column | None = None
) -> list[tuple[int, float]]:
    """Place and value of the ``limit`` largest, and of all that are equal to the last of them.

    An entry has to reach ``least`` or to hold something (``holds`` above 0), and to be in the
    mask. The largest come first, equal ones by place.
    """
    if isinstance(values, list):
        return _best_of_list(values, holds, least, limit, mask)
    if len(values) <= _SCANNED:
        chosen = None if mask is None else mask.tolist()
        return _best_of_list(values.tolist(), holds.tolist(), least, limit, chosen)
    # What reaches the least is eligible, whatever it holds.
    if mask is not None or (floor := _floor(values, limit)) < least:
        values = _eligible(values, holds, least, mask)
        floor = max(_floor(values, limit), 0.0)
    places = (values >= floor).nonzero()[0]
    found = list(zip(places.tolist(), values[places].tolist(), strict=True))
    return _cut(found, limit)


def _eligible(values: Any, holds: Any, least: float, mask: Any) -> Any:
    """The values, -1 in place of those that are not to be found."""
    import numpy as np

    eligible = values >= least
    eligible |= holds > 0
    if mask is not None:
        eligible &= mask
    return np.where(eligible, values, -1.0)


def _floor(values: Any, limit: int) -> float:
    """A value that at least ``limit`` reach, near to the largest with that property.

    The largest of each of a few hundred groups are looked at, which is much less than all.
    """
    rows = max(1, len(values) // (8 * limit))
    width = len(values) // rows
    if width < limit:
        return -1.0
    heads = values[: rows * width].reshape(rows, width).max(axis=0)
    heads.partition(width - limit)
    return float(heads[width - limit])


def _best_of_list(
    values: list[float], holds: list[float], least: float, limit: int, mask: list[bool] | None
) -> list[tuple[int, float]]:
    found = [
        (place, value)
        for place, (value, held) in enumerate(zip(values, holds, strict=True))
        if (value >= least or held > 0) and (mask is None or mask[place])
    ]
    return _cut(found, limit)


def _cut(found: list[tuple[int, float]], limit: int) -> list[tuple[int, float]]:
    found.sort(key=itemgetter(1), reverse=True)
    if len(found) <= limit:
        return found
    least = found[limit - 1][1]
    while found[limit:] and found[limit][1] == least:
        limit += 1
    return found[:limit]
