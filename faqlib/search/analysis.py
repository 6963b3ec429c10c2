"""From text to terms, the same way for entries and for queries.

A word is lower-cased and stripped of accents; a term is its stem. Analysis is per language: an
entry is analysed in its own, a query in every language that the index holds. Scripts written
without spaces give overlapping pairs of characters.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

# Letters and digits, held together by one apostrophe, point or at-sign inside: o'clock, 3.5.
_WORD = re.compile(r"[^\W_]+(?:['’.@][^\W_]+)*")
_PLAIN_WORD = re.compile(r"[a-z0-9]+(?:['.@][a-z0-9]+)*")  # the same in lower-case ASCII, faster
# Han, Hiragana, Katakana, Thai, Lao, Khmer, Burmese: no spaces between words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
MAX_WORD = 64

_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}

# Only what carries no meaning in a question: "not", "after" and "without" stay.
STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset("a an and are be do does for i in is it my of or the to".split()),
    "es": frozenset(
        "a al como con cual cuales de del donde el ella en es esta este hay la las lo los"
        " me mi mis o para por puede puedo que se si su sus tengo un una y ya".split()
    ),
    "de": frozenset(
        "als am an auch auf bei bin das dem den der des die du ein eine einem einen einer"
        " es fur haben hat ich ihr im in ist kann mein meine mich mir mit oder sich sie"
        " sind um und von was wie wir wird zu zum zur".split()
    ),
    "fr": frozenset(
        "a au aux avec ce ces cette comment dans de des du elle en est et il j je l la le"
        " les ma mes mon ou par pour puis que qui quel quelle sa se ses si son sur un une"
        " vous".split()
    ),
    "pt": frozenset(
        "a ao as com como da das de do dos e em essa esse esta este eu meu minha na nas"
        " no nos o os ou para pela pelo por posso qual que se sua seu um uma".split()
    ),
    "it": frozenset(
        "a al alla anche che chi come con cosa da dal de dei del della di e gli ho i il"
        " in io la le lo mi mia mio nel o per posso quale se si sono su un una".split()
    ),
    "nl": frozenset(
        "als aan bij dat de den der die dit een en er het hoe ik in is je kan me met mijn"
        " naar of om op te tot u uw van voor wat we wie word wordt zijn".split()
    ),
}


def language(tag: str) -> str:
    """The primary language of a BCP 47 tag: ``pt-BR`` gives ``pt``."""
    return tag.partition("-")[0].lower()


def fold(text: str) -> str:
    """``text`` case-folded and without accents; ``ß`` becomes ``ss``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not _is_mark(c)))


def _is_mark(char: str) -> bool:
    # Only the accents of Latin, Greek and Cyrillic: the marks of Indic scripts are vowels.
    return "\u0300" <= char <= "\u036f"


@cache
def _stemmer(lang: str) -> Callable[[str], str]:
    name = _STEMMERS.get(lang)
    if name is None:
        return lambda word: word
    import snowballstemmer  # compiled where pystemmer is installed, else plain Python

    stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    return stem


# A stemmer keeps the word it works on in itself: two threads in one loop for ever or fail.
_STEMMING = threading.Lock()


@lru_cache(maxsize=65_536)
def stem(word: str, lang: str) -> str:
    """The term of one lower-case word. Accents are needed for stemming, so they go last."""
    with _STEMMING:
        stemmed = _stemmer(lang)(word)
    return fold(stemmed)


def places(text: str) -> list[tuple[int, int]]:
    """Where each of the :func:`words` of ``text`` begins and ends."""
    if text.isascii():
        return list(map(re.Match.span, _PLAIN_WORD.finditer(text.lower())))
    if _UNSPACED.search(text) is None:
        return list(map(re.Match.span, _WORD.finditer(text)))
    return [(start, end) for _, start, end in _spans(text)]


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _WORD.finditer(text):
        word, start = match[0], match.start()
        if word.isascii() or _UNSPACED.search(word) is None:
            yield _normal(word[:MAX_WORD]), start, match.end()
        else:
            yield from _pairs(word, start)


def _normal(word: str) -> str:
    if word.isascii():
        lowered = word.lower()
    else:
        lowered = unicodedata.normalize("NFKC", word).casefold().replace("’", "'")
    return lowered.removesuffix("'s")


def _pairs(word: str, start: int) -> Iterator[tuple[str, int, int]]:
    at = 0
    for match in _UNSPACED.finditer(word):
        if match.start() > at:
            yield _normal(word[at : match.start()]), start + at, start + match.start()
        run = match[0]
        for i in range(max(1, len(run) - 1)):
            yield (
                run[i : i + 2],
                start + match.start() + i,
                start + match.start() + i + len(run[i : i + 2]),
            )
        at = match.end()
    if at < len(word):
        yield _normal(word[at:]), start + at, start + len(word)


def words(text: str) -> list[str]:
    """The lower-case words of ``text``, accents kept."""
    if text.isascii():
        text = text.lower()
        bare = text.replace(" ", "").isalnum()  # what most type needs no expression
        found: list[str] = text.split() if bare else _PLAIN_WORD.findall(text)
        if len(text) <= MAX_WORD or max(map(len, found), default=0) <= MAX_WORD:
            return found if "'s" not in text else [word.removesuffix("'s") for word in found]
        return [word[:MAX_WORD].removesuffix("'s") for word in found]
    if _UNSPACED.search(text) is None:
        return [_normal(word[:MAX_WORD]) for word in _WORD.findall(text)]
    return [word for word, _, _ in _spans(text)]


def is_stop_word(word: str, lang: str) -> bool:
    """Whether the word says nothing about what is asked."""
    return fold(word) in STOP_WORDS.get(lang, frozenset())
