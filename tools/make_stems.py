"""Make faqlib/search/data/stems.en.txt: the stems of common words, so that starting takes less.

    python tools/make_stems.py

The stemmer is plain Python, and takes longer over the thesaurus alone than a first search may.
The words are the commonest of the word vectors' list, which is in the order of their frequency,
and all of the thesaurus. Run it again when one of those or the stemmer has changed: a test tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import snowballstemmer

DATA = Path(__file__).parents[1] / "faqlib" / "search" / "data"
COMMON = 8_000


def wanted() -> list[str]:
    """The words of the table, sorted."""
    from faqlib.search.analysis import words

    common = (DATA / "vectors.en.txt").read_text("utf-8").split("\n")[:COMMON]
    thesaurus = (DATA / "thesaurus.en.txt").read_text("utf-8")
    lines = [line.partition("#")[0] for line in thesaurus.splitlines()]
    found = {*common, *(word for line in lines for word in words(line))}
    return sorted(word for word in found if word.isascii() and word.isalpha())


def table() -> Iterator[str]:
    """The lines of the file: the word, and its stem where that is another."""
    stem = snowballstemmer.stemmer("english").stemWord
    for word in wanted():
        yield word if stem(word) == word else f"{word} {stem(word)}"


if __name__ == "__main__":
    (DATA / "stems.en.txt").write_text("\n".join(table()) + "\n", "utf-8")
