"""Writes test/fixtures/features.onnx, a small network of pictures [N, 3, 16, 12], and test/fixtures/features.safetensors:
grey pictures of 9 × 14, and the network's features of them, resized by PyTorch.

Needs `pip install numpy torch onnx safetensors`. Run from the repository's root.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

rng = np.random.default_rng(4)
weight = rng.normal(size=(5, 3, 4, 4)).astype(np.float32)
bias = rng.normal(size=5).astype(np.float32)
nodes = [
    helper.make_node("Conv", ["pictures", "weight", "bias"], ["maps"], strides=[2, 2]),
    helper.make_node("Relu", ["maps"], ["active"]),
    helper.make_node("GlobalAveragePool", ["active"], ["features"]),
]
graph = helper.make_graph(
    nodes,
    "features",
    [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, 16, 12])],
    [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 5, 1, 1])],
    [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
folder = Path("test/fixtures")
onnx.save(model, folder / "features.onnx")

pictures = rng.uniform(size=(20, 1, 9, 14)).astype(np.float32)
shown = torch.nn.functional.interpolate(
    torch.tensor(pictures), (16, 12), mode="bilinear", align_corners=False
).expand(-1, 3, -1, -1)
active = torch.relu(torch.conv2d(shown * 2 - 1, torch.tensor(weight), torch.tensor(bias), stride=2))
features = active.mean((2, 3)).numpy()
save_file({"pictures": pictures, "features": features}, folder / "features.safetensors")
print(features[:2])
