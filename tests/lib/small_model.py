"""A sentence model of a few bytes, as a clinic would lay a real one out: ONNX and tokenizer.json.

Each word of the vocabulary has a vector of its topic, so that words of one meaning are near in
whatever language. What runs it is real: onnxruntime, and tokenizers with the kinds of vocabulary
that multilingual models have (Unigram as XLM-R, WordPiece as BERT). The graph is written down in
ONNX's own bytes (protobuf), which takes fewer lines than the library for it has dependencies.
"""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

TOPICS = (
    "parking parken aparcar car auto coche",
    "vet tierarzt veterinario cat katze gato",
    "open geöffnet abierto hours zeiten horario",
)
_FLOAT, _INT64 = 1, 7


def lay_out(
    folder: Path,
    *,
    kind: str = "unigram",
    types: bool = False,
    pooled: bool = False,
    prefixes: tuple[str, str] | None = None,
) -> Path:
    """Write a model into ``folder``; returns the folder.

    Args:
        folder: a directory that is there.
        kind: ``unigram`` with <s> and </s>, or ``wordpiece`` with [CLS] and [SEP].
        types: whether it asks for ``token_type_ids``.
        pooled: whether it has the output ``sentence_embedding`` beside that of each token.
        prefixes: what it wants before a query and before an entry; both become tokens.
    """
    words = [word for topic in TOPICS for word in topic.split()]
    vocabulary = (_unigram if kind == "unigram" else _wordpiece)(folder, words)
    vectors = [_vector(token) for token in vocabulary]
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(_graph(vectors, types=types, pooled=pooled))
    if prefixes is not None:
        prompts = {"prompts": dict(zip(("query", "passage"), prefixes, strict=True))}
        (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    names = ("onnx/model.onnx", "tokenizer.json")
    sums = (f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()} *{n}\n" for n in names)
    (folder / "SHA256SUMS").write_text("".join(sums))
    return folder


def _vector(token: str) -> list[float]:
    """Its topic; a little of nothing for signs; half of something else for prefixes."""
    word = token.strip("▁")
    vector = [float(word in topic.split()) for topic in TOPICS]
    return [*vector, 0.5 * (word == "query"), 0.5 * (word == "passage"), 0.01]


def _unigram(folder: Path, words: list[str]) -> list[str]:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = ["<s>", "<pad>", "</s>", "<unk>", *(f"▁{w}" for w in (*words, "query", "passage"))]
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()  # type: ignore[assignment]
    tokenizer.post_processor = processors.TemplateProcessing(  # type: ignore[assignment]
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>", length=64)  # as many files ask for
    tokenizer.save(str(folder / "tokenizer.json"))
    return pieces


def _wordpiece(folder: Path, words: list[str]) -> list[str]:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words, "query", "passage"]
    numbers = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # type: ignore[assignment]
    tokenizer.post_processor = processors.BertProcessing(  # type: ignore[assignment]
        ("[SEP]", numbers["[SEP]"]), ("[CLS]", numbers["[CLS]"])
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return pieces


# The graph: a table of vectors, looked up, masked, and averaged where it is to be pooled.


def _graph(vectors: list[list[float]], *, types: bool, pooled: bool) -> bytes:
    inputs = ["input_ids", "attention_mask"] + ["token_type_ids"] * types
    nodes = [
        _node("Gather", ["vectors", "input_ids"], "looked_up"),
        _node("Cast", ["attention_mask"], "mask", _attribute("to", _FLOAT)),
        _node("Unsqueeze", ["mask", "last"], "wide_mask"),
        _node("Mul", ["looked_up", "wide_mask"], "masked"),
    ]
    if types:
        nodes += [
            _node("Gather", ["kinds", "token_type_ids"], "kind"),
            _node("Add", ["masked", "kind"], "last_hidden_state"),
        ]
    else:
        nodes.append(_node("Identity", ["masked"], "last_hidden_state"))
    outputs = [_value("last_hidden_state", _FLOAT, 3)]
    if pooled:
        axes = _text(1, "axes") + _bytes(8, _varint(1)) + _number(20, 7)
        keep = _attribute("keepdims", 0)
        nodes.append(_node("ReduceMean", ["last_hidden_state"], "sentence_embedding", axes, keep))
        outputs.append(_value("sentence_embedding", _FLOAT, 2))
    width = len(vectors[0])
    flat = struct.pack(f"<{len(vectors) * width}f", *(x for row in vectors for x in row))
    nonsense = b"\xff" * 4 * width  # no number at all, for texts that are said to be second ones
    tables = [
        _tensor("vectors", _FLOAT, [len(vectors), width], flat),
        _tensor("kinds", _FLOAT, [2, width], bytes(4 * width) + nonsense),
        _tensor("last", _INT64, [1], struct.pack("<q", -1)),
    ]
    graph = b"".join(
        [
            *(_bytes(1, node) for node in nodes),
            _text(2, "small"),
            *(_bytes(5, table) for table in tables),
            *(_bytes(11, _value(name, _INT64, 2)) for name in inputs),
            *(_bytes(12, output) for output in outputs),
        ]
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def _node(kind: str, inputs: list[str], output: str, *attributes: bytes) -> bytes:
    parts = [_text(1, name) for name in inputs] + [_text(2, output), _text(4, kind)]
    return b"".join([*parts, *(_bytes(5, attribute) for attribute in attributes)])


def _attribute(name: str, value: int) -> bytes:
    return _text(1, name) + _number(3, value) + _number(20, 2)


def _tensor(name: str, kind: int, shape: list[int], data: bytes) -> bytes:
    sizes = b"".join(_number(1, size) for size in shape)
    return sizes + _number(2, kind) + _text(8, name) + _bytes(9, data)


def _value(name: str, kind: int, dimensions: int) -> bytes:
    shape = b"".join(_bytes(1, _text(2, f"d{n}_{name}")) for n in range(dimensions))
    tensor = _number(1, kind) + _bytes(2, shape)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())
