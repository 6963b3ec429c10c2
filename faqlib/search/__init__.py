"""From a visitor's words to ranked entries."""

from faqlib.search.analysis import language
from faqlib.search.projection import Projection
from faqlib.search.projector import Projector

__all__ = ["Projection", "Projector", "language"]
