"""The peers that can mark what matched, asked for ten hits with a marked passage each."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence

from corpus import Row

from faqlib import FAQ, Entry

Answer = Callable[[str], list[tuple[str, str]]]  # query -> id and passage of each hit


def faqlib_answer(rows: Sequence[Row]) -> Answer:
    """A whole answer: passages, confidence, suggestion."""
    faq = FAQ(semantic=False)
    faq.add_all(Entry(row["question"], row["answer"], id=row["id"]) for row in rows)
    return lambda query: [(hit.entry.id, hit.snippet) for hit in faq.search(query)]


def whoosh_answer(rows: Sequence[Row]) -> Answer:
    """Whoosh's own highlighter, on stored answers."""
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.filedb.filestore import RamStorage
    from whoosh.qparser import MultifieldParser, OrGroup

    schema = Schema(
        id=ID(stored=True),
        question=TEXT(analyzer=StemmingAnalyzer(), field_boost=3.0),
        answer=TEXT(analyzer=StemmingAnalyzer(), stored=True),
    )
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for row in rows:
        writer.add_document(**row)
    writer.commit()
    searcher = index.searcher()
    parser = MultifieldParser(["question", "answer"], schema, group=OrGroup)

    def answer(query: str) -> list[tuple[str, str]]:
        parsed = parser.parse(" ".join(_words(query)))
        hits = searcher.search(parsed, limit=10, optimize=False)
        return [(hit["id"], hit.highlights("answer", top=1)) for hit in hits]

    return answer


def fts5_answer(rows: Sequence[Row]) -> Answer:
    """SQLite's ``snippet()``."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE faq USING fts5(id UNINDEXED, question, answer, tokenize='porter')"
    )
    database.executemany("INSERT INTO faq VALUES (:id, :question, :answer)", rows)
    sql = (
        "SELECT id, snippet(faq, 2, '<mark>', '</mark>', '…', 32) FROM faq WHERE faq MATCH ?"
        " ORDER BY bm25(faq, 0, 3, 1) LIMIT 10"
    )

    def answer(query: str) -> list[tuple[str, str]]:
        words = " OR ".join(f'"{word}"' for word in _words(query))
        return database.execute(sql, (words,)).fetchall() if words else []

    return answer


def tantivy_answer(rows: Sequence[Row]) -> Answer:
    """tantivy's snippet generator."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("question", tokenizer_name="en_stem")
    builder.add_text_field("answer", stored=True, tokenizer_name="en_stem")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer()
    for row in rows:
        writer.add_document(tantivy.Document(**row))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def answer(query: str) -> list[tuple[str, str]]:
        words = " ".join(_words(query))
        parsed = index.parse_query(words, ["question", "answer"], field_boosts={"question": 3.0})
        marked = tantivy.SnippetGenerator.create(searcher, parsed, schema, "answer")
        documents = (searcher.doc(address) for _, address in searcher.search(parsed, 10).hits)
        return [(doc["id"][0], marked.snippet_from_doc(doc).to_html()) for doc in documents]

    return answer


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


ANSWERING: dict[str, Callable[[Sequence[Row]], Answer]] = {
    "faqlib": faqlib_answer,
    "Whoosh, OR": whoosh_answer,
    "SQLite FTS5": fts5_answer,
    "tantivy": tantivy_answer,
}
