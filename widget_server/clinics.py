"""The sites of a server: one store, and for each site in use its FAQ with the search index."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import OrderedDict
from typing import Any

from faqlib import FAQ, Cursor, FAQError, Site, SiteNotFound

# Ids come from addresses: what cannot be one is turned away before the store is asked.
_SITE_ID = re.compile(r"[a-z0-9-]{1,64}")


class Clinics:
    """The FAQs of all sites in one store, loaded when first asked for; thread-safe.

    Args:
        store: what ``faqlib.open_store`` returns.
        bound: how many FAQs stay in memory; the least recently used goes first.
        semantic: what :class:`faqlib.FAQ` takes.
        most_entries: how many entries each may hold.

    Whoever sets ``background`` before the first site is asked for, as servers do, has no visitor
    wait for the sentence model, nor let it read a FAQ.
    """

    def __init__(
        self,
        store: Any,
        *,
        bound: int = 200,
        semantic: bool | str | None = None,
        most_entries: int | None = None,
    ) -> None:
        self.store = store
        self.background = False
        self._bound = bound
        self._semantic = semantic
        self._most_entries = most_entries
        self._faqs: OrderedDict[str, FAQ] = OrderedDict()
        self._lock = threading.Lock()

    def faq(self, site: str) -> FAQ:
        """The site's FAQ.

        Raises:
            SiteNotFound: when the store has no such site.
            StoreUnavailable: when the database does not answer.
        """
        with self._lock:
            faq = self._faqs.get(site)
            if faq is not None:
                self._faqs.move_to_end(site)
                return faq
        self.cursor(site)  # a FAQ of an unknown site would make that site
        made = FAQ(
            store=self.store,
            site=site,
            semantic=self._semantic,
            background=self.background,
            most_entries=self._most_entries,
        )
        with self._lock:
            faq = self._faqs.setdefault(site, made)
            self._faqs.move_to_end(site)
            while len(self._faqs) > self._bound:
                self._faqs.popitem(last=False)
        return faq

    def cursor(self, site: str) -> str:
        """The site's present state, as the store has it.

        Raises:
            SiteNotFound: when the store has no such site.
        """
        if not _SITE_ID.fullmatch(site):
            raise SiteNotFound(site)
        return str(self.store.cursor(site))

    def site(self, site: str) -> Site:
        """The site's settings.

        Raises:
            SiteNotFound: when the store has no such site.
        """
        if not _SITE_ID.fullmatch(site):
            raise SiteNotFound(site)
        found: Site = self.store.site(site)
        return found

    def sites(self) -> list[Site]:
        """All sites, by id."""
        found: list[Site] = self.store.sites()
        return found

    def follows(self, site: str, state: Cursor) -> None:
        """Whether the site is still the one that was once in this state.

        Raises:
            SiteNotFound: when it was deleted or restored since, or the state is too long ago.
        """
        if self.store.changed_since(site, state) is None:
            raise SiteNotFound(site)

    def warm(self, seconds: float = 2.0) -> int:
        """Load sites before anybody asks for them, for so long; how many were loaded.

        The first one takes longest: it brings in what searching is made of.
        """
        end, done = time.monotonic() + seconds, 0
        with contextlib.suppress(FAQError):  # a database that is away now may be back soon
            for site in self.sites()[: self._bound]:
                if time.monotonic() > end:
                    break
                self.faq(site.id).snapshot().suggest("warm")  # by words alone
                done += 1
        return done

    def embed(self) -> None:
        """Load the sentence model, and make what is missing of all sites' vectors.

        Until it is done, searches are answered by words alone.
        """
        with contextlib.suppress(FAQError):  # told when a visitor's search fails by it
            for site in self.sites()[: self._bound]:
                faq = self.faq(site.id)
                faq.embed()
                faq.snapshot().search("warm")

    def forget(self, site: str) -> None:
        """Drop a site that was deleted from memory."""
        with self._lock:
            self._faqs.pop(site, None)
