"""Three clinics in one database, edited in any order: none ever finds anything of another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from faqlib import FAQ, Entry, Site, open_store
from tests.faults.fault_harness import chance, count

SITES = ("north", "south", "north-2")
WORDS = ("parking", "lift", "fever", "refill")


def test_no_order_of_edits_and_searches_shows_one_site_anything_of_another(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    """The same ids and words in all; what an answer says is whose it is."""
    rng = chance("tenants")
    with closing(open_store(tmp_path / "faq.db")) as store, ExitStack() as stack:
        for site in SITES:
            store.save_site(Site(site))
        faqs = {
            site: [stack.enter_context(FAQ(store=store, site=site, semantic=False)) for _ in "ab"]
            for site in SITES
        }
        for turn in range(count(150, 10_000)):
            site, word = rng.choice(SITES), rng.choice(WORDS)
            editor, name = rng.choice(faqs[site]), f"e{rng.randrange(4)}"
            if rng.random() < 0.25:
                if name in editor:
                    editor.remove(name)
            else:
                answer = f"Of {site} only: {turn}."
                status = rng.choice(("published", "published", "draft"))
                editor.merge([Entry(f"Where is {word} {turn}?", answer, id=name, status=status)])
            asked = rng.choice(SITES)
            reader = rng.choice(faqs[asked])
            mine = {entry.answer for entry in store.snapshot(asked)[2]}
            found = [hit.entry for hit in reader.search(f"where is {word}", limit=20)]
            for entry in (*found, *reader):
                assert entry.answer.startswith(f"Of {asked} only"), turn
                assert entry.answer in mine, turn
            questions = {entry.question for entry in reader if entry.status == "published"}
            assert set(reader.suggest("where is", limit=20)) <= questions
            tally("edits and searches of three sites in one database", tried=1, crossed=0)
