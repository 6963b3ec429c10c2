"""Load a FAQ, add a question, ask one, and see what a patient would see.

Run it with: python examples/quickstart.py
"""

from pathlib import Path

from faqlib import FAQ, Entry

HERE = Path(__file__).parent

with FAQ() as faq:  # in memory; FAQ.open("clinic.db", site="exosomes") keeps it
    report = faq.load(HERE / "exosomes" / "faq.yaml")
    print(report)

    faq.add(
        Entry(
            question="Is parking free?",
            answer="Yes. Park **behind the house**, in the rows marked *patients*.",
            category="Visit",
            tags=("car",),
            aliases=("Where do I leave my car?",),
        )
    )

    for words in ("When can I exercise again?", "where do i leave my car", "zygomorphic quokkas"):
        results = faq.search(words, limit=1)
        print(f"\n{words}")
        if not results.answered:
            print(f"  The FAQ has no answer (confidence {results.confidence:.0%}).")
        for hit in results:
            print(f"  {hit.entry.question}\n  {hit.snippet}")
