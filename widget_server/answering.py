"""Public answers as ready-made bytes, from plain values: no request is looked at here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl, unquote_plus

from marshmallow import Schema, ValidationError, validate

from faqlib import Snapshot
from widget_server import payloads
from widget_server.answers import Shelf
from widget_server.compression import Body, Effort
from widget_server.limits import Limits

# Above this, compressed, the widget asks for questions first and for answers when idle.
SMALL = 16_000
_ERRORS = "werkzeug.url_quote"  # Flask's way with bytes that are no UTF-8
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")

# From a query string, the FAQ and a visitor: an answer, or None where it takes more than that
# to say what is wrong.
Again = Callable[[str, Snapshot, str], Body | None]
Find = Callable[[Snapshot, Mapping[str, Any], str], Body]


@dataclass(slots=True)
class Answering:
    """Finds and makes the public answers of one application; thread-safe.

    ``build`` tells this server from one that would answer otherwise in the same state of a site.
    """

    bodies: Shelf[Body]
    limits: Limits
    query_limit: int
    build: str

    def tag(self, faq: Snapshot) -> str:
        """The ETag of what is made of this state, without quotes: another one after an upgrade."""
        return f"{faq.cursor}-{self.build}"

    def search(self, faq: Snapshot, args: Mapping[str, Any], visitor: str) -> Body:
        """What is found for a checked query, from the shelf if it is there.

        Raises:
            APIError: when the visitor searched too often.
        """
        query = normalised(args["q"], self.query_limit)
        what = ("search", query, args["limit"], args["category"], args["lang"])
        return self.ready(faq, what, lambda: self.found(faq, args, visitor))

    def found(self, faq: Snapshot, args: Mapping[str, Any], visitor: str) -> Body:
        """The same, not kept here: for those who keep what they make of it."""
        self.limits.spend("search", visitor)
        query, limit = normalised(args["q"], self.query_limit), args["limit"]
        final = faq.ready()
        # A form sends what was left open as an empty text.
        category = args["category"] or None
        results = faq.search(query, limit=limit, category=category, lang=args["lang"])
        data = payloads.search_json(faq, results, limit)
        return Body(data, self.tag(faq), answered=results.answered, final=final)

    def suggested(self, faq: Snapshot, args: Mapping[str, Any], visitor: str) -> Body:
        """Completions of what is being typed, not kept here either.

        Raises:
            APIError: when the visitor searched too often.
        """
        self.limits.spend("search", visitor)
        query = normalised(args["q"], self.query_limit)
        found = faq.suggest(query, limit=args["limit"], lang=args["lang"])
        payload = {"query": query, "suggestions": found, "revision": str(faq.cursor)}
        return self._body(faq, payload, "quick")

    def bundle(self, faq: Snapshot, *, parts: str = "all") -> Body:
        """The bundle; ``parts="questions"`` holds the answers too where that is small."""
        body = self.settled(faq, ("bundle",), lambda: payloads.bundle_payload(faq), by_model=True)
        if parts == "all" or len(body.encoded("gzip")[0]) < SMALL:
            return body
        return self.settled(
            faq,
            ("questions",),
            lambda: payloads.bundle_payload(faq, answers=False),
            by_model=True,
        )

    def settled(
        self,
        faq: Snapshot,
        what: tuple[Any, ...],
        make: Callable[[], payloads.Payload],
        *,
        by_model: bool = False,
    ) -> Body:
        """An answer that is the same for every visitor as long as nobody edits.

        ``by_model`` says that it holds related entries, which the sentence model has a say in.
        """

        def body() -> Body:
            final = not by_model or faq.ready()
            return self._body(faq, make(), "good", final=final)

        return self.ready(faq, what, body)

    def ready(self, faq: Snapshot, what: tuple[Any, ...], make: Callable[[], Body]) -> Body:
        """A body of this state of the site, from the shelf or new."""
        key = (faq.site.id, str(faq.cursor), *what)
        found = self.bodies.get(key)
        if found is not None:
            return found
        made = make()
        return self.bodies.put(key, made) if made.final else made

    def _body(
        self, faq: Snapshot, payload: payloads.Payload, effort: Effort, *, final: bool = True
    ) -> Body:
        data = payloads.encode(payload).encode()
        return Body(data, self.tag(faq), effort=effort, final=final)


def again(checker: Schema, find: Find) -> Again:
    """``find`` for a query string instead of checked values."""
    # The one thing that a text can be refused for: to ask the field itself takes much longer.
    (length,) = cast(list[validate.Length], checker.fields["q"].validators)

    def answer(query_string: str, faq: Snapshot, visitor: str) -> Body | None:
        parts = query_string.split("&")
        asked = [part for part in parts if part[:2] == "q="]
        if not asked:
            return None
        try:
            args = _checked(checker, tuple([part for part in parts if part[:2] != "q="]))
            if args is None:  # its name is written in another way too
                return None
        except ValidationError:
            return None
        query = unquote_plus(asked[0][2:], errors=_ERRORS)
        if len(query) > cast(int, length.max):
            return None
        return find(faq, {**args, "q": query}, visitor)

    return answer


@lru_cache(maxsize=256)
def _checked(checker: Schema, parts: tuple[str, ...]) -> Mapping[str, Any] | None:
    # What is not the question is nearly always the same.
    pairs = parse_qsl("&".join(parts), keep_blank_values=True, errors=_ERRORS)
    names = dict(reversed(pairs))  # as for Flask, of two values with one name the first counts
    return None if "q" in names else cast(Mapping[str, Any], checker.load({**names, "q": ""}))


def normalised(query: str, limit: int) -> str:
    """The query as it is cached: single blanks, no control characters, cut at the limit."""
    if not query.isprintable():
        query = _CONTROL.sub(" ", query)
    return " ".join(query.split())[:limit]
