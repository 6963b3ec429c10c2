"""The sites that the widget is tested with: the two examples, a large one, one of many languages."""

from __future__ import annotations

import random
from typing import Any

from faqlib import FAQ, Entry, Site, open_store
from widget_server.demo.sites import load_examples

LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl", "pl", "ar", "he", "zh", "ja")

RICH = """\
A paragraph with **strong**, *em* and `code`, and [a link](https://example.org/more "More").

#### A heading

1. First
2. Second

- One
- Two

> Quoted

| Dose | When |
|------|------|
| 5 mg | morning |

```
preformatted
```
"""


def make_store() -> Any:
    """A store in memory with every site."""
    store = open_store(":memory:")
    load_examples(store)
    _add(store, Site(id="large", name="A large hospital"), large())
    _add(store, rich_site(), rich())
    _add(store, Site(id="bare"), [Entry(question="Is parking free?", answer="Yes.", id="parking")])
    teal = {"accent": "teal"}
    _add(store, Site(id="clinica", name="Clínica", lang="es", theme=teal), spanish())
    return store


def _add(store: Any, site: Site, entries: list[Entry]) -> None:
    store.save_site(site)
    FAQ(store=store, site=site.id, semantic=False).add_all(entries)


def large() -> list[Entry]:
    """Five hundred questions in twenty categories, half a kilobyte of answer each."""
    topics = ("knee", "hip", "shoulder", "back", "heart", "lung", "skin", "eye", "ear", "tooth")
    dice = random.Random(7)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "en", "i", "or", "u")]

    def answer(number: int) -> str:
        words = ("".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(70))
        return f"Treatment {number} of the {topics[number % 10]} takes time. {' '.join(words)}."

    return [
        Entry(
            id=f"q{number}",
            question=f"What should I know about {topics[number % 10]} treatment number {number}?",
            answer=answer(number),
            category=f"Ward {number // 25 + 1}",
        )
        for number in range(500)
    ]


def rich_site() -> Site:
    """A site with every setting."""
    return Site(
        id="rich",
        name="Rich",
        contact={
            "phone": "+1 503 555 0100",
            "email": "a@example.org",
            "url": "https://example.org/c",
        },
        notice="General information only.",
        urgent_terms=("chest pain", "can't breathe", "胸痛"),
        urgent_text="Call 911 now.",
        accept_questions=True,
    )


def rich() -> list[Entry]:
    """Entries that use every field, in several languages."""
    return [
        Entry(
            id="rich",
            question="What can an answer hold?",
            answer=RICH,
            category="Formats",
            reviewed_by="Dr. Ada Lane",
            last_reviewed="2026-03-02",  # type: ignore[arg-type]
            sources=({"title": "A source", "url": "https://example.org/s"}, {"title": "A book"}),  # type: ignore[arg-type]
            notice="Only with this answer.",
        ),
        Entry(id="parking", question="Is parking free?", answer="Yes, behind the house.", category="Visit"),
        Entry(
            id="parking-es", question="¿Es gratis aparcar?", answer="Sí, detrás de la casa.",
            category="Visit", lang="es",
        ),
        Entry(id="naïve-café", question="Is the naïve café open?", answer="Daily.", category="Visit"),
        Entry(id="hours-he", question="מתי אתם פתוחים?", answer="כל יום.", category="Visit", lang="he"),
        Entry(id="停车", question="停车场收费吗？", answer="免费。", category="Visit", lang="zh"),
        Entry(id="plain", question="An entry without a category?", answer="Yes."),
    ]  # fmt: skip


def spanish() -> list[Entry]:
    """A site that is not in English."""
    return [Entry(id="horario", question="¿Cuándo abren?", answer="Todos los días.", lang="es")]
