"""From a visitor's words to ranked entries."""

from faqlib.search.analysis import language
from faqlib.search.embedding import Embedder
from faqlib.search.encoder import Encoder, encoder_for
from faqlib.search.filters import Filter
from faqlib.search.projection import Projection
from faqlib.search.projector import Projector
from faqlib.search.protocol import FIELDS, Backend, Document, Posting, Snapshot

__all__ = [
    "FIELDS",
    "Backend",
    "Document",
    "Embedder",
    "Encoder",
    "Filter",
    "Posting",
    "Projection",
    "Projector",
    "Snapshot",
    "encoder_for",
    "language",
]
