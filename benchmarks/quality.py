"""How well answers are found: faqlib beside its peers, on judged questions, in one run.

    python benchmarks/quality.py DIRECTORY [DIRECTORY ...]

Each directory holds ``corpus.jsonl`` (id, question, answer), ``queries.jsonl`` (id, text) and
``qrels.tsv`` (query, document, grade). Prints nDCG@10 and P@1 over the questions that have an
answer, and AUROC of the confidence where some have none. Peers that are not installed are left out.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from corpus import words

from faqlib import FAQ, Entry

Search = Callable[[str], list[tuple[str, float]]]
Row = dict[str, str]


def faqlib_search(corpus: Sequence[Row], *, semantic: bool = False) -> Search:
    """The library without a model at run time; the score of the first hit is the confidence."""
    faq = FAQ(semantic=semantic)
    faq.add_all(
        Entry(question=row["question"], answer=row["answer"], id=row["id"]) for row in corpus
    )

    def search(query: str) -> list[tuple[str, float]]:
        found = faq.search(query)
        scores = [found.confidence, *(0.0 for _ in found)]
        return [(hit.entry.id, score) for hit, score in zip(found, scores, strict=False)]

    return search


def faqlib_semantic(corpus: Sequence[Row]) -> Search:
    """The same with the sentence embeddings of the extra ``[semantic]``."""
    return faqlib_search(corpus, semantic=True)


def whoosh_search(corpus: Sequence[Row]) -> Search:
    """Whoosh as its tutorial has it, with OR, stemming and the question boosted threefold."""
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.filedb.filestore import RamStorage
    from whoosh.qparser import MultifieldParser, OrGroup

    schema = Schema(
        id=ID(stored=True),
        question=TEXT(analyzer=StemmingAnalyzer(), field_boost=3.0),
        answer=TEXT(analyzer=StemmingAnalyzer()),
    )
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for row in corpus:
        writer.add_document(id=row["id"], question=row["question"], answer=row["answer"])
    writer.commit()
    searcher = index.searcher()
    parser = MultifieldParser(["question", "answer"], schema, group=OrGroup)

    def search(query: str) -> list[tuple[str, float]]:
        # optimize=False: with block skipping, 2.7.4 can loop for ever.
        words = parser.parse(" ".join(_words(query)))
        return [(hit["id"], hit.score) for hit in searcher.search(words, limit=10, optimize=False)]

    return search


def fts5_search(corpus: Sequence[Row]) -> Search:
    """SQLite's full-text search with Porter stemming and bm25."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE faq USING fts5(id UNINDEXED, question, answer, tokenize='porter')"
    )
    database.executemany(
        "INSERT INTO faq VALUES (?, ?, ?)", [(r["id"], r["question"], r["answer"]) for r in corpus]
    )
    sql = "SELECT id, -bm25(faq, 0, 3, 1) FROM faq WHERE faq MATCH ? ORDER BY rank LIMIT 10"

    def search(query: str) -> list[tuple[str, float]]:
        words = " OR ".join(f'"{word}"' for word in _words(query))
        return database.execute(sql, (words,)).fetchall() if words else []

    return search


def tantivy_search(corpus: Sequence[Row]) -> Search:
    """tantivy with its English stemmer and the question boosted threefold."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for field in ("question", "answer"):
        builder.add_text_field(field, tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for row in corpus:
        writer.add_document(tantivy.Document(**{k: row[k] for k in ("id", "question", "answer")}))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(query: str) -> list[tuple[str, float]]:
        words = " ".join(_words(query))
        if not words:
            return []
        parsed = index.parse_query(words, ["question", "answer"], field_boosts={"question": 3.0})
        hits = searcher.search(parsed, 10).hits
        return [(searcher.doc(address)["id"][0], score) for score, address in hits]

    return search


def bm25s_search(corpus: Sequence[Row]) -> Search:
    """bm25s over question and answer as one field."""
    import bm25s

    texts = [f"{row['question']} {row['answer']}" for row in corpus]
    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    def search(query: str) -> list[tuple[str, float]]:
        tokens = bm25s.tokenize([query], show_progress=False)
        places, scores = engine.retrieve(tokens, k=min(10, len(corpus)), show_progress=False)
        found = zip(places[0], scores[0], strict=True)
        return [(corpus[place]["id"], float(score)) for place, score in found if score > 0]

    return search


def lunr_search(corpus: Sequence[Row]) -> Search:
    """lunr.py with the question boosted threefold."""
    from lunr import lunr

    fields = [{"field_name": "question", "boost": 3}, "answer"]
    index = lunr(ref="id", fields=fields, documents=[dict(row) for row in corpus])

    def search(query: str) -> list[tuple[str, float]]:
        hits = index.search(" ".join(_words(query)))
        return [(hit["ref"], hit["score"]) for hit in hits[:10]]

    return search


ENGINES: dict[str, Callable[[Sequence[Row]], Search]] = {
    "faqlib": faqlib_search,
    "faqlib with embeddings": faqlib_semantic,
    "Whoosh, OR": whoosh_search,
    "SQLite FTS5": fts5_search,
    "tantivy": tantivy_search,
    "bm25s": bm25s_search,
    "lunr": lunr_search,
}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def judged(folder: Path) -> tuple[list[Row], list[Row], dict[str, dict[str, int]]]:
    """Entries, queries, and by query the grade of each entry that is right."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            grades[query][document] = int(grade)
    return _rows(folder / "corpus.jsonl"), _rows(folder / "queries.jsonl"), grades


def measure(search: Search, queries: Iterable[Row], grades: dict[str, dict[str, int]]) -> str:
    """One cell of the table: nDCG@10 / P@1 (AUROC)."""
    gain, first, area = scored(search, queries, grades)
    return f"{gain:.2f} / {first:.2f}" + (f" ({area:.2f})" if area is not None else "")


def scored(
    search: Search, queries: Iterable[Row], grades: dict[str, dict[str, int]]
) -> tuple[float, float, float | None]:
    """nDCG@10, P@1, and AUROC of the first hit's score where some questions have no answer."""
    gains, firsts, right, none = [], [], [], []
    for query in queries:
        hits = search(query["text"])[:10]
        wanted = grades.get(query["id"], {})
        (right if wanted else none).append(hits[0][1] if hits else -math.inf)
        if wanted:
            found = [wanted.get(entry, 0) for entry, _ in hits]
            ideal = sorted(wanted.values(), reverse=True)[:10]
            gains.append(_discounted(found) / _discounted(ideal))
            firsts.append(bool(found) and found[0] == ideal[0])
    pairs = [(a > b) + (a == b) / 2 for a in right for b in none]
    area = sum(pairs) / len(pairs) if pairs else None
    return sum(gains) / len(gains), sum(firsts) / len(firsts), area


def _discounted(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def main(folders: Sequence[str]) -> int:
    """Print the table, one row an engine and one column a set."""
    if not folders:
        print(__doc__, file=sys.stderr)
        return 2
    if wrong := [folder for folder in folders if not (Path(folder) / "qrels.tsv").is_file()]:
        print(f"{wrong[0]}: no qrels.tsv there. Name folders of judged questions.", file=sys.stderr)
        return 2
    sets = {Path(folder).name: judged(Path(folder)) for folder in folders}
    print("| engine | " + " | ".join(sets) + " |\n|---" * 1 + "|---" * len(sets) + "|")
    for name, build in ENGINES.items():
        try:
            cells = [measure(build(c), queries, grades) for c, queries, grades in sets.values()]
        except ImportError as error:
            print(f"{name}: left out, {error}", file=sys.stderr)
            continue
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(words(__doc__)))
