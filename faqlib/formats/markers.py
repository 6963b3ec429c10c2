"""How questions and answers are marked in plain text: ``Q:``, ``Frage:``, ``1. …?``, ``**…?**``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

QUESTION_WORDS = (
    "question|frage|pregunta|pergunta|domanda|vraag|spørgsmål|fråga|pytanie|вопрос|質問"
    "|问题|問題|提问|问|問|질문|سؤال|السؤال|س|שאלה|ש"
)
ANSWER_WORDS = (
    "answer|ans|antwort|respuesta|resposta|réponse|reponse|risposta|antwoord|svar|odpowiedź"
    "|ответ|回答|答案|答|답변|답|جواب|الجواب|إجابة|الإجابة|ج|תשובה|ת"
)
# Single letters mean different things: "P: 555 0100" is a telephone in one file and a question in
# another. A file's letters are the pair that it uses most.
_LETTERS = (("q", "a"), ("q", "r"), ("f", "a"), ("p", "r"), ("d", "r"), ("v", "a"), ("в", "о"))
_NUMBER = r"[ ]?(?:no\.? ?)?#?\d{0,3}"
_CATEGORY = re.compile(
    r"(?:category|kategorie|rubrik|categoría|categoria|catégorie)[ ]?[:：](?P<name>.{0,200})",
    re.IGNORECASE,
)
_ID = re.compile(r"ID: (?P<id>.{1,200})$")
_NUMBERED = re.compile(r"#?[0-9]{1,3}[.):][ ]+(?P<question>.{2,500}[?？؟])")
_DECORATED = re.compile(
    r"(?:#{1,6}[ ]+(?P<heading>.{2,500}[?？؟])[ ]*#{0,6}"
    r"|(?:[0-9]{1,3}[.)][ ]+)?(?P<mark>\*\*|__)(?:[0-9]{1,3}[.)][ ]+)?"
    r"(?P<bold>[^*]{1,500}[?？؟])[ ]*(?P=mark)[:：]?\\?)"
)
_LED = re.compile(
    r"(?:[0-9]{1,3}[.)][ ]+)?\*\*(?:[0-9]{1,3}[.)][ ]+)?(?P<question>[^*]{1,500}[?？؟])[ ]*\*\*"
    r"[:：]?[ ]+(?P<answer>[^ ?？؟].*)"
)
_BOLD = re.compile(r"\*\*(?P<text>[^*]{2,200})\*\*[:：]?\\?")
_ENDS = ("?", "？", "؟")
_LONGEST = 300
_QUESTION = 500  # characters, as the schema has it


@dataclass(frozen=True, slots=True)
class Markers:
    """The markers that one file uses."""

    question: re.Pattern[str]
    answer: re.Pattern[str]

    def question_in(self, line: str) -> str | None:
        """The text after a question's marker, or ``None``.

        After a letter other than Q it has to be a question: ``P: 555 0100`` is a telephone.
        """
        text = _after(self.question, line)
        sure = self.question.pattern == _SURE or text is None or text.endswith(_ENDS)
        return text if sure or not re.match(r"[*_]*\w ?[0-9]*[:：]", line) else None

    def answer_in(self, line: str) -> str | None:
        """The text after an answer's marker, or ``None``."""
        return _after(self.answer, line)


def _after(pattern: re.Pattern[str], line: str) -> str | None:
    if (found := pattern.match(line)) is None:
        return None
    rest = line[found.end() :].strip()
    opened = found["bold"]
    if opened and not found["closed"] and rest.endswith(opened):
        rest = rest.removesuffix(opened)  # **Q: What is it?**
    return rest.strip()


def _pattern(words: str, letter: str, ends: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<bold>\*\*|__)?(?:{words}|{letter}){_NUMBER}[ ]?(?:\*\*|__)?{ends}"
        r"(?P<closed>\*\*|__)?",
        re.IGNORECASE,
    )


def _markers(letters: tuple[str, str]) -> Markers:
    return Markers(
        _pattern(QUESTION_WORDS, letters[0], r"(?:[:：]|[.)\-–](?=[ ]))"),
        _pattern(ANSWER_WORDS, letters[1], r"(?:[:：]|[.)\-–](?=[ ]))"),
    )


_KNOWN = tuple(_markers(letters) for letters in _LETTERS)
USUAL = _KNOWN[0]  # Q and A
_SURE = USUAL.question.pattern


def markers_of(lines: Iterable[str]) -> Markers | None:
    """The markers that these lines use, or ``None`` if they use none.

    Letters other than Q count only where at least half of the questions have a marked answer.
    """
    texts = list(lines)
    best: Markers | None = None
    most = (0, 0)
    for markers in _KNOWN:
        asked = sum(markers.question_in(line) is not None for line in texts)
        answered = sum(markers.answer_in(line) is not None for line in texts)
        certain = answered * 2 >= asked or markers.question == USUAL.question
        if asked and certain and (asked, answered) > most:
            best, most = markers, (asked, answered)
    return best


def asks(text: str) -> bool:
    """Whether a text ends with a question mark, of any script."""
    return text.endswith(_ENDS)


def category_in(line: str) -> str | None:
    """The name in a line such as ``Category: Payment``, or ``None``."""
    found = _CATEGORY.fullmatch(line)
    return found["name"].strip() if found else None


def id_in(line: str) -> str | None:
    """The id in a line such as ``ID: parking``, or ``None``."""
    found = _ID.match(line)
    return found["id"] if found else None


def numbered_question(line: str) -> str | None:
    """The question in ``3. What does it cost?``, or ``None``."""
    found = _NUMBERED.fullmatch(line)
    return found["question"] if found else None


def decorated_question(line: str) -> str | None:
    """The question in ``**What does it cost?**`` or ``## What does it cost?``, or ``None``."""
    found = _DECORATED.fullmatch(line)
    return (found["heading"] or found["bold"]).strip() if found else None


def led_question(line: str) -> tuple[str, str] | None:
    """Question and answer of ``**What does it cost?** Nothing.``, or ``None``."""
    found = _LED.fullmatch(line)
    return (found["question"].strip(), found["answer"]) if found else None


def bold_line(line: str) -> str | None:
    """The text of a line that is bold as a whole, or ``None``."""
    found = _BOLD.fullmatch(line)
    return found["text"].strip().rstrip(":：") if found else None


def bare_question(line: str) -> str | None:
    """The line, if it ends with a question mark and is no longer than a question."""
    return line if line.endswith(_ENDS) and 4 <= len(line) <= _LONGEST else None


_HALVES = re.compile(r"(?P<first>[^?？؟]+[?？؟])[ ]*(?P<second>[^?？؟]+[?？؟])")
_LEANING = re.compile(
    r"(?:if|and|or|but|why|how so|so|then|also|what about|which one|when so)\b"
    r"|.*\b(?:it|its|they|them|this|that|these|those|he|she|so|one|ones)\b",
    re.IGNORECASE,
)


def halves(question: str) -> list[str]:
    """Both questions of a two-question question, where each can stand alone.

    They become aliases: what a visitor types is then compared, and completed, with the half
    that is meant. A second half that leans on the first ("If so, why?") is left alone.
    """
    found = _HALVES.fullmatch(question.strip()) if len(question) <= _QUESTION else None
    if found is None:
        return []
    both = [found["first"].strip(), found["second"].strip()]
    if any(len(half.split()) < 4 for half in both) or _LEANING.match(both[1]):
        return []
    return both
