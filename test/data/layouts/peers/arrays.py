"""Compares how layouts of arrays were read with NumPy.

Needs `pip install numpy`. Run from the repository's root, after
`LAYOUTS=/tmp/layouts npx vitest run test/data/layouts`:

    python test/data/layouts/peers/arrays.py /tmp/layouts

NumPy reads the same file; its numbers, in the order that vaekit says, divided by one of the scales that
it states, must be those that vaekit read. Layouts that vaekit refuses, and files that NumPy does not
read, are counted apart.
"""

import gzip
import io
import json
import sys
from pathlib import Path

import numpy as np

root = Path(sys.argv[1])
scales = [1, 255, 1023, 4095, 16383, 65535]
idx_types = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def plain(path):
    content = path.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def arrays_of(path):
    """All numeric arrays of a file that NumPy reads, or that IDX's definition tells."""
    content = plain(path)
    if content[:6] == b"\x93NUMPY":
        return [np.load(io.BytesIO(content))]
    if content[:2] == b"PK":
        found = []
        with np.load(io.BytesIO(content)) as archive:
            for key in archive.files:
                try:
                    found.append(archive[key])
                except ValueError:
                    pass  # Pickled objects are not read here either.
        return found
    if content[:2] == b"\0\0" and len(content) > 4 and content[2] in idx_types:
        rank = content[3]
        shape = np.frombuffer(content, ">u4", rank, 4)
        return [np.frombuffer(content, idx_types[content[2]], -1, 4 + 4 * rank).reshape(shape)]
    return []


def orders(array, shape):
    """The array's examples in each order of axes that has the shape."""
    size = len(array)
    flat = array.reshape(size, -1)
    if flat.shape[1] != int(np.prod(shape)):
        return
    yield flat
    if len(shape) == 3:
        channels, height, width = shape
        yield flat.reshape(size, height, width, channels).transpose(0, 3, 1, 2).reshape(size, -1)
        yield flat.reshape(size, channels, width, height).transpose(0, 1, 3, 2).reshape(size, -1)


def mended(rows):
    finite = np.isfinite(rows)
    yield rows
    if finite.all():
        return
    yield rows[finite.all(axis=1)]
    means = np.nanmean(np.where(finite, rows, np.nan), axis=0)
    yield np.where(finite, rows, means)


def agrees(array, found):
    if array.dtype.kind not in "biuf" or array.ndim < 2:
        return False
    values = np.array(found["values"])
    for order in orders(array, found["shape"]):
        for rows in mended(order.astype("f8")):
            if len(rows) != found["size"]:
                continue
            own = rows.reshape(-1)[: len(values)]
            if any(np.allclose(own / scale, values, rtol=1e-6, atol=1e-7) for scale in scales):
                return True
    return False


read = agreed = refused = others = 0
for file in sorted(root.glob("*/*/found.json")):
    if file.parent.parent.name not in ("numbered", "arraySets"):
        continue
    found = json.loads(file.read_text())
    if "refused" in found:
        refused += 1
        continue
    data = file.parent / "data"
    paths = [data / found["open"]] if found["open"] else sorted(data.rglob("*"))
    arrays = [array for path in paths if path.is_file() for array in arrays_of(path)]
    if not arrays:
        others += 1
        continue
    read += 1
    if any(agrees(array, found) for array in arrays):
        agreed += 1
    else:
        print("differs:", found["title"])
print(f"{agreed} of {read} agree with NumPy; {refused} are refused, {others} NumPy does not read")
sys.exit(agreed < read)
