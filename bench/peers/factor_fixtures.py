"""Writes test/fixtures/factors/dsprites-small.npz and 3dshapes-small.h5: data of the form of dSprites
(https://github.com/google-deepmind/dsprites-dataset) and 3dshapes (https://github.com/google-deepmind/3d-shapes),
of fewer levels and smaller pictures, whose pixels tell the levels; and arrays.h5, arrays of each type of HDF5.

Needs `pip install numpy h5py`. Run from the repository's root.
"""

from pathlib import Path

import h5py
import numpy as np

folder = Path("test/fixtures/factors")
folder.mkdir(exist_ok=True)


def grid(sizes):
    return np.stack(np.meshgrid(*[np.arange(size) for size in sizes], indexing="ij"), -1).reshape(-1, len(sizes))


classes = grid((1, 3, 2, 4, 2, 2)).astype(np.int64)
turn = np.linspace(0, 2 * np.pi, 4)
tables = [np.array([1.0]), np.array([1.0, 2, 3]), np.array([0.5, 1]), turn, np.array([0.0, 1]), np.array([0.0, 1])]
values = np.stack([table[column] for table, column in zip(tables, classes.T)], 1)
# The first pixels are the levels in binary.
imgs = np.zeros((len(classes), 8, 8), np.uint8)
for bit in range(2):
    imgs[:, bit, :6] = (classes >> bit) & 1
imgs[:, 7] = 1
metadata = {"title": "dSprites dataset", "latents_names": ("color", "shape", "scale", "orientation", "posX", "posY")}
np.savez_compressed(
    folder / "dsprites-small.npz",
    metadata=metadata,
    imgs=imgs,
    latents_classes=classes,
    latents_values=values,
)

levels = grid((3, 2, 2, 3, 2, 4))
hues = np.linspace(0, 0.9, 10)
shapes = np.stack(
    [hues[levels[:, 0]], hues[levels[:, 1]], hues[levels[:, 2]], 0.75 + levels[:, 3] / 4, levels[:, 4], -30.0 + 20 * levels[:, 5]],
    1,
)
images = np.zeros((len(levels), 6, 6, 3), np.uint8)
images[:, :, 0, 0] = levels * 60
images[:, :, 1, 2] = 255
with h5py.File(folder / "3dshapes-small.h5", "w") as file:
    # Blocks that hold parts of many pictures, as in the published file.
    file.create_dataset("images", data=images, chunks=(50, 4, 4, 2), compression="gzip")
    file.create_dataset("labels", data=shapes, compression="gzip")

with h5py.File(folder / "arrays.h5", "w") as file:
    file["group/x_train"] = np.arange(24).reshape(6, 2, 2).astype(">u2")
    file["group/y_train"] = np.array([0, 1, 2, 0, 1, 2], "i8")
    file["words"] = np.array([b"a", b"b"])
    file["half"] = np.zeros((6, 2), np.float16)
for name in ("dsprites-small.npz", "3dshapes-small.h5", "arrays.h5"):
    print(name, (folder / name).stat().st_size)
