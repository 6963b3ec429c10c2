"""Sentence embeddings: a text's meaning as one vector, by a model in ONNX on one core.

Texts are run one by one, unpadded: an int8 model may scale by the largest value of a batch, so that
in a batch a text's vector would depend on its neighbours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from faqlib.errors import ModelUnavailable
from faqlib.search.models import ModelFiles, installed_model, is_installed, model_in
from faqlib.search.quick import session

_MAX_CHARACTERS = 8_000  # of a text; a model reads less in any case
_QUERIES_KEPT = 2_048
_QUERY_TOKENS = 64  # of what a visitor typed: each costs a quarter of a millisecond
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_POOLED = "sentence_embedding"  # where a model's own file does what comes after its tokens


@runtime_checkable
class Encoder(Protocol):
    """What turns texts into vectors; give your own to ``FAQ(semantic=...)``."""

    @property
    def key(self) -> str:
        """What tells this model's vectors from another's."""
        ...

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A unit vector for each text of an entry, all of one length."""
        ...

    def encode_query(self, text: str) -> Sequence[float]:
        """A unit vector of the same length for what a visitor typed."""
        ...


# The session, what it is given, what is asked of it, and what makes a text's tokens.
_Loaded = tuple[Any, list[str], list[str], Callable[[str], list[int]]]


class OnnxEncoder:
    """An :class:`Encoder` of a model on disk, loaded when it is first needed. Thread-safe."""

    def __init__(self, model: ModelFiles) -> None:
        self._files = model
        self._lock = threading.Lock()
        self._encoded: Callable[[str], Any] = lru_cache(_QUERIES_KEPT)(self._encode_query)

    @property
    def key(self) -> str:
        """A hash of the model's files."""
        return self._files.key

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return "_load" in self.__dict__

    def encode(self, texts: Sequence[str]) -> Any:
        """A float32 array, one row for each text."""
        import numpy as np

        return np.stack([self._run(self._files.prompts[1] + text) for text in texts])

    def encode_query(self, text: str) -> Any:
        """A float32 array; kept for the next who asks the same."""
        return self._encoded(self._read(text))

    def same(self, text: str) -> str | None:
        """What has one vector with ``text``, as a query and as a text of an entry.

        ``None`` where the model wants something else before each.
        """
        query, entry = self._files.prompts
        return self._read(text) if query == entry else None

    def _read(self, text: str) -> str:
        """The text as the model reads it: spaces, and often capitals, say nothing to it."""
        words = " ".join(text.split())
        return words.lower() if self._files.reads_lower_case else words

    def _encode_query(self, text: str) -> Any:
        return self._run(self._files.prompts[0] + text, _QUERY_TOKENS)

    def _run(self, text: str, most: int | None = None) -> Any:
        import numpy as np

        made, inputs, outputs, tokenize = self._loaded
        tokens = tokenize(text[:_MAX_CHARACTERS])
        if most is not None and len(tokens) > most:
            tokens = [*tokens[: most - 1], tokens[-1]]  # the last one says that the text ends
        ids = np.array([tokens], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        feed["token_type_ids"] = np.zeros_like(ids)
        rows = made.run(outputs, {name: feed[name] for name in inputs})[0][0]
        vector = rows if rows.ndim == 1 else rows[0] if self._files.reads_first else rows.mean(0)
        return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)

    @property
    def _loaded(self) -> _Loaded:
        with self._lock:
            return self._load

    @cached_property
    def _load(self) -> _Loaded:
        _ = self.key  # the files are checked before any of them is opened
        try:
            made = session(self._files)
            tokenizer = _tokenizer(self._files)
            inputs = [item.name for item in made.get_inputs()]
            outputs = [item.name for item in made.get_outputs()]
            if unknown := set(inputs) - _INPUTS:
                raise ValueError(f"it asks for {', '.join(sorted(unknown))}")
        except Exception as error:  # each library raises kinds of its own
            raise ModelUnavailable(
                f"The sentence model {self._files.model} can not be loaded ({error}): install it "
                "again, or search without it (semantic=False)."
            ) from error
        return made, inputs, [_POOLED if _POOLED in outputs else outputs[0]], tokenizer


def _tokenizer(model: ModelFiles) -> Callable[[str], list[int]]:
    from tokenizers import BertWordPieceTokenizer, Tokenizer

    if model.tokenizer.suffix == ".json":
        tokenizer: Any = Tokenizer.from_file(str(model.tokenizer))
    else:
        tokenizer = BertWordPieceTokenizer(str(model.tokenizer), lowercase=model.lowers)
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.max_tokens)

    def tokenize(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text).ids
        return ids

    return tokenize


def encoder_for(semantic: bool | str | Path | Encoder | None) -> Encoder | None:
    """The encoder that ``FAQ(semantic=...)`` asks for; ``None`` for none.

    Raises:
        MissingExtra: if one is asked for and the extra is not installed.
        ModelUnavailable: if a directory holds no model.
    """
    if semantic is False or (semantic is None and not is_installed()):
        return None
    if isinstance(semantic, str | Path):
        return _of_folder(Path(semantic).resolve())
    return _default() if semantic is None or semantic is True else semantic


@cache
def _default() -> OnnxEncoder:
    return OnnxEncoder(installed_model())


@cache
def _of_folder(folder: Path) -> OnnxEncoder:
    return OnnxEncoder(model_in(folder))
