"""What nobody types by mistake: texts, queries and values made to hang, break or mislead.

All of it follows from a seed, so that whatever goes wrong can be tried again.
"""

import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from faqlib import FAQ, Entry

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SIGNS = (
    "\0", "\x07", "\x1b[2J", "\x7f", "\x85", "\ud800", "\udfff", "\ud800\udc00", "\u200b", "\u200d",
    "\u202e", "\u2066", "\u2069", "\ufeff", "\u2028", "\ufffe", "\u00ad", "\u0301", "\u0345", "ſ",
    "İ", "ﬁ", "ß", "ŉ", "\U0001f469\u200d\u2695\ufe0f", "\U0010ffff", "\U000e0041", "ไทย", "停車場",
    "가", "ا\u064b", "\u0e33", "ﷺ", "𝕊", "①", "\n", "\r", "\t", "\u00a0", "\u3000", "'", '"', "\\",
    "`", "<", ">", "&lt;", "&#0;", "%00", "%ff", "../", "{{7*7}}", "${x}", "=1+1", "@", "--", ";",
)  # fmt: skip
VALUES = (
    None, True, False, 0, -1, 2**31, 2**63, 2**64, 10**400, 1e308, 0.1, "", " ", "published",
    "2026-02-30", "0000-00-00", "9" * 500, float("nan"), float("inf"), "https://a.example",
    "javascript:alert(1)", "x" * 60_000,
)  # fmt: skip
# Every operator of Whoosh's query language, each around or after a word.
OPERATORS: tuple[Callable[[str, str], str], ...] = (
    lambda a, b: f"{a} AND {b}", lambda a, b: f"{a} OR {b}", lambda a, b: f"NOT {a} {b}",
    lambda a, b: f"{a} ANDNOT {b}", lambda a, b: f"{a} ANDMAYBE {b}",
    lambda a, b: f"{a} REQUIRE {b}", lambda a, b: f"({a}) ({b})", lambda a, b: f"({a} ({b}",
    lambda a, b: f'"{a} {b}"', lambda a, b: f'"{a} {b}"~9', lambda a, b: f"'{a} {b}'",
    lambda a, b: f"{a}* {b}", lambda a, b: f"*{a}* ?{b}", lambda a, b: f"?*{a}?*?*{b}?*",
    lambda a, b: f"{a}~9 {b}~2/1", lambda a, b: f"{a}^9e99 {b}^-1",
    lambda a, b: f"question:{a} answer:{b}", lambda a, b: f"id:{a} nothing:{b}",
    lambda a, b: f"question:[{a} TO {b}]", lambda a, b: f"{{{a} TO {b}}}", lambda a, b: f"[TO {b}]",
    lambda a, b: f"question:>{a} <={b}", lambda a, b: f'r"({a}.*)*{b}"', lambda a, b: f"+{a} -{b}",
    lambda a, b: f"{a}&&{b}||{a}", lambda a, b: f"date:[20000101 TO '{b}']", lambda a, b: "*:*",
    lambda a, b: f"#numeric {a}..{b}", lambda a, b: f"{a}//{b}", lambda a, b: f"<{a} {b}>",
)  # fmt: skip


@cache
def words() -> tuple[str, ...]:
    """Words that the example FAQs really have."""
    found: dict[str, None] = {}
    for path in sorted(EXAMPLES.glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        found |= dict.fromkeys(word for word in text.split() if word.isalpha())
    assert len(found) > 500
    return tuple(found)


def large_faq(size: int = 1_000) -> FAQ:
    """A FAQ of ``size`` entries in two languages, of the examples' words."""
    rng = random.Random(5)
    faq = FAQ(semantic=False)
    faq.add_all(
        Entry(
            " ".join(rng.choices(words(), k=8)) + "?",
            " ".join(rng.choices(words(), k=rng.randint(20, 150))) + ".",
            id=f"e{number}",
            lang="es" if number % 10 == 0 else "en",
        )
        for number in range(size)
    )
    return faq


def slip(rng: random.Random, word: str) -> str:
    """``word`` with up to two typing slips."""
    letters = list(word)
    for _ in range(rng.randint(1, 2)):
        letters.insert(rng.randrange(len(letters) + 1), rng.choice("etaoinxz"))
        del letters[rng.randrange(len(letters))]
    return "".join(letters)


def word(rng: random.Random) -> str:
    """A word: a real one, a misspelt, an unfinished, two joined, a sign, or noise."""
    one = rng.choice(words())
    kind = rng.randrange(8)
    if kind < 2:
        return one
    if kind == 2:
        return slip(rng, one)
    if kind == 3:
        return one[: rng.randint(1, 4)]
    if kind == 4:
        return one + rng.choice(words())
    if kind == 5:
        return rng.choice(SIGNS) * rng.choice((1, 1, 2, 50))
    if kind == 6:
        return "".join(chr(rng.choice((0x80, 0x800, 0x10000, 0x110000)) - 1 - rng.randrange(99))
                       for _ in range(rng.randint(1, 8)))  # fmt: skip
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.choice((3, 9, 70))))


def query(rng: random.Random) -> str:
    """One hostile query, from a letter to a million of them."""
    kind = rng.randrange(10)
    if kind < 3:
        return " ".join(word(rng) for _ in range(rng.choice((1, 2, 5, 12, 32, 60))))
    if kind < 6:
        return rng.choice((" ", "")).join(
            rng.choice(OPERATORS)(word(rng), word(rng)) for _ in range(rng.choice((1, 2, 8, 40)))
        )
    if kind == 6:
        return word(rng) * rng.choice((1, 10, 100, 1_000))
    if kind == 7:
        return rng.choice(("(", "[", '"', "NOT ", "*", "a ", "'a", "a.b", "a@")) * rng.randint(
            1, 500
        )
    if kind == 8:  # the longest that are looked at: all misspelt, or all beginnings
        make = rng.choice((lambda: slip(rng, rng.choice(words())), lambda: word(rng)))
        return " ".join(make() for _ in range(40))
    return rng.choice(SIGNS).join(rng.choices(words(), k=rng.choice((2, 30)))) * rng.choice(
        (1, 300)
    )


def value(rng: random.Random, depth: int = 0) -> object:
    """A JSON value of any kind."""
    kind = rng.randrange(11 if depth < 4 else 8)
    if kind < 3:
        return rng.choice((" ", "")).join(word(rng) for _ in range(rng.choice((1, 2, 20))))
    if kind < 8:
        return rng.choice(VALUES)
    if kind == 8:
        return [value(rng, depth + 1) for _ in range(rng.choice((0, 1, 3, 60)))]
    names = [rng.choice((word(rng), "id", "question", "")) for _ in range(rng.choice((1, 4)))]
    return {name: value(rng, depth + 1) for name in names}


def mutated(rng: random.Random, data: bytes) -> bytes:
    """``data`` with pieces changed, doubled, cut or moved."""
    changed = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 3, 12))):
        start = rng.randrange(len(changed) + 1)
        end = min(len(changed), start + rng.choice((0, 1, 4, 40, 400)))
        piece = bytes(changed[start:end])
        kind = rng.randrange(5)
        if kind == 0:
            changed[start:end] = rng.choice(SIGNS).encode("utf-8", "surrogatepass")
        elif kind == 1:
            changed[start:end] = piece * rng.choice((0, 2, 30))
        elif kind == 2:
            changed[start:end] = rng.randbytes(rng.randint(1, 4))
        elif kind == 3:
            changed += piece
        elif rng.random() < 0.2:
            del changed[start:]
    return bytes(changed[:200_000])


def body(rng: random.Random, good: dict[str, object]) -> bytes:
    """A JSON body: a good one with values of other kinds, damaged, or something else."""
    made = dict(good)
    for name in rng.sample(sorted(made), rng.randint(0, min(3, len(made)))):
        made[name] = value(rng)
    if rng.random() < 0.2:
        made[word(rng)] = value(rng)
    chosen = made if rng.random() < 0.8 else value(rng)
    text = json.dumps(chosen, ensure_ascii=rng.random() < 0.5)
    data = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.3:
        return mutated(rng, data)
    if rng.random() < 0.02:
        return rng.choice((b"[", b'{"a":')) * rng.choice((500, 5_000, 30_000))
    return data if rng.random() < 0.95 else text.encode("utf-16", "surrogatepass")


def many(make: Callable[[random.Random], str], first: int, last: int) -> Iterator[tuple[int, str]]:
    """Number and text of the tries ``first`` to ``last`` (without it)."""
    for turn in range(first, last):
        yield turn, make(random.Random(turn))
