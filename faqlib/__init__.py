"""A FAQ that finds the right answer: data model, store, formats and search in one facade.

>>> from faqlib import FAQ, Entry
>>> with FAQ(semantic=False) as faq:
...     _ = faq.add(Entry(question="Is parking free?", answer="Yes, behind the house."))
...     faq.search("where can i park")[0].entry.answer
'Yes, behind the house.'

Names are loaded when they are first used: ``import faqlib`` alone costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know the name; typing takes longer to load than all of this
if TYPE_CHECKING:
    from faqlib.errors import (
        DamagedEntry,
        EditConflict,
        EntryExists,
        EntryNotFound,
        FAQError,
        ImportFormatError,
        InvalidData,
        MissingExtra,
        ModelUnavailable,
        Problem,
        SiteNotFound,
        StoreError,
        StoreUnavailable,
        TooManyEntries,
    )
    from faqlib.faq import FAQ
    from faqlib.formats import FORMATS, read_file, write_file
    from faqlib.markup import render_html, render_text, render_tree
    from faqlib.model import (
        Cursor,
        Entry,
        Hit,
        ImportReport,
        Reason,
        Results,
        SetAside,
        Site,
        Source,
        Version,
        direction,
        slug,
    )
    from faqlib.reading import Snapshot
    from faqlib.schema import (
        EntrySchema,
        SiteSchema,
        dump_entry,
        dump_site,
        is_safe_url,
        load_entry,
        load_site,
    )
    from faqlib.search import Encoder
    from faqlib.store import Store, open_store

_HOMES = {
    "errors": (
        "DamagedEntry EditConflict EntryExists EntryNotFound FAQError ImportFormatError"
        " InvalidData MissingExtra ModelUnavailable Problem SiteNotFound StoreError"
        " StoreUnavailable TooManyEntries"
    ),
    "faq": "FAQ",
    "formats": "FORMATS read_file write_file",
    "markup": "render_html render_text render_tree",
    "model": (
        "Cursor Entry Hit ImportReport Reason Results SetAside Site Source Version direction slug"
    ),
    "reading": "Snapshot",
    "schema": "EntrySchema SiteSchema dump_entry dump_site is_safe_url load_entry load_site",
    "search": "Encoder",
    "store": "Store open_store",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__version__ = "0.1.0"
__all__ = [  # noqa: RUF022 - in plain order, which readers and their tests expect
    "Cursor",
    "DamagedEntry",
    "EditConflict",
    "Encoder",
    "Entry",
    "EntryExists",
    "EntryNotFound",
    "EntrySchema",
    "FAQ",
    "FAQError",
    "FORMATS",
    "Hit",
    "ImportFormatError",
    "ImportReport",
    "InvalidData",
    "MissingExtra",
    "ModelUnavailable",
    "Problem",
    "Reason",
    "Results",
    "SetAside",
    "Site",
    "SiteNotFound",
    "SiteSchema",
    "Snapshot",
    "Source",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "TooManyEntries",
    "Version",
    "direction",
    "dump_entry",
    "dump_site",
    "is_safe_url",
    "load_entry",
    "load_site",
    "open_store",
    "read_file",
    "render_html",
    "render_text",
    "render_tree",
    "slug",
    "write_file",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'faqlib' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"faqlib.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
