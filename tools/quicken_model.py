"""Make faqlib/search/minilm/quick.onnx and quick.json: the sentence model, run by whole numbers.

    pip install onnx && python tools/quicken_model.py

The package's model keeps its weights as int8 and multiplies them as 32-bit floats. The graph that
is made here has the same nodes, but ``MatMulNBits`` (com.microsoft, 8 bits, accuracy level 4) in
place of each such product, and rows of the word table are looked up before they become floats. It
holds no weights: quick.json says where they stand in the package's file. Run
tools/embed_background.py afterwards, whose vectors are this graph's.
"""

from __future__ import annotations

import json
from typing import Any

import onnx
from onnx import helper

from faqlib.search.models import installed_model
from faqlib.search.quick import BLOCK

LEAST = 64  # bytes of a tensor that is left where it is
KINDS = {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.INT8: "int8"}


class Graph:
    """The model's graph while it is changed."""

    def __init__(self, model: Any) -> None:
        self.nodes = model.graph.node
        self.tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        self.blocks: dict[str, int] = {}  # of a column, by the tensors that are packed so
        self._made = {name: node for node in self.nodes for name in node.output}

    def quantized(self, name: str) -> tuple[str, str] | None:
        """The int8 tensor and the scales that a value is the product of, if it is one."""
        product = self._made.get(name)
        cast = product and product.op_type == "Mul" and self._made.get(product.input[0])
        if cast and cast.op_type == "Cast" and cast.input[0] in self.tensors:
            return cast.input[0], product.input[1]
        return None

    def multiply_whole(self, node: Any) -> None:
        """Let a product with a quantized matrix be made of whole numbers."""
        found = self.quantized(node.input[1]) if node.op_type == "MatMul" else None
        if found is None:
            return
        rows, columns = self.tensors[found[0]].dims
        sizes = {"K": rows, "N": columns, "bits": 8, "block_size": BLOCK, "accuracy_level": 4}
        node.attribute.extend(helper.make_attribute(*size) for size in sizes.items())
        node.op_type, node.domain = "MatMulNBits", "com.microsoft"
        del node.input[1:]
        node.input.extend(found)
        self.blocks |= dict.fromkeys(found, rows // BLOCK)

    def look_up_first(self, node: Any) -> list[Any]:
        """Look rows up in the quantized table, and make floats of those alone."""
        found = self.quantized(node.input[0]) if node.op_type == "Gather" else None
        if found is None:
            return [node]
        table, scales = found
        assert list(self.tensors[scales].dims) == [self.tensors[table].dims[0], 1]
        row, number, scale = f"{table}_row", f"{table}_number", f"{scales}_row"
        return [
            helper.make_node("Gather", [table, node.input[1]], [row]),
            helper.make_node("Gather", [scales, node.input[1]], [scale]),
            helper.make_node("Cast", [row], [number], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", [number, scale], node.output),
        ]

    def drop_unused(self, outputs: set[str]) -> None:
        """Remove the nodes that nothing asks for any more."""
        while True:
            used = outputs | {name for node in self.nodes for name in node.input}
            kept = [node for node in self.nodes if used.intersection(node.output)]
            if len(kept) == len(self.nodes):
                return
            self.set_nodes(kept)

    def set_nodes(self, nodes: list[Any]) -> None:
        """Put these in place of all nodes."""
        del self.nodes[:]
        self.nodes.extend(nodes)


def changed(model: Any) -> dict[str, int]:
    """Change the model's nodes; in how many blocks the columns of tensors have to be packed."""
    graph = Graph(model)
    for node in graph.nodes:
        graph.multiply_whole(node)
    graph.set_nodes([made for node in graph.nodes for made in graph.look_up_first(node)])
    graph.drop_unused({output.name for output in model.graph.output})
    del model.graph.value_info[:]
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return graph.blocks


def emptied(model: Any, data: bytes, blocks: dict[str, int]) -> dict[str, Any]:
    """Take the weights out of the model; by name where each stands in the file."""
    used = {name for node in model.graph.node for name in node.input}
    tensors = [tensor for tensor in model.graph.initializer if tensor.name in used]
    places: dict[str, Any] = {}
    for tensor in tensors:
        if len(tensor.raw_data) < LEAST or tensor.data_type not in KINDS:
            continue
        at, kind = data.index(tensor.raw_data), KINDS[tensor.data_type]
        place = places[tensor.name] = {"at": at, "kind": kind, "shape": list(tensor.dims)}
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="model.onnx")
        if tensor.name in blocks:
            place["blocks"] = blocks[tensor.name]
            declare_packed(tensor, place["blocks"])
    del model.graph.initializer[:]
    model.graph.initializer.extend(tensors)
    return places


def declare_packed(tensor: Any, blocks: int) -> None:
    """Say what a tensor will be once it is packed."""
    if tensor.data_type == onnx.TensorProto.INT8:
        rows, columns = tensor.dims
        tensor.data_type, shape = onnx.TensorProto.UINT8, [columns, blocks, rows // blocks]
    else:
        shape = [tensor.dims[-1] * blocks]
    del tensor.dims[:]
    tensor.dims.extend(shape)


def main() -> None:
    """Write both files."""
    files = installed_model()
    model = onnx.load(files.model)
    places = emptied(model, files.model.read_bytes(), changed(model))
    graph, table = files.quick
    graph.write_bytes(model.SerializeToString(deterministic=True))
    rows = (f"{json.dumps(name)}: {json.dumps(place)}" for name, place in sorted(places.items()))
    table.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
