"""What the clinic can learn from its FAQ: each report is a list of rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from faqlib import FAQ
from widget_server.counts import top_searches
from widget_server.records import Records
from widget_server.records.tables import feedback

Rows = list[dict[str, Any]]
# A review counts as due this many days ahead.
SOON = 30


def unanswered(records: Records, faq: FAQ) -> Rows:
    """Searches that mostly found no answer, the most frequent first."""
    searches = top_searches(records, faq.site.id, limit=500)
    return [
        {"query": query, "asked": asked, "answered": answered}
        for query, asked, answered in searches
        if answered * 2 < asked
    ]


def asked(records: Records, faq: FAQ) -> Rows:
    """What is searched for most."""
    return [
        {"query": query, "asked": count, "answered": answered}
        for query, count, answered in top_searches(records, faq.site.id)
    ]


def unhelpful(records: Records, faq: FAQ) -> Rows:
    """Answers that visitors found unhelpful, the worst first, with their last reasons."""
    mine = feedback.c.site == faq.site.id
    counted = select(feedback.c.entry, feedback.c.helpful, func.count()).where(mine)
    reasons = select(feedback.c.entry, feedback.c.reason).where(
        mine, feedback.c.helpful.is_(False), feedback.c.reason != ""
    )
    with records.begin() as connection:
        counts = connection.execute(counted.group_by(feedback.c.entry, feedback.c.helpful)).all()
        given = connection.execute(reasons.order_by(feedback.c.id.desc()).limit(1_000)).all()
    totals: dict[str, list[int]] = {}
    for entry, helpful, count in counts:
        totals.setdefault(entry, [0, 0])[0 if helpful else 1] += count
    rows = []
    for entry, (yes, no) in totals.items():
        if no:
            found = faq.get(entry)
            rows.append(
                {
                    "entry": entry,
                    "question": found.question if found else "",
                    "helpful": yes,
                    "unhelpful": no,
                    "reasons": " | ".join([text for name, text in given if name == entry][:10]),
                }
            )
    return sorted(rows, key=lambda row: (-row["unhelpful"], row["helpful"], row["entry"]))


def review(records: Records, faq: FAQ) -> Rows:
    """Published answers whose review is due within a month or overdue, the oldest first."""
    today = datetime.datetime.now(datetime.UTC).date()
    due = [
        entry
        for entry in faq.entries("published")
        if entry.review_due and entry.review_due <= today + datetime.timedelta(days=SOON)
    ]
    return [
        {
            "entry": entry.id,
            "question": entry.question,
            "review_due": str(entry.review_due),
            "overdue": bool(entry.review_due and entry.review_due < today),
            "reviewed_by": entry.reviewed_by,
        }
        for entry in sorted(due, key=lambda entry: (str(entry.review_due), entry.id))
    ]


# In this order in a table, which has its head also where there is nothing to report.
COLUMNS: dict[str, tuple[str, ...]] = {
    "unanswered": ("query", "asked", "answered"),
    "unhelpful": ("entry", "question", "helpful", "unhelpful", "reasons"),
    "asked": ("query", "asked", "answered"),
    "review": ("entry", "question", "review_due", "overdue", "reviewed_by"),
}
REPORTS: dict[str, Callable[[Records, FAQ], Rows]] = {
    "unanswered": unanswered,
    "unhelpful": unhelpful,
    "asked": asked,
    "review": review,
}
