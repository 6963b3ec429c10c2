"""The sentence vectors of a FAQ: made once for each text of an entry, and kept with the store."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

from faqlib.errors import FAQError
from faqlib.search import background
from faqlib.search.encoder import Encoder, OnnxEncoder
from faqlib.search.prepared import Prepared
from faqlib.search.similarity import ArrayIndex, EntryVectors, Nearness

Texts = Sequence[Sequence[str]]  # by kind


class VectorStore(Protocol):
    """Where vectors outlive the process; what stands there can always be made again."""

    def vectors(self, site: str, model: str, keys: Collection[str]) -> dict[str, bytes]:
        """What is kept under these keys."""
        ...

    def keep_vectors(
        self,
        site: str,
        model: str,
        new: Mapping[str, bytes],
        wanted: Collection[str] | None = None,
    ) -> None:
        """Keep ``new``, and forget what is not ``wanted``, if that is said."""
        ...


class _Embedded(NamedTuple):
    """An entry's vectors, as long as it is this one."""

    item: Prepared
    key: str  # of its texts
    data: bytes  # as they are kept
    vectors: EntryVectors
    asked: Mapping[str, Any]  # those of its questions, for who asks in their very words


def _is_of(embedded: _Embedded | None, item: Prepared) -> bool:
    return embedded is not None and embedded.item is item


class Embedder:
    """Makes the vectors of one site's entries, or reads those that are kept. Thread-safe.

    Args:
        encoder: the model.
        store: where vectors are kept.
        site: the site's id.
        limit: a FAQ of more entries is not embedded; ``None`` for no limit.
        background: whether a thread of its own loads the model and lets it read entries, instead
            of whoever searches first.
    """

    def __init__(
        self,
        encoder: Encoder,
        store: VectorStore,
        site: str,
        *,
        limit: int | None = None,
        background: bool = False,
    ) -> None:
        self._encoder = encoder
        self._limit = limit
        self._background = background
        self._store = store
        self._site = site
        self._known: dict[str, bytes] = {}
        self._entries: dict[str, _Embedded] = {}  # by id, those of the last index
        self._making = threading.Lock()

    def takes(self, entries: int) -> bool:
        """Whether a FAQ of so many entries is embedded."""
        return self._limit is None or entries <= self._limit

    def index(self, items: Sequence[Prepared], *, wait: bool = False) -> SentenceIndex | None:
        """What tells how near a query is to each of these entries.

        ``None`` while another thread makes it, unless ``wait`` is true: nobody waits for a model
        that reads a whole FAQ.
        """
        if not self._making.acquire(blocking=wait):
            return None
        if self._background and not wait and not self._is_at_hand(items):
            # The thread gives the lock back, so that there is one at a time.
            threading.Thread(target=self._get_ready, args=(items,), daemon=True).start()
            return None
        try:
            return self._index(items)
        finally:
            self._making.release()

    def _is_at_hand(self, items: Sequence[Prepared]) -> bool:
        """Whether neither the model has to be loaded nor an entry to be read by it."""
        if isinstance(self._encoder, OnnxEncoder) and not self._encoder.is_loaded:
            return False
        keys = {texts_key(part) for part in self._texts(self._fresh(items))}
        return keys <= self._found(keys).keys()

    def _get_ready(self, items: Sequence[Prepared]) -> None:
        try:
            self._index(items)
            self._encoder.encode_query("ready?")
        except Exception:  # noqa: BLE001 - whoever searches next meets it, and is told
            self._background = False
        finally:
            self._making.release()

    def _fresh(self, items: Sequence[Prepared]) -> list[Prepared]:
        """Those that were not in the last index."""
        return [item for item in items if not _is_of(self._entries.get(item.entry.id), item)]

    @staticmethod
    def _texts(items: Sequence[Prepared]) -> list[Texts]:
        """What the model has to have read: the entries, and what people ask any clinic."""
        return [*map(_texts, items), [background.questions()]]

    def _index(self, items: Sequence[Prepared]) -> SentenceIndex:
        still = dict(self._entries)
        fresh = self._fresh(items)
        texts = self._texts(fresh)
        keys = [texts_key(part) for part in texts]
        found = self._embed(texts, forget=True)
        *parts, asked_anywhere = (
            _rows(part, found[key]) for part, key in zip(texts, keys, strict=True)
        )
        for item, key, rows in zip(fresh, keys, parts, strict=False):
            asked = self._asked(item.questions, rows[0])
            still[item.entry.id] = _Embedded(item, key, found[key], EntryVectors(*rows), asked)
        present = [still[item.entry.id] for item in items]
        self._entries = {one.item.entry.id: one for one in present}
        self._known = {one.key: one.data for one in present} | found
        entries = [one.vectors for one in present]
        known: dict[str, Any] = {}
        for one in present:
            known.update(one.asked)
        return SentenceIndex(self._encoder, entries, asked_anywhere[0], known)

    def _asked(self, questions: Sequence[str], vectors: Any) -> dict[str, Any]:
        if not isinstance(self._encoder, OnnxEncoder):
            return {}
        same = map(self._encoder.same, questions)
        return {text: row for text, row in zip(same, vectors, strict=True) if text is not None}

    def foresee(self, items: Sequence[Prepared], *, forget: bool) -> None:
        """Make the vectors of entries that are about to be written.

        Whoever reads the site next, in whichever process, then finds them in the store, and with
        them those of what people ask any clinic. ``forget`` says that the last index was of the
        present entries: only then is it known what is not needed any more.
        """
        self._known |= self._embed(self._texts(items), forget=forget)

    def _embed(self, texts: Iterable[Texts], *, forget: bool) -> dict[str, bytes]:
        """The vectors of texts by their key; those that are nowhere yet are made and kept."""
        by_key = {texts_key(part): part for part in texts}
        found = self._found(by_key)
        if missing := by_key.keys() - found.keys():
            new = {key: made(self._encoder, by_key[key]) for key in missing}
            found |= new
            self._keep(new, {*self._known, *found} if forget else None)
        return found

    def _found(self, keys: Collection[str]) -> dict[str, bytes]:
        """Those vectors that were made before, here or elsewhere; they are remembered."""
        known = self._known
        found = {key: known[key] for key in keys if key in known}
        if missing := keys - found.keys():
            found |= self._read(missing)
            found |= {key: data for key, data in self._shipped.items() if key in missing}
            self._known = known | found
        return found

    @cached_property
    def _shipped(self) -> dict[str, bytes]:
        """What need not be made: the vectors of the background list, if they are this model's."""
        model, key, vectors = background.embedded()
        return {key: vectors} if model == self._encoder.key else {}

    def _read(self, keys: Collection[str]) -> dict[str, bytes]:
        with contextlib.suppress(FAQError):  # what can not be read is made again
            return self._store.vectors(self._site, self._encoder.key, keys)
        return {}

    def _keep(self, new: Mapping[str, bytes], wanted: Collection[str] | None) -> None:
        with contextlib.suppress(FAQError):  # a database that is full or gone stops no search
            self._store.keep_vectors(self._site, self._encoder.key, new, wanted)


class SentenceIndex:
    """Compares a query with every text of every entry.

    Args:
        encoder: what reads queries.
        entries: their vectors.
        background: those of what people ask any clinic, as an array.
        asked: those of queries that are known already.
    """

    def __init__(
        self,
        encoder: Encoder,
        entries: Sequence[EntryVectors],
        background: Any,
        asked: Mapping[str, Any],
    ) -> None:
        self._encoder = encoder
        self._asked = asked
        self._index = ArrayIndex(entries, background.shape[1])
        self._background = background

    def compare(self, text: str) -> Nearness:
        """The nearness of every entry to what a visitor typed."""
        return self._index.compare(self._vector(text))

    def likeness(self, text: str) -> float:
        """The largest cosine between what was typed and what people ask any clinic."""
        import numpy as np

        query = np.asarray(self._vector(text), np.float32)
        return float(np.vecdot(self._background, query).max())

    def _vector(self, text: str) -> Any:
        """What was typed, read by the model unless it is a question of the FAQ, word by word."""
        if isinstance(self._encoder, OnnxEncoder) and self._asked:
            known = self._asked.get(self._encoder.same(text) or "")
            if known is not None:
                return known
        return self._encoder.encode_query(text)


def _texts(item: Prepared) -> Texts:
    """The question and its aliases; question and answer together; the answer's sentences."""
    whole = f"{item.entry.question} {item.answer}"
    return item.questions, [whole], item.sentences or [whole]


def made(encoder: Encoder, texts: Texts) -> bytes:
    """The vectors of texts, one after the other, as they are kept: 16-bit floats."""
    import numpy as np

    rows = encoder.encode([text for part in texts for text in part])
    return np.asarray(rows, "<f2").tobytes()


def texts_key(texts: Texts) -> str:
    """What vectors of these texts are kept under."""
    joined = "\0\0".join("\0".join(part) for part in texts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def _rows(texts: Texts, vectors: bytes) -> list[Any]:
    """The vectors of texts as an array for each kind."""
    import numpy as np

    counts = list(accumulate(map(len, texts)))
    rows = np.frombuffer(vectors, "<f2").reshape(counts[-1], -1).astype(np.float32)
    return np.split(rows, counts[:-1])
