"""The example sites, loaded into a store."""

from __future__ import annotations

from typing import Any

import yaml

from faqlib import FAQ, load_site
from widget_server.places import DEMO_SITES, find


def load_examples(store: Any) -> None:
    """Put both example sites, with every language they have, into ``store``."""
    for name in DEMO_SITES:
        folder = find(f"examples/{name}")
        settings = yaml.safe_load((folder / "site.yaml").read_text("utf-8"))
        store.save_site(load_site(settings))
        faq = FAQ(store=store, site=name, semantic=False)
        for path in sorted(folder.glob("faq*.yaml")):
            faq.load(path)
