"""Writes test/fixtures/safetensors/reference.safetensors with the reference implementation.

Needs `pip install safetensors numpy`. Run from the repository's root.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

tensors = {
    "decoder.0.weight": np.arange(-3, 3, dtype=np.float32).reshape(2, 3) / 4,
    "decoder.0.bias": np.array([0.5, -0.5], dtype=np.float32),
    "double": np.array([np.pi, -np.inf, 5e-324], dtype=np.float64),
    "big": np.array([-(2**63), 2**63 - 1], dtype=np.int64),
    "huge": np.array([2**64 - 1], dtype=np.uint64),
    "step": np.array(1234, dtype=np.int32),
    "count": np.array([2**32 - 1], dtype=np.uint32),
    "pixels": np.array([[0, 127, 255]], dtype=np.uint8),
    "signed": np.array([-128, 127], dtype=np.int8),
    "short": np.array([-32768, 32767], dtype=np.int16),
    "word": np.array([65535], dtype=np.uint16),
    "mask": np.array([True, False, True]),
    "empty": np.zeros((0, 4), dtype=np.float32),
    'quote " and é': np.array([1], dtype=np.uint8),
}
folder = Path("test/fixtures/safetensors")
folder.mkdir(parents=True, exist_ok=True)
save_file(tensors, folder / "reference.safetensors", metadata={"format": "pt"})
