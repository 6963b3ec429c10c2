"""Sentence embeddings: which model is meant, that entries are embedded once, and what they find."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from faqlib import FAQ, Encoder, Entry, MissingExtra, ModelUnavailable, open_store
from faqlib.cli import main
from faqlib.search import models, quick
from faqlib.search.encoder import encoder_for
from faqlib.testing import evaluate, load_questions

EXAMPLES = Path(__file__).parents[2] / "examples"
installed = pytest.mark.skipif(not models.is_installed(), reason="needs the extra [semantic]")

ENTRIES = [
    Entry("Is parking free?", "Yes, behind the house.", id="parking"),
    Entry("Who is the vet?", "Doctor Ada. She has a kitten.", id="vet", aliases=("animal doctor",)),
    Entry("Is it open?", "In a while.", id="draft", status="draft"),
]


class Topics:
    """An encoder that knows three topics by their words, and counts what it is given."""

    WORDS = ("car parking garage vehicle", "vet cat kitten animal feline", "open hours time")

    def __init__(self, key: str = "topics") -> None:
        self.key = key
        self.texts: list[str] = []
        self.queries: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += texts
        return [self._vector(text) for text in texts]

    def encode_query(self, text: str) -> list[float]:
        self.queries.append(text)
        return self._vector(text)

    def _vector(self, text: str) -> list[float]:
        words = re.findall(r"\w+", text.lower())
        counts = Counter(n for w in words for n, group in enumerate(self.WORDS) if w in group)
        vector = [0.1, *(float(counts[n]) for n in range(len(self.WORDS)))]
        return [value / math.hypot(*vector) for value in vector]


def of_entries(encoder: Topics) -> list[str]:
    """The texts of entries that were embedded: not those that every FAQ is compared with."""
    from faqlib.search.background import questions

    return [text for text in encoder.texts if text not in questions()]


# What is found


def test_an_encoder_finds_what_shares_no_word_and_explain_says_so() -> None:
    with FAQ(semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
        hit = faq.search("feline", explain=True)[0]
        assert hit.entry.id == "vet"
        weights = {r.field: r.weight for r in hit.reasons if r.kind == "embedding"}
        assert weights["question"] > 0.9
    with FAQ(semantic=False) as faq:
        faq.add_all(ENTRIES)
        kinds = {r.kind for hit in faq.search("vet", explain=True) for r in hit.reasons}
        assert "embedding" not in kinds


def test_what_was_found_while_the_model_still_read_the_faq_is_not_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FAQ(semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
        kinds = []
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr("faqlib.search.embedding.Embedder.index", lambda *_, **__: None)
            kinds.append({r.kind for r in faq.search("feline", explain=True)[0].reasons})
        kinds.append({r.kind for r in faq.search("feline", explain=True)[0].reasons})
        assert ["embedding" in found for found in kinds] == [False, True]
        assert faq.search("feline") is not faq.search("feline")
        assert faq.search("feline") is faq.search("feline")


class Slow(Topics):
    """An encoder that reads entries only when it is let; or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.may_read, self.reads = threading.Event(), threading.Event()
        self.readers: set[threading.Thread] = set()
        self.error = error

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.readers.add(threading.current_thread())
        self.reads.set()
        assert self.may_read.wait(60)
        if self.error is not None:
            raise self.error
        return super().encode(texts)


def test_in_the_background_no_search_waits_for_the_model_and_none_lets_it_read_entries() -> None:
    encoder = Slow()
    with FAQ(semantic=encoder, background=True) as faq:
        faq.add_all(ENTRIES)
        assert faq.search("parking")[0].entry.id == "parking"
        assert faq.search("parking", explain=True)[0].reasons
        assert not faq.ready()
        assert encoder.queries == []
        encoder.may_read.set()
        assert faq.embed() == 2  # waits for who makes them
        assert faq.ready()
        assert faq.search("feline")[0].entry.id == "vet"
        faq.update(ENTRIES[1].replace(question="Who is the feline doctor?"))
        faq.search("feline")
        faq.embed()
    assert threading.current_thread() not in encoder.readers
    assert len(of_entries(encoder)) == 8 + 5


def test_in_the_background_vectors_that_are_kept_are_read_at_once(address: str) -> None:
    with FAQ.open(address, site="s", semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
    reading = Topics()
    with contextlib.closing(open_store(address)) as store:
        faq = FAQ(store=store, site="s", semantic=reading, background=True)
        assert faq.ready()
        assert faq.search("feline")[0].entry.id == "vet"
    assert reading.texts == []


def test_a_model_that_fails_in_the_background_is_told_to_who_searches_next() -> None:
    encoder = Slow(ModelUnavailable("The model is damaged: install it again."))
    encoder.may_read.set()
    with FAQ(semantic=encoder, background=True) as faq:
        faq.add_all(ENTRIES)
        assert faq.search("parking")[0].entry.id == "parking"
        assert encoder.reads.wait(60)
        (reader,) = encoder.readers
        reader.join()
        with pytest.raises(ModelUnavailable):
            faq.search("parking")


def test_drafts_are_neither_embedded_nor_found() -> None:
    encoder = Topics()
    with FAQ(semantic=encoder) as faq:
        faq.add_all(ENTRIES)
        assert [hit.entry.id for hit in faq.search("opening hours time")][:1] != ["draft"]
    assert "Is it open?" not in encoder.texts


def test_completions_while_typing_ask_no_model() -> None:
    encoder = Topics()
    with FAQ(semantic=encoder) as faq:
        faq.add_all(ENTRIES)
        assert faq.suggest("is park") == ["Is parking free?"]
    assert encoder.texts == encoder.queries == []


def test_an_empty_faq_and_a_query_of_signs_ask_no_model() -> None:
    encoder = Topics()
    with FAQ(semantic=encoder) as faq:
        assert len(faq.search("parking")) == 0
        faq.add_all(ENTRIES)
        assert len(faq.search("?!")) == 0
    assert encoder.queries == []


# Embedded once


def test_entries_are_embedded_once_for_each_change() -> None:
    encoder = Topics()
    with FAQ(semantic=encoder) as faq:
        faq.add_all(ENTRIES)
        faq.search("parking")
        faq.search("vet")
        first = len(encoder.texts)
        assert len(of_entries(encoder)) == 3 + 5
        faq.update(ENTRIES[0].replace(category="Moved"))  # its texts are what they were
        faq.search("parking")
        assert len(encoder.texts) == first
        faq.update(ENTRIES[0].replace(answer="No. Sorry."))
        faq.search("parking")
        assert encoder.texts[first:] == ["Is parking free?", "Is parking free? No. Sorry.",
                                         "No.", "Sorry."]  # fmt: skip


def test_a_stored_faq_is_embedded_as_it_is_written_and_never_when_it_is_read(
    address: str,
) -> None:
    writing = Topics()
    with FAQ.open(address, site="s", semantic=writing) as faq:
        faq.add_all(ENTRIES)
        assert len(of_entries(writing)) == 8
        faq.search("parking")
    reading = Topics()
    with FAQ.open(address, site="s", semantic=reading) as faq:
        assert faq.search("feline")[0].entry.id == "vet"
    assert reading.texts == []
    other = Topics(key="another model")
    with FAQ.open(address, site="s", semantic=other) as faq:
        faq.search("feline")
    assert len(of_entries(other)) == 8


def test_vectors_of_what_is_gone_are_forgotten(address: str) -> None:
    with FAQ.open(address, site="s", semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
        faq.search("parking")
        for number in range(5):
            faq.update(ENTRIES[0].replace(answer=f"Number {number}."))
            faq.search("parking")
        kept = [
            name
            for name in range(5)
            if faq._store.vectors("s", "topics", [_key(f"Number {name}.")])
        ]
    assert kept in ([4], [3, 4])  # the last but one goes with the next change


def test_edits_by_who_never_searched_leave_the_vectors_of_other_entries(address: str) -> None:
    with FAQ.open(address, site="s", semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
    with FAQ.open(address, site="s", semantic=Topics()) as faq:
        for number in range(3):
            faq.update(ENTRIES[0].replace(answer=f"Number {number}."))
    reading = Topics()
    with FAQ.open(address, site="s", semantic=reading) as faq:
        assert faq.search("feline")[0].entry.id == "vet"
    assert reading.texts == []


def test_an_edit_leaves_the_vectors_of_what_others_wrote_meanwhile(address: str) -> None:
    with FAQ.open(address, site="s", semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
        faq.search("parking")
        with FAQ.open(address, site="s", semantic=Topics()) as other:
            other.add(Entry("May my cat come in?", "Yes.", id="cat"))
        faq.update(ENTRIES[0].replace(answer="No."))
    reading = Topics()
    with FAQ.open(address, site="s", semantic=reading) as faq:
        faq.search("feline")
    assert reading.texts == []


def _key(answer: str) -> str:
    from faqlib.search.embedding import _texts, texts_key
    from faqlib.search.prepared import prepare

    return texts_key(_texts(prepare(ENTRIES[0].replace(answer=answer))))


@installed
def test_the_background_vectors_that_ship_are_the_models() -> None:
    from faqlib.search import background
    from faqlib.search.embedding import made, texts_key

    encoder = encoder_for(semantic=True)
    assert encoder is not None
    texts = [background.questions()]
    model, key, vectors = background.embedded()
    assert (model, key) == (encoder.key, texts_key(texts)), "run tools/embed_background.py"
    shipped, own = (
        np.frombuffer(data, "<f2").reshape(len(texts[0]), -1).astype(float)
        for data in (vectors, made(encoder, texts))
    )
    # An int8 model says nearly the same on every processor.
    assert (np.vecdot(shipped, own) > 0.98).all()


@installed
def test_the_model_reads_no_text_that_was_read_before_it_shipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoder = encoder_for(semantic=True)
    read: list[str] = []

    class Counting(type(encoder)):  # type: ignore[misc]
        def encode(self, texts: Sequence[str]) -> object:
            read.extend(texts)
            return super().encode(texts)

    monkeypatch.setattr(encoder, "__class__", Counting)
    with FAQ() as faq:
        faq.add(ENTRIES[0])
        faq.search("parking")
    assert sorted(set(read)) == sorted(
        {"Is parking free?", "Is parking free? Yes, behind the house.", "Yes, behind the house."}
    )


@installed
def test_related_questions_ask_the_model_nothing_that_it_has_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from faqlib.search.encoder import OnnxEncoder

    with FAQ() as faq:
        faq.add_all([ENTRIES[0], Entry("Where can I park my bicycle?", "In the garage.")])
        faq.embed()
        monkeypatch.setattr(OnnxEncoder, "encode_query", None)
        assert [entry.question for entry in faq.related("parking")] == [
            "Where can I park my bicycle?"
        ]


def test_an_edit_leaves_the_vectors_of_other_entries_where_they_are() -> None:
    with FAQ(semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
        faq.search("vet")
        assert faq._embedder is not None
        before = dict(faq._embedder._entries)
        faq.update(ENTRIES[0].replace(answer="No. It is far to the garage."))
        assert faq.search("feline")[0].entry.id == "vet"
        after = faq._embedder._entries
        assert after["vet"] is before["vet"]
        assert after["parking"] is not before["parking"]
        del faq["parking"]
        faq.search("vet")
        assert faq._embedder._entries.keys() == {"vet"}


def test_a_damaged_vector_is_made_again(tmp_path: Path) -> None:
    place = tmp_path / "faq.db"
    with FAQ.open(place, semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
        faq.search("vet")
    with sqlite3.connect(place) as database:
        database.execute("UPDATE vectors SET data = 'AAAA'")
    database.close()
    again = Topics()
    with FAQ.open(place, semantic=again) as faq:
        assert faq.search("feline")[0].entry.id == "vet"
    assert len(of_entries(again)) == 8


def test_a_store_that_keeps_nothing_stops_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    from faqlib.errors import StoreUnavailable
    from faqlib.store import MemoryStore

    def full(*_: object, **__: object) -> None:
        raise StoreUnavailable("The disk is full: free some space.")

    monkeypatch.setattr(MemoryStore, "keep_vectors", full)
    with FAQ(semantic=Topics()) as faq:
        faq.add_all(ENTRIES)
        assert faq.search("feline")[0].entry.id == "vet"


def test_a_large_faq_is_embedded_only_when_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoder = Topics()
    monkeypatch.setattr("faqlib.faq._EMBEDDED", 1)
    monkeypatch.setattr("faqlib.faq.encoder_for", lambda _: encoder)
    with FAQ() as faq:
        faq.add_all(ENTRIES)
        faq.search("feline")
        assert encoder.texts == []
    with FAQ(semantic=True) as faq:
        faq.add_all(ENTRIES)
        assert faq.search("feline")[0].entry.id == "vet"


def test_what_was_written_without_the_model_can_be_embedded_before_anybody_asks(
    address: str,
) -> None:
    with FAQ.open(address, site="s", semantic=False) as faq:
        faq.add_all(ENTRIES)
        assert faq.embed() == 0
    with FAQ.open(address, site="s", semantic=Topics()) as faq:
        assert faq.embed() == 2
    reading = Topics()
    with FAQ.open(address, site="s", semantic=reading) as faq:
        faq.search("feline")
    assert reading.texts == []  # not even what every FAQ is compared with


@installed
def test_an_import_leaves_nothing_to_embed(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from faqlib.search.encoder import OnnxEncoder

    source, place = tmp_path / "faq.json", tmp_path / "faq.db"
    with FAQ(semantic=False) as faq:
        faq.add_all(ENTRIES)
        faq.dump(source)
    words = ["import", str(source), "--db", str(place)]
    assert CliRunner().invoke(main, [*words, "--no-semantic"]).stderr == ""
    ended = CliRunner().invoke(main, words, env={"FAQ_SEMANTIC_MODEL": str(folder)})
    assert "Sentence vectors of 2 entries are ready" in ended.stderr
    assert "0 new, 0 changed, 3 unchanged" in ended.stdout
    monkeypatch.setattr(OnnxEncoder, "encode", None)
    with FAQ.open(place, semantic=folder) as faq:
        assert faq.search("can i leave my car there")[0].entry.id == "parking"


@installed
def test_an_import_with_a_damaged_model_stores_nothing_and_says_how_to(
    tmp_path: Path, folder: Path
) -> None:
    (folder / "vocab.txt").write_text("other")
    (tmp_path / "faq.csv").write_text("question,answer\nIs parking free?,Yes.\n")
    words = ["import", str(tmp_path / "faq.csv"), "--db", str(tmp_path / "faq.db")]
    ended = CliRunner().invoke(main, [*words, "--model", str(folder)])
    assert ended.exit_code == 1
    assert "or search without it" in ended.stderr
    with FAQ.open(tmp_path / "faq.db", semantic=False) as faq:
        assert len(faq) == 0


# Which model


def test_without_the_extra_words_alone_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_PACKAGE", "no_such_package")
    assert encoder_for(None) is None
    with pytest.raises(MissingExtra, match=r"pip install 'faqlib\[semantic\]'"):
        models.installed_model()


def test_false_never_asks_for_a_model() -> None:
    assert encoder_for(False) is None
    assert isinstance(Topics(), Encoder)
    mine = Topics()
    assert encoder_for(mine) is mine


@installed
def test_a_directory_without_a_model_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"holds no model\.onnx"):
        FAQ(semantic=tmp_path)
    (tmp_path / "model.onnx").touch()
    with pytest.raises(ModelUnavailable, match=r"holds no tokenizer\.json or vocab\.txt"):
        FAQ(semantic=str(tmp_path))


def test_a_faq_in_memory_loads_no_model_until_it_is_searched() -> None:
    code = (
        "import sys\nfrom faqlib import FAQ, Entry\nfaq = FAQ()\nfaq.add(Entry('A?', 'B.'))\n"
        "print(sorted({'onnxruntime', 'tokenizers', 'numpy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The installed model as somebody would lay it out, with the sums of its files."""
    found = models.installed_model()
    shutil.copy(found.model, tmp_path / "model.onnx")
    shutil.copy(found.tokenizer, tmp_path / "vocab.txt")
    sums = (f"{_sum(tmp_path / name)}  {name}\n" for name in ("model.onnx", "vocab.txt"))
    (tmp_path / "SHA256SUMS").write_text("".join(sums))
    return tmp_path


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


TEXTS = (
    "a sore knee",
    "Will it hurt?",
    "ok to swim after",
    "The clinic is closed on Mondays. " * 20,
)


@installed
@pytest.mark.parametrize("text", TEXTS)
def test_whole_numbers_say_nearly_what_floats_say(folder: Path, text: str) -> None:
    """The same model, which in a directory multiplies floats and as installed whole numbers."""
    floats, whole = encoder_for(folder), encoder_for(True)
    assert floats is not None
    assert whole is not None
    for one, other in (
        (floats.encode([text])[0], whole.encode([text])[0]),
        (floats.encode_query(text), whole.encode_query(text)),
    ):
        cosine = sum(a * b for a, b in zip(one, other, strict=True))
        assert 0.998 < cosine < 0.9999999


@installed
@pytest.mark.parametrize(
    ("costs", "chosen"), [((0.002, 0.01), 0), ((0.9, 0.1), 1), ((0.5, 0.7), 0)]
)
def test_whole_numbers_are_left_to_processors_that_are_quick_at_them(
    monkeypatch: pytest.MonkeyPatch, costs: tuple[float, float], chosen: int
) -> None:
    made = ["of whole numbers", "of floats"]
    monkeypatch.setattr(quick, "_of_whole_numbers", lambda _: made[0])
    monkeypatch.setattr(quick, "_of_floats", lambda _: made[1])
    monkeypatch.setattr(quick, "_cost", lambda one: costs[made.index(one)])
    assert quick.session(models.installed_model()) == made[chosen]


@installed
@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt"])
def test_a_file_that_is_not_the_recorded_one_is_not_opened(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    with FAQ(semantic=folder) as faq:
        faq.add_all(ENTRIES)
        with pytest.raises(ModelUnavailable, match=f"{name} is not the one .* install the model"):
            faq.search("parking")


@installed
def test_a_damaged_model_is_an_error_that_names_the_fix(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    (folder / "model.onnx").write_bytes(b"no model")
    with FAQ(semantic=folder) as faq:
        faq.add_all(ENTRIES)
        with pytest.raises(ModelUnavailable, match=r"(?s)can not be loaded .*semantic=False"):
            faq.search("parking")


@installed
def test_a_models_own_settings_are_heeded(folder: Path) -> None:
    """Prompts, pooling and length as sentence-transformers writes them down."""
    plain = models.model_in(folder)
    assert (plain.prompts, plain.reads_first, plain.max_tokens) == (("", ""), False, 256)
    settings = {
        "config_sentence_transformers.json": {"prompts": {"query": "q: ", "document": "d: "}},
        "1_Pooling/config.json": {"pooling_mode_cls_token": True},
        "sentence_bert_config.json": {"max_seq_length": 16},
    }
    (folder / "1_Pooling").mkdir()
    for name, setting in settings.items():
        (folder / name).write_text(json.dumps(setting))
    told = models.model_in(folder)
    assert (told.prompts, told.reads_first, told.max_tokens) == (("q: ", "d: "), True, 16)
    assert told.key != plain.key
    (folder / "sentence_bert_config.json").write_text("[]")
    with pytest.raises(ModelUnavailable, match="holds no JSON object"):
        _ = models.model_in(folder).max_tokens


# With the real model


@installed
def test_the_model_reads_a_query_once_however_it_is_spaced_and_never_a_known_question(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from faqlib.search.encoder import OnnxEncoder

    read: list[str] = []
    run = OnnxEncoder._run
    with FAQ(semantic=folder) as faq:
        faq.add_all(ENTRIES)
        faq.search("feline")
        monkeypatch.setattr(OnnxEncoder, "_run", lambda me, *a: read.append(a[0]) or run(me, *a))
        known = [faq.search(text)[0].score for text in ("Who is the vet?", "who is  the VET? ")]
        assert (read, known[0]) == ([], known[1])
        assert faq.search("animal doctor")[0].entry.id == "vet"  # an alias is known as well
        assert read == []
        for text in ("where do i park", " Where do I  park", "where do i park"):
            faq.search(text)
        assert read == ["where do i park"]


@installed
def test_of_a_long_query_only_the_beginning_is_read(folder: Path) -> None:
    encoder = encoder_for(folder)
    assert encoder is not None
    long = "my knee hurts " * 30
    assert list(encoder.encode_query(long)) == list(encoder.encode_query(long + "and so on"))


@installed
@pytest.mark.parametrize(
    ("text", "other", "far"),
    [("can i leave my car there", "Is parking free?", "Do you treat asthma?")],
)
def test_the_installed_model_puts_like_by_like(text: str, other: str, far: str) -> None:
    encoder = encoder_for(True)
    assert encoder is not None
    query, near, away = (list(encoder.encode([t])[0]) for t in (text, other, far))
    assert math.isclose(math.hypot(*query), 1, abs_tol=1e-3)
    assert _dot(query, near) > _dot(query, away) + 0.2


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


@installed
@pytest.mark.parametrize(
    ("name", "least_first", "most_wrong"),
    [
        # What was measured when the weights were set, less two questions: a fall is a fault.
        ("exosomes", 0.80, 0.10),
        ("family-practice", 0.70, 0.30),
    ],
)
def test_golden_questions_do_not_get_worse_with_the_model(
    name: str, least_first: float, most_wrong: float
) -> None:
    with FAQ(semantic=True) as faq:
        faq.load(EXAMPLES / name / "faq.yaml")
        report = evaluate(faq, load_questions(EXAMPLES / name / "questions.yaml"))
    assert report.first >= least_first
    assert report.wrong <= most_wrong
