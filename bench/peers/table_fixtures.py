"""Writes small Parquet and .npz files as their usual writers do: pyarrow, Pillow and NumPy.

    python bench/peers/table_fixtures.py test/fixtures/tables

Needs pyarrow, pillow and numpy.
"""

import io
import json
import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

out = pathlib.Path(sys.argv[1])


def numbers() -> None:
    """30 rows in three row groups: row i holds i / 4, i, -i, i even, a word and a label i % 3."""
    rows = range(30)
    table = pa.table(
        {
            "quarter": pa.array([i / 4 for i in rows], pa.float64()),
            "count": pa.array(list(rows), pa.int64()),
            "minus": pa.array([-i for i in rows], pa.int8()),
            "even": pa.array([i % 2 == 0 for i in rows], pa.bool_()),
            "word": pa.array([f"row {i}" for i in rows], pa.string()),
            "label": pa.array([i % 3 for i in rows], pa.int32()),
        }
    )
    for codec in ("snappy", "zstd", "gzip"):
        pq.write_table(table, out / f"numbers.{codec}.parquet", compression=codec, row_group_size=12)
    nulls = pa.table({"a": pa.array([1.5, None, 3.0], pa.float32()), "b": pa.array([1, 2, 3])})
    pq.write_table(nulls, out / "nulls.parquet")


def picture(i: int) -> bytes:
    """A colour picture, 4 high and 6 wide: red 40 i, green 6 times the column, blue 9 times the row."""
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[..., 0] = 40 * i
    pixels[..., 1] = 6 * np.arange(6)
    pixels[..., 2] = 9 * np.arange(4)[:, None]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def hugging_face() -> None:
    """Five pictures with labels as `datasets` lays them out; the picture of row 3 is cut short."""
    files = [picture(i) for i in range(5)]
    files[3] = files[3][:60]
    struct = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    images = [{"bytes": file, "path": f"{i}.png"} for i, file in enumerate(files)]
    features = {
        "image": {"_type": "Image"},
        "label": {"names": ["cat", "dog", "emu"], "_type": "ClassLabel"},
    }
    schema = pa.schema(
        [("image", struct), ("label", pa.int64())],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    table = pa.table({"image": pa.array(images, struct), "label": [0, 1, 2, 0, 1]}, schema=schema)
    pq.write_table(table, out / "pictures.parquet", row_group_size=2)


def keras() -> None:
    """Keras's layout of MNIST, three training and two test images of 2 x 3."""
    np.savez_compressed(
        out / "keras.npz",
        x_train=np.arange(18, dtype=np.uint8).reshape(3, 2, 3),
        y_train=np.array([5, 0, 4], np.uint8),
        x_test=np.arange(18, 30, dtype=np.uint8).reshape(2, 2, 3),
        y_test=np.array([7, 2], np.uint8),
    )


numbers()
hugging_face()
keras()
