"""A multilingual model of one's own, named by its directory; runtime and tokenizer are real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from faqlib import FAQ, Entry, ModelUnavailable
from faqlib.cli import main
from faqlib.search import models
from faqlib.search.encoder import encoder_for
from tests.lib.small_model import lay_out

pytestmark = pytest.mark.skipif(
    any(models.find_spec(name) is None for name in models.PARTS), reason="needs onnxruntime"
)

ENTRIES = [
    Entry("Is parking free?", "Yes, behind the house.", id="parking"),
    Entry("Who is the vet?", "Doctor Ada.", id="vet"),
    Entry("When are you open?", "Till six.", id="hours"),
    Entry("Do you send letters?", "We do.", id="letters"),
]
# The same in languages that no entry is in.
ASKED = [
    ("auto parken", "parking"),
    ("aparcar coche", "parking"),
    ("katze tierarzt", "vet"),
    ("veterinario gato", "vet"),
    ("zeiten geöffnet", "hours"),
    ("horario", "hours"),
]
KINDS = [
    {"kind": "unigram"},
    {"kind": "unigram", "pooled": True},
    {"kind": "wordpiece", "types": True},
    {"kind": "wordpiece", "types": True, "pooled": True},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "model"
    place.mkdir()
    return place


@pytest.mark.parametrize("how", KINDS, ids=str)
def test_questions_find_entries_in_another_language(folder: Path, how: dict[str, Any]) -> None:
    with FAQ(semantic=lay_out(folder, **how)) as faq:
        faq.add_all(ENTRIES)
        assert [(text, faq.search(text)[0].entry.id) for text, _ in ASKED] == ASKED
    with FAQ(semantic=False) as faq:
        faq.add_all(ENTRIES)
        found = {text: [hit.entry.id for hit in faq.search(text)][:1] for text, _ in ASKED}
        assert [text for text, wanted in ASKED if found[text] == [wanted]] == []


def test_the_models_own_pooling_is_what_counts(folder: Path, tmp_path: Path) -> None:
    plain, pooled = encoder_for(lay_out(folder)), tmp_path / "pooled"
    pooled.mkdir()
    own = encoder_for(lay_out(pooled, pooled=True))
    assert plain is not None
    assert own is not None
    query = plain.encode_query("parken"), own.encode_query("parken")
    assert list(query[0]) == pytest.approx(list(query[1]))


def test_padding_that_a_tokenizer_asks_for_is_left_out(folder: Path) -> None:
    encoder = encoder_for(lay_out(folder))
    assert encoder is not None
    vector = list(encoder.encode_query("katze"))
    assert vector[1] == pytest.approx(1, abs=0.01)


def test_prefixes_stand_before_queries_and_entries(folder: Path) -> None:
    encoder = encoder_for(lay_out(folder, prefixes=("query ", "passage ")))
    assert encoder is not None
    query, text = encoder.encode_query("katze"), encoder.encode(["katze"])[0]
    assert [bool(query[3] > 0.1), bool(query[4] > 0.1)] == [True, False]
    assert [bool(text[3] > 0.1), bool(text[4] > 0.1)] == [False, True]


@pytest.mark.parametrize("name", ["onnx/model.onnx", "tokenizer.json"])
def test_a_file_of_another_hash_is_refused(folder: Path, name: str) -> None:
    lay_out(folder)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with FAQ(semantic=folder) as faq:
        faq.add_all(ENTRIES)
        with pytest.raises(ModelUnavailable, match=f"{name} is not the one whose SHA-256"):
            faq.search("parken")


@pytest.mark.parametrize("name", ["onnx/model.onnx", "tokenizer.json"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (lay_out(folder) / name).unlink()
    with pytest.raises(ModelUnavailable, match=f"holds no .*{name}"):
        FAQ(semantic=folder)


def test_vectors_of_one_model_are_never_taken_for_anothers(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    keys = {encoder.key for encoder in map(encoder_for, (
        lay_out(folder), lay_out(other, prefixes=("query ", "passage ")))) if encoder}  # fmt: skip
    assert len(keys) == 2


def test_the_command_and_the_server_take_a_directory(folder: Path, tmp_path: Path) -> None:
    server = pytest.importorskip("widget_server")
    lay_out(folder)
    source, place = tmp_path / "faq.yaml", tmp_path / "faq.db"
    with FAQ(semantic=False) as faq:
        faq.add_all(ENTRIES)
        faq.dump(source)
    words = ["--db", str(place), "--model", str(folder)]
    ended = CliRunner().invoke(main, ["import", str(source), "--site", "hill", *words])
    assert "Sentence vectors of 4 entries" in ended.stderr
    ended = CliRunner().invoke(main, ["search", *words, "katze", "tierarzt"])
    assert "1. Who is the vet?" in ended.stdout
    settings = {"database": str(place), "semantic_model": str(folder), "log_requests": False}
    client = server.create_app(settings).test_client()
    found = client.get("/api/v1/sites/hill/search?q=aparcar+coche").get_json()
    assert found["results"][0]["id"] == "parking"
