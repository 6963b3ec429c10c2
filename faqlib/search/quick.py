"""A model's session in ONNX Runtime; that of the installed model multiplies whole numbers.

Its package keeps weights as int8, but has floats made of all of them. Beside it lies a graph of
ours that has ``MatMulNBits`` in place of those products, over the weights in the package's own
file (tools/quicken_model.py): half the time for what visitors type, a third of the memory. A text's
vector has a cosine of 0.999 and more with the one that floats give (docs/quality.md).
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from typing import Any

from faqlib.search.models import ModelFiles

BLOCK = 64  # weights that share a scale, as do the values that they are multiplied with
# Seconds of processor time that few words take at most where the processor multiplies whole
# numbers quickly; some twenty times as much where ONNX Runtime has no way to do that.
_QUICK = 0.03
_TRIES = 3
_PROVIDERS = ["CPUExecutionProvider"]


def session(files: ModelFiles) -> Any:
    """The session of a model: the quicker one on this processor, where there are two."""
    if not files.quick:
        return _of_floats(files)
    quick = _of_whole_numbers(files)
    if (cost := _cost(quick)) <= _QUICK:
        return quick
    floats = _of_floats(files)
    return floats if _cost(floats) < cost else quick


def _of_floats(files: ModelFiles) -> Any:
    from onnxruntime import InferenceSession

    return InferenceSession(str(files.model), _options(), providers=_PROVIDERS)


def _of_whole_numbers(files: ModelFiles) -> Any:
    import numpy as np
    from onnxruntime import InferenceSession, OrtValue

    graph, places = (path.read_bytes() for path in files.quick)
    data = np.fromfile(files.model, np.uint8)
    tensors = {name: _tensor(data, **place) for name, place in json.loads(places).items()}
    options = _options()
    # The session is made with copies of them: nothing here has to outlive this function.
    options.add_external_initializers(
        list(tensors), [OrtValue.ortvalue_from_numpy(tensor) for tensor in tensors.values()]
    )
    return InferenceSession(graph, options, providers=_PROVIDERS)


def _tensor(data: Any, at: int, kind: str, shape: Sequence[int], blocks: int = 0) -> Any:
    """A tensor that stands in a file; with ``blocks``, as ``MatMulNBits`` takes it.

    That is weights column by column, each in so many blocks, 128 meaning 0; and for each column
    its scale, once for each block.
    """
    import numpy as np

    found = np.frombuffer(data, kind, math.prod(shape), at).reshape(shape)
    if not blocks:
        return np.require(found, requirements="A")  # aligned
    if kind == "int8":
        return np.ascontiguousarray(found.T.view(np.uint8)).reshape(shape[1], blocks, -1) ^ 128
    return np.repeat(found.ravel(), blocks)


def _options() -> Any:
    """One core, which is not kept busy between texts."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def _cost(made: Any) -> float:
    """The processor time, in seconds, of a few words."""
    import numpy as np

    feed = {item.name: np.ones((1, 8), np.int64) for item in made.get_inputs()}
    spent = []
    for _ in range(_TRIES):
        start = time.thread_time()
        made.run(None, feed)
        spent.append(time.thread_time() - start)
    return min(spent)
