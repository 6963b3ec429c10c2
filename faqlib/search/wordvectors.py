"""Words as vectors: which words of a patient mean much the same as which of the FAQ.

The table that ships (``data/vectors.en.*``) was distilled once from a sentence-embedding model
by ``tools/distill_vectors.py``: each word's vector is the one that, added up over the words of a
sentence, comes nearest to what the model says of the sentence. At run time there is no model,
only look-ups and sums. A word's length in the table says how much it tells in general; on top
of that a word weighs by the root of its inverse document frequency in this FAQ.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain, groupby
from struct import Struct
from typing import Any

DIMENSIONS = 128
_SCALE = 2**-20  # what a row's values are multiples of, times its own factor
_ROW = DIMENSIONS + 2  # one int8 per dimension, and the factor of the row, unsigned 16-bit
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "ers", "ings", "'s")
# Weights are rounded, so that an edit elsewhere rarely changes an entry's vectors.
_STEPS = 16
_LEAST = 0.02
_UP = 128  # what makes an int8 positive
_MOVED_UP = bytes((value + _UP) % 256 for value in range(256))
_LANES = Struct(f"<{DIMENSIONS}Q")
_CHUNK = 4_096  # words that are embedded together: what a processor's cache holds
_MANY = 32  # texts from which on numpy counts sooner than Python
_ROUND = 8  # texts of as many times eight words, rounded up, are embedded together

Bag = bytes  # the table's rows of a text's words, in order, 32 bits each


def rows_of(bag: Bag) -> Sequence[int]:
    """The numbers in a bag."""
    return memoryview(bag).cast("I")


def holders(bags: Sequence[Bag]) -> Mapping[int, int]:
    """By row, in how many of the bags it is."""
    if len(bags) < _MANY:
        return Counter(chain.from_iterable(map(set, map(rows_of, bags))))
    import numpy as np

    rows = np.frombuffer(b"".join(bags), np.uint32)
    # In as few bytes as they need they are sorted by counting.
    order = np.argsort(rows.astype(np.min_scalar_type(rows.max(initial=0))), kind="stable")
    rows = rows[order]
    bag = np.repeat(np.arange(len(bags)), [len(bag) // 4 for bag in bags])[order]
    once = np.diff(rows, prepend=~rows[:1]) | np.diff(bag, prepend=-1) != 0
    found, counts = np.unique(rows[once], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


class WordVectors:
    """The table of one language. Immutable; one per process."""

    def __init__(self, words: Iterable[str], table: bytes) -> None:
        self._rows = {word: row for row, word in enumerate(words)}
        self._table = table
        if len(table) != len(self._rows) * _ROW:
            raise ValueError("The word vectors do not fit their word list: reinstall faqlib.")
        self.row = lru_cache(maxsize=65_536)(self._find)

    def __contains__(self, word: str) -> bool:
        return word in self._rows

    def _find(self, word: str) -> int | None:
        """The row of a folded word, or of a form of it, or ``None``."""
        if (row := self._rows.get(word)) is not None:
            return row
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                stump = word[: -len(ending)]
                for form in (stump, stump + "e", stump[:-1] if stump[-1:] == stump[-2:-1] else ""):
                    if form in self._rows:
                        return self._rows[form]
        return None

    def bag(self, words: Iterable[str]) -> Bag:
        """The rows of the words that the table has."""
        return array("I", [r for word in words if (r := self.row(word)) is not None]).tobytes()

    @cache  # noqa: B019 - the table is never freed
    def _lanes(self, row: int) -> tuple[int, int]:
        """One word's vector as one number, 64 bits for each value, and the factor of the row.

        A value is moved up by as much as makes all of them positive, times the factor.
        """
        start = row * _ROW
        factor = int.from_bytes(self._table[start : start + 2], "little")
        lanes = bytearray(8 * DIMENSIONS)
        lanes[::8] = self._table[start + 2 : start + _ROW].translate(_MOVED_UP)
        return factor * int.from_bytes(lanes, "little"), factor

    @cached_property
    def _arrays(self) -> tuple[Any, Any]:
        """The table as numpy arrays: int8 rows, and the factor of each."""
        import numpy as np

        raw = np.frombuffer(self._table, np.uint8).reshape(-1, _ROW)
        factors = raw[:, :2].copy().view("<u2").ravel().astype(np.float32) * _SCALE
        return raw[:, 2:].view(np.int8), factors

    def scaled(self, word: str, weights: CorpusWeights) -> Any:
        """One word's vector as it counts in a text, zeros if there is none: a float32 array."""
        import numpy as np

        if (row := self.row(word)) is None:
            return np.zeros(DIMENSIONS, np.float32)
        values, factors = self._arrays
        return values[row] * (factors[row] * weights(row))

    def touched(self, bags: Sequence[Bag], rows: Iterable[int]) -> Any:
        """Of each bag, whether it has one of the rows: an array."""
        import numpy as np

        wanted = np.zeros(len(self._rows), bool)
        wanted[list(rows)] = True
        found = wanted[np.frombuffer(b"".join(bags), np.uint32)]
        so_far = np.concatenate([[0], np.cumsum(found)])
        return np.diff(so_far[np.cumsum([0, *map(len, bags)]) // 4]) > 0

    def embed_all(self, bags: Sequence[Bag], weights: CorpusWeights) -> Any:
        """:meth:`embed` of many texts by numpy: a float32 array, zeros where no word is known."""
        import numpy as np

        values, factors = self._arrays
        # Each text is filled up to a round number of words, with words that count nothing.
        scale = np.append(weights.array(len(values)) * factors, np.float32(0))
        widths = [len(bag) // (4 * _ROUND) * _ROUND + _ROUND for bag in bags]
        sums = np.empty((len(bags), DIMENSIONS), np.float32)
        by_width = sorted(range(len(bags)), key=widths.__getitem__)
        for width, group in groupby(by_width, widths.__getitem__):
            places, step = list(group), max(1, _CHUNK // width)
            for some in [places[at : at + step] for at in range(0, len(places), step)]:
                filled = b"".join([bags[place].ljust(4 * width, b"\xff") for place in some])
                rows = np.frombuffer(filled, np.uint32).astype(np.intp).reshape(-1, width)
                np.minimum(rows, len(values), out=rows)
                found = values[np.minimum(rows, len(values) - 1)]
                sums[some] = np.einsum("ijk,ij->ik", found, scale[rows])
        lengths = np.sqrt(np.vecdot(sums, sums))
        lengths[lengths == 0] = 1
        sums /= lengths[:, None]
        return sums

    def embed(self, bag: Bag, weights: CorpusWeights) -> tuple[float, ...] | None:
        """The unit vector of a text, or ``None`` if no word of it is known.

        All values are added up at once, in one large number for each word: exactly, and in a
        fifth of the time that 128 sums of floats take.
        """
        total = moved = 0
        for row in rows_of(bag):
            steps = int(weights(row) * _STEPS)
            lanes, factor = self._lanes(row)
            total += steps * lanes
            moved += steps * factor
        moved *= _UP
        values = [
            float(lane - moved) for lane in _LANES.unpack(total.to_bytes(_LANES.size, "little"))
        ]
        length = math.sqrt(dot(values, values))
        return tuple([value / length for value in values]) if length else None


@cache
def word_vectors(lang: str) -> WordVectors | None:
    """The table of a language, read at first use, or ``None`` where there is none."""
    folder = files("faqlib.search") / "data"
    table = folder / f"vectors.{lang}.bin"
    if not table.is_file():
        return None
    words = (folder / f"vectors.{lang}.txt").read_text("utf-8").split("\n")
    return WordVectors(words, table.read_bytes())


class CorpusWeights:
    """How much each row weighs in a FAQ of ``count`` entries, given how many have it."""

    def __init__(self, holders: Mapping[int, int], count: int) -> None:
        self._count = count
        self._scale = math.log(1 + count) if count else 1.0
        weights = {number: self._weight(number) for number in set(holders.values())}
        self._known = {row: weights[number] for row, number in holders.items()}
        self._unknown = self._weight(0)

    def __call__(self, row: int) -> float:
        """The weight of one row."""
        return self._known.get(row, self._unknown)

    def _weight(self, holders: int) -> float:
        idf = math.log(1 + (self._count - holders + 0.5) / (holders + 0.5)) / self._scale
        return round(math.sqrt(max(idf, _LEAST)) * _STEPS) / _STEPS

    def array(self, rows: int) -> Any:
        """The weights of the table's rows, as a float32 array."""
        import numpy as np

        weights = np.full(rows, self._unknown, np.float32)
        weights[list(self._known)] = list(self._known.values())
        return weights

    def changed(self, since: CorpusWeights) -> set[int]:
        """The rows of texts that weigh something else than before."""
        # Whole sets at once: most rows weigh what they did.
        rows = {row for row, _ in self._known.items() ^ since._known.items()}
        return {row for row in rows if self(row) != since(row)}


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """The scalar product."""
    return sum(map(float.__mul__, a, b))
