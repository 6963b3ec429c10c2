"""No regular expression of the package takes more than its share, whatever it is given.

All are collected from the source, so that a new one is tried as soon as it is written.
"""

import ast
import dataclasses
import importlib
import inspect
import re
import re._constants as codes
import re._parser as parser
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.faults.fault_harness import SOAK, chance, count

ROOT = Path(__file__).resolve().parents[2]
CALLS = ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
# Calls whose pattern only their function knows: the first three are made at import and found in
# the module's variables, the last one is a separator of one kind of sign.
LOCAL = {
    ("faqlib/formats/leftovers.py", "pattern"),
    ("faqlib/formats/markers.py", "words"),
    ("faqlib/formats/markers.py", "letter"),
    ("faqlib/formats/fields.py", "separator"),
}
# These only ever see lines that were measured before.
SHORT = {"faqlib/formats/leftovers.py": 300}
GROWTH = 2.5  # of the time, for twice the text
SIZES = (8_000, 16_000, 32_000)
SAMPLES = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a",
    "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip


def sources() -> Iterator[tuple[str, str, ast.Module]]:
    """File, module name and syntax tree of each module of the packages."""
    for package in ("faqlib", "widget_server"):
        for path in sorted((ROOT / package).rglob("*.py")):
            file = path.relative_to(ROOT)
            name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
            yield str(file), name, ast.parse(path.read_text(encoding="utf-8"))


def is_pattern(node: ast.AST) -> bool:
    """Whether it is a call such as ``re.sub(...)`` or marshmallow's ``Regexp(...)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return False
    owner = node.func.value
    in_re = isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in CALLS
    return in_re or node.func.attr == "Regexp"


@dataclasses.dataclass(frozen=True)
class Found:
    """A pattern and the ways in which the package uses it."""

    pattern: re.Pattern[str]
    ways: frozenset[str]

    def use(self, text: str) -> None:
        """Match ``text`` as the package does; from its beginning, or anywhere."""
        if self.ways & {"fullmatch"}:
            self.pattern.fullmatch(text)
        if self.ways & {"match", "Regexp"}:
            self.pattern.match(text)
        if self.ways - {"match", "fullmatch", "Regexp"}:
            self.pattern.sub("", text)


def collect() -> dict[str, Found]:
    """Every pattern by the place where it stands."""
    found: dict[str, Found] = {}

    def add(file: str, pattern: re.Pattern[str], ways: Iterable[str]) -> None:
        found.setdefault(f"{file} {pattern.pattern[:40]!a}", Found(pattern, frozenset(ways)))

    for file, name, tree in sources():
        calls = [node for node in ast.walk(tree) if is_pattern(node)]
        if not calls:
            continue
        module, text = importlib.import_module(name), (ROOT / file).read_text(encoding="utf-8")
        for variable, value in vars(module).items():
            for pattern in held([] if inspect.ismodule(value) else [value]):
                ways = re.findall(rf"\b{re.escape(variable)}\.([a-z]+)\(", text)
                add(file, pattern, ways or ["match", "fullmatch"])
        for node in calls:
            assert isinstance(node, ast.Call)
            assert isinstance(node.func, ast.Attribute)
            way = node.func.attr
            at = {"compile": 1, "match": 2, "fullmatch": 2, "search": 2}.get(way, 9)
            flags = [word.value for word in node.keywords if word.arg == "flags"]
            flags += node.args[at : at + 1]
            try:
                text_of, *rest = (evaluate(part, vars(module)) for part in (node.args[0], *flags))
            except NameError as error:
                assert (file, error.name) in LOCAL  # noqa: PT017  (says which call is new)
                continue
            add(file, re.compile(text_of, *rest), [way])  # type: ignore[call-overload]
    return found


def held(values: Iterable[object], depth: int = 0) -> Iterator[re.Pattern[str]]:
    """The patterns among ``values``, and in tuples, lists, dictionaries and records of them."""
    for value in values:
        if isinstance(value, re.Pattern):
            yield value
        elif depth < 3 and isinstance(value, dict):
            yield from held(list(value.values()), depth + 1)
        elif depth < 3 and isinstance(value, (list, tuple)):
            yield from held(value, depth + 1)
        elif depth < 3 and dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            yield from held([getattr(value, field.name) for field in fields], depth + 1)


def evaluate(node: ast.expr, scope: Mapping[str, object]) -> object:
    return eval(compile(ast.Expression(node), "<pattern>", "eval"), dict(scope))


def letters(tree: object) -> Iterator[str]:
    """One letter for each thing that the pattern looks for."""
    for operation, argument in tree:  # type: ignore[attr-defined]
        if operation in (codes.LITERAL, codes.NOT_LITERAL):
            yield chr(argument)
        elif operation is codes.RANGE:
            yield chr(argument[0])
        elif operation is codes.CATEGORY:
            yield SAMPLES.get(str(argument), "a")
        elif operation is codes.ANY:
            yield "x"
        else:
            parts = argument if isinstance(argument, (list, tuple)) else [argument]
            for part in parts:
                if isinstance(part, (list, parser.SubPattern)):
                    pairs = [item for item in part if isinstance(item, tuple)]
                    nested = [item for item in part if isinstance(item, parser.SubPattern)]
                    yield from letters(pairs)
                    for inner in nested:
                        yield from letters(inner)
                elif isinstance(part, tuple) and part and isinstance(part[0], int):
                    yield from letters([part])


def units(pattern: re.Pattern[str], most: int, seed: str) -> list[str]:
    """What to repeat: each letter of the pattern, and pairs of them."""
    singles = list(
        dict.fromkeys((*letters(parser.parse(pattern.pattern, pattern.flags)), " ", "a"))
    )
    pairs = [one + other for one in singles for other in singles if one != other]
    chance(seed).shuffle(pairs)
    return singles[:60] + pairs[:most]


PATTERNS = collect()
LONG = [place for place in PATTERNS if place.partition(" ")[0] not in SHORT]


def attacks(place: str, most: int) -> Iterator[Callable[[int], str]]:
    """Texts of any length, each close to what the pattern matches and then not."""
    pattern = PATTERNS[place].pattern
    singles = units(pattern, 0, place)
    for unit in units(pattern, most, place):
        for first in ("", chance((place, unit)).choice(singles)):
            for last in ("", "\x00!"):
                yield lambda size, u=unit, f=first, e=last: f + u * (size // len(u)) + e  # type: ignore[misc]


def spent(found: Found, text: str) -> float:
    """Processor seconds of this thread for one use."""
    start = time.thread_time()
    found.use(text)
    return time.thread_time() - start


def growth(found: Found, attack: Callable[[int], str]) -> float:
    """How many times longer twice the text takes, by the quickest uses of each length.

    The lengths are tried in turn, so that a machine that is busy for a while slows all of them,
    and again as long as the growth looks steep: what is steep by chance is not so nine times.
    """
    texts = [attack(size) for size in SIZES]
    quickest = [float("inf")] * len(texts)
    steepness = 0.0
    for _ in range(9):
        quickest = [
            min(best, spent(found, text)) for best, text in zip(quickest, texts, strict=True)
        ]
        steepness = (quickest[-1] / quickest[0]) ** (1 / (len(SIZES) - 1))
        if steepness < GROWTH:
            break
    return steepness


def test_every_pattern_is_found() -> None:
    assert len(PATTERNS) > 100
    assert any(place.startswith("faqlib/schema.py") for place in PATTERNS)
    assert any(place.startswith("widget_server/redact.py") for place in PATTERNS)


@pytest.mark.parametrize("place", PATTERNS)
def test_no_pattern_hangs(place: str, tally: Callable[..., None]) -> None:
    """One that tries all combinations would never end: the run's own time limit ends it."""
    for attack in attacks(place, count(12, 400)):
        PATTERNS[place].use(attack(SHORT.get(place.partition(" ")[0], 1_500)))
        tally("hostile texts for regular expressions", tried=1, hung=0)


# These time the machine, so only a long run has them.
@pytest.mark.parametrize("place", LONG if SOAK else ())
def test_the_time_of_a_pattern_grows_with_its_text(place: str, tally: Callable[..., None]) -> None:
    found = PATTERNS[place]
    for attack in attacks(place, 60):
        if min(spent(found, attack(SIZES[0])) for _ in range(3)) < 0.001:
            continue  # too quick to tell, so quick enough
        assert growth(found, attack) < GROWTH, attack(10)
        tally("regular expressions by growth", tried=1, steep=0)


@pytest.mark.skipif(not SOAK, reason="it times the machine: a part of make soak")
def test_a_pattern_that_looks_at_its_text_again_and_again_is_told() -> None:
    steep = Found(re.compile("a*b"), frozenset({"search"}))
    even = Found(re.compile("a+"), frozenset({"search"}))
    assert growth(steep, lambda size: "a" * (size // 4)) > GROWTH
    assert growth(even, lambda size: "a" * size * 8) < GROWTH
