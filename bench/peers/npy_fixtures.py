"""Writes test/fixtures/npy/*.npy with NumPy: the same six numbers in each element type and layout.

Needs `pip install numpy`. Run from the repository's root. A file's name tells its content:
dtype, byte order, layout, format version.
"""

from pathlib import Path

import numpy as np

folder = Path("test/fixtures/npy")
folder.mkdir(parents=True, exist_ok=True)


def save(name, array, version=None):
    with open(folder / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version, allow_pickle=True)


values = np.array([[0, 1, 2], [100, 101, 102]])
for dtype in ["f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]:
    save(f"{dtype}-little", values.astype(f"<{dtype}"))
for dtype in ["f4", "f8", "i2", "u4", "i8"]:
    save(f"{dtype}-big", values.astype(f">{dtype}"))
save("b1", values % 2 == 1)
save("f4-little-v2", values.astype("<f4"), (2, 0))
save("f4-little-v3", values.astype("<f4"), (3, 0))
save("scalar", np.array(2.5))
save("vector", np.array([1.5, -2.5], dtype="<f4"))
save("empty", np.zeros((0, 3), dtype="<f4"))

cube = np.arange(24).reshape(2, 3, 4)
save("cube-f4-fortran", np.asfortranarray(cube.astype("<f4")))
save("cube-i8-big-fortran", np.asfortranarray(cube.astype(">i8")))
save("cube-u1-fortran", np.asfortranarray(cube.astype("u1")))

save("refused-text", np.array(["ab", "c"]))
save("refused-bytes", np.array([b"ab", b"c"]))
save("refused-objects", np.array([None, {}], dtype=object))
save("refused-fields", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f4")]))
save("half", values.astype("<f2"))
save("refused-complex", values.astype("<c8"))
save("refused-dates", np.array(["2020-01-01"], dtype="datetime64[D]"))
