"""What each signal of the ranking earns: the scores without it, on judged questions.

    python benchmarks/ablation.py DIRECTORY [DIRECTORY ...]

Directories are as ``benchmarks/quality.py`` takes them. Prints nDCG@10 and P@1 with everything, and
then with one signal at a time taken out, weights left as they are; with sentence embeddings where
the extra ``[semantic]`` is installed, and without. The example FAQs' golden questions are measured
along with the directories.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from corpus import words as words_said
from quality import Row, judged, scored

from faqlib import FAQ, Entry, read_file
from faqlib.search import blend, encoder_for, models, projection, spelling, words
from faqlib.search.thesaurus import Thesaurus
from faqlib.testing import load_questions

EXAMPLES = Path(__file__).parents[1] / "examples"
Cases = tuple[Sequence[Entry], Sequence[Row], dict[str, dict[str, int]]]


def _without(**weights: Any) -> Callable[[], Any]:
    """Both tables of weights with some of them replaced."""
    return lambda: mock.patch.multiple(
        blend,
        _BY_WORDS=blend._BY_WORDS._replace(**weights),
        _BY_SENTENCES=blend._BY_SENTENCES._replace(**weights),
    )


def _part(name: str, place: int) -> Callable[[], Any]:
    """The same with one of the three cosines taken out."""

    def cut(table: blend.Weights) -> blend.Weights:
        kept = [0 if at == place else w for at, w in enumerate(getattr(table, name))]
        return table._replace(**{name: tuple(kept)})

    return lambda: mock.patch.multiple(
        blend, _BY_WORDS=cut(blend._BY_WORDS), _BY_SENTENCES=cut(blend._BY_SENTENCES)
    )


NOTHING = (0.0, 0.0, 0.0)
SIGNALS: dict[str, Callable[[], Any]] = {
    "everything": nullcontext,
    "no BM25F": _without(words=0.0),
    "no coverage": _without(covered=0.0),
    "no synonyms": lambda: mock.patch.object(projection, "thesaurus", return_value=Thesaurus({})),
    "no typing slips": lambda: mock.patch.object(spelling, "_MIN_LENGTH", 99),
    "no prefixes": lambda: mock.patch.object(words, "_PREFIX_FROM", 99),
    "no asked word by word": lambda: mock.patch.object(blend, "_ASKED", 0.0),
    "no word vectors": _without(near=NOTHING),
    "no word vectors of the question": _part("near", 0),
    "no word vectors of the whole": _part("near", 1),
    "no word vectors of the sentence": _part("near", 2),
    "no embeddings of the question": _part("meant", 0),
    "no embeddings of the whole": _part("meant", 1),
    "no embeddings of the sentence": _part("meant", 2),
}


def golden(name: str) -> Cases:
    """An example FAQ and its golden questions."""
    questions = load_questions(EXAMPLES / name / "questions.yaml")
    rows = [{"id": str(at), "text": asked.question} for at, asked in enumerate(questions)]
    grades = {str(at): dict.fromkeys(q.expected, 1) for at, q in enumerate(questions)}
    return list(read_file(EXAMPLES / name / "faq.yaml").entries), rows, grades


def from_folder(folder: Path) -> Cases:
    """A judged set."""
    corpus, queries, grades = judged(folder)
    return [Entry(r["question"], r["answer"], id=r["id"]) for r in corpus], queries, grades


def measure(
    faq: FAQ, queries: Sequence[Row], grades: dict[str, dict[str, int]]
) -> tuple[float, float]:
    """nDCG@10 and P@1."""

    def search(text: str) -> list[tuple[str, float]]:
        return [(hit.entry.id, hit.score) for hit in faq.search(text)]

    gain, first, _ = scored(search, queries, grades)
    return gain, first


def table(sets: dict[str, Cases], *, semantic: bool) -> None:
    """Print the table, one row for what is taken out and one column for each set."""
    encoder = Remembering() if semantic else False
    print("| | " + " | ".join(sets) + " | mean nDCG@10 |\n|---" + "|---" * (len(sets) + 1) + "|")
    for name, cut in SIGNALS.items():
        if "embeddings" in name and not semantic:
            continue
        found = []
        for entries, queries, grades in sets.values():
            with cut(), FAQ(semantic=encoder) as faq:
                faq.add_all(entries)
                found.append(measure(faq, queries, grades))
        cells = [f"{gain:.3f} / {first:.2f}" for gain, first in found]
        mean = sum(gain for gain, _ in found) / len(found)
        print(f"| {name} | " + " | ".join(cells) + f" | {mean:.3f} |", flush=True)


class Remembering:
    """The installed model, asked once for each text in the whole run."""

    def __init__(self) -> None:
        self._model = encoder_for(True)
        self.key = self._model.key
        self._text = cache(lambda text: self._model.encode([text])[0])
        self.encode_query = cache(self._model.encode_query)

    def encode(self, texts: Sequence[str]) -> list[Any]:
        return [self._text(text) for text in texts]


def main(folders: Sequence[str]) -> int:
    """Print a table without sentence embeddings, and one with them where they are installed."""
    sets = {Path(folder).name: from_folder(Path(folder)) for folder in folders}
    sets |= {name: golden(name) for name in ("exosomes", "family-practice")}
    table(sets, semantic=False)
    if models.is_installed():
        print()
        table(sets, semantic=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(words_said(__doc__)))
