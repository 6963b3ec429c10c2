"""Why an entry was found: its reasons, told by signal."""

from __future__ import annotations

from faqlib.model import Reason
from faqlib.search.blend import Signals
from faqlib.search.prepared import Prepared
from faqlib.search.protocol import FIELDS
from faqlib.search.ranking import Impacts
from faqlib.search.words import Query


def reasons(
    query: Query, item: Prepared, signals: Signals, place: int, impacts: Impacts
) -> tuple[Reason, ...]:
    """The words that matched, with field and kind, then the likeness of meaning."""
    found: list[Reason] = []
    fields = {
        term: name
        for name, terms in zip(FIELDS, item.document.terms, strict=True)
        for term in terms
    }
    for group in query.groups:
        for alternative in group.alternatives:
            if alternative.term in fields:
                weight = alternative.weight * impacts.idf(impacts.of(alternative.term).holders)
                found.append(
                    Reason(
                        alternative.kind,
                        group.word,
                        alternative.term,
                        fields[alternative.term],
                        round(weight, 4),
                    )
                )
    found.sort(key=lambda reason: -reason.weight)
    _, _, *near = signals.board.at(place)
    meant = [0.0] * 3 if signals.meant is None else signals.meant.at(place)
    for kind, (question, whole, sentence) in (("similarity", near), ("embedding", meant)):
        cosines = {"question": question, "answer": max(whole, sentence)}
        found += [
            Reason(kind, query.text, "", field, round(value, 4))
            for field, value in cosines.items()
            if value > 0
        ]
    if item.entry.pinned:
        found.append(Reason("pinned"))
    return tuple(found)
