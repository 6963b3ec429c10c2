"""Words and phrases that mean the same to a patient: those that ship, and a site's own.

In the file, members of a group are parted by ``|``; a line with ``=>`` goes one way only, from
the words that are typed to the words of the FAQ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain
from types import MappingProxyType

from faqlib.search import analysis

_LONGEST = 4  # words of a phrase

_NOTHING: Mapping[str, int] = MappingProxyType({})

Phrase = tuple[str, ...]  # terms


class Thesaurus:
    """For each phrase, the terms of the others of its groups. Immutable."""

    def __init__(self, others: Mapping[Phrase, frozenset[str]]) -> None:
        self._others = others

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]], lang: str) -> Thesaurus:
        """A thesaurus of groups whose members all stand for one another."""
        found: dict[Phrase, set[str]] = {}
        for group in groups:
            phrases = [_phrase(member, lang) for member in group]
            terms = set(chain.from_iterable(phrases))
            for phrase in phrases:
                found.setdefault(phrase, set()).update(terms)
        found.pop((), None)
        return cls({phrase: frozenset(terms.difference(phrase)) for phrase, terms in found.items()})

    def joined(self, other: Thesaurus) -> Thesaurus:
        """Both together."""
        if not (self._others and other._others):
            return other if other._others else self
        phrases = {*self._others, *other._others}
        nothing: frozenset[str] = frozenset()
        return Thesaurus(
            {p: self._others.get(p, nothing) | other._others.get(p, nothing) for p in phrases}
        )

    @cached_property
    def _following(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for phrase in self._others:
            if len(phrase) > 1:
                longest = found.setdefault(phrase[0], {})
                most = min(len(phrase), _LONGEST)
                longest[phrase[1]] = max(longest.get(phrase[1], 0), most)
        return found

    def knows(self, stems: Iterable[str]) -> bool:
        """Whether one of the stems is a member by itself."""
        return not self._others.keys().isdisjoint([(stem,) for stem in stems])

    def following(self, stem: str) -> Mapping[str, int]:
        """The second words of phrases that begin with this one; of how many words at most."""
        return self._following.get(stem, _NOTHING)

    def of_word(self, stems: Sequence[str]) -> list[str]:
        """The terms that may stand for a word of these stems by itself."""
        found = [self._others[one] for stem in stems if (one := (stem,)) in self._others]
        return sorted(frozenset[str]().union(*found))

    def longest(self, stems: Phrase) -> tuple[int, tuple[str, ...]]:
        """How many words, 2 or more, the longest phrase has that these begin with, and its others.

        One word, and nothing, where none does.
        """
        for length in range(len(stems), 1, -1):
            if others := self._others.get(stems[:length]):
                return length, tuple(sorted(others))
        return 1, ()


def _phrase(text: str, lang: str) -> Phrase:
    return tuple(analysis.stem(word, lang) for word in analysis.words(text))


@lru_cache(maxsize=64)
def thesaurus(langs: Sequence[str], synonyms: Sequence[Sequence[str]]) -> Thesaurus:
    """The thesaurus of a site: what ships for its languages, and its own groups, as tuples."""
    found = Thesaurus({})
    for lang in langs:
        found = found.joined(general(lang)).joined(Thesaurus.of(synonyms, lang))
    return found


@cache
def general(lang: str) -> Thesaurus:
    """The thesaurus that ships for a language; empty where there is none."""
    path = files("faqlib.search") / "data" / f"thesaurus.{lang}.txt"
    if not path.is_file():
        return Thesaurus({})
    both, one_way = [], []
    for line in path.read_text("utf-8").splitlines():
        text = line.partition("#")[0].strip()
        typed, arrow, meant = text.partition("=>")
        members = [member.strip() for member in (meant if arrow else typed).split("|")]
        if arrow:
            one_way.append((typed.strip(), members))
        elif text:
            both.append(members)
    directed = {
        _phrase(typed, lang): frozenset(t for member in members for t in _phrase(member, lang))
        for typed, members in one_way
    }
    return Thesaurus.of(both, lang).joined(Thesaurus(directed))
