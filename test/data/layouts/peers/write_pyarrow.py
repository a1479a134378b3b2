"""Writes pyarrow-files.ts: small Parquet files as pyarrow and pandas write them, in base64.

python write_pyarrow.py; npx biome format --write test/data/layouts/pyarrow-files.ts
"""

import base64
import datetime
import decimal
import io
import json
import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

files = {}


def arrow(name, table, **options):
    out = io.BytesIO()
    pq.write_table(pa.table(table) if isinstance(table, dict) else table, out, **options)
    files[name] = out.getvalue()


def pandas(name, frame, **options):
    out = io.BytesIO()
    frame.to_parquet(out, **options)
    files[name] = out.getvalue()


count = 40
plain = {
    'a': pa.array([i / 4 for i in range(count)], pa.float64()),
    'b': pa.array([-i for i in range(count)], pa.int64()),
    'c': pa.array([i % 5 for i in range(count)], pa.int32()),
}
for codec in ['none', 'snappy', 'gzip', 'brotli', 'lz4', 'zstd']:
    arrow(f'codec {codec}', plain, compression=codec)
arrow('pages 2.0', plain, data_page_version='2.0')
arrow('version 1.0', plain, version='1.0')
arrow('no dictionary', plain, use_dictionary=False)
arrow('stream split', plain, use_dictionary=False, column_encoding={'a': 'BYTE_STREAM_SPLIT', 'b': 'DELTA_BINARY_PACKED', 'c': 'PLAIN'})
arrow('groups', plain, row_group_size=7)

arrow('types', {
    'i8': pa.array([-1, 2], pa.int8()),
    'u8': pa.array([1, 255], pa.uint8()),
    'i16': pa.array([-300, 300], pa.int16()),
    'u16': pa.array([1, 65535], pa.uint16()),
    'u32': pa.array([1, 4294967295], pa.uint32()),
    'u64': pa.array([1, 2**40], pa.uint64()),
    'f16': pa.array(np.array([0.5, -2], np.float16)),
    'f32': pa.array([0.25, 3], pa.float32()),
})
arrow('decimals', {
    'price': pa.array([decimal.Decimal('12.34'), decimal.Decimal('-0.05')], pa.decimal128(9, 2)),
    'large': pa.array([decimal.Decimal('1234567890123456.5'), decimal.Decimal('2.5')], pa.decimal128(30, 1)),
})
arrow('told', {
    'x': pa.array([1.0, 2.0, 3.0]),
    'on': pa.array([True, False, True]),
    'at': pa.array([datetime.datetime(2020, 1, 1)] * 3, pa.timestamp('us')),
    'day': pa.array([datetime.date(2020, 1, 1)] * 3, pa.date32()),
    'name': pa.array(['a', 'b', 'c']),
    'meta': pa.array([{'k': 1}] * 3),
    'raw': pa.array([b'ab', b'c', b'd']),
    'tags': pa.array([['a'], ['b', 'c'], []]),
    'bag': pa.array([[1, 2], [3], [4]]),
})
arrow('lists', {'embedding': pa.array([[0.5, 1.5, 2.5], [3.5, 4.5, 5.5]]), 'age': pa.array([7, 8])})
arrow('fixed lists', {'embedding': pa.FixedSizeListArray.from_arrays(pa.array(np.arange(8, dtype=np.float32)), 4)})
arrow('matrix', {
    'image': pa.array([[[0, 64, 128], [255, 0, 1]], [[9, 8, 7], [6, 5, 4]]], pa.list_(pa.list_(pa.uint8()))),
    'label': pa.array([3, 1]),
})
arrow('gaps', {'a': pa.array([1.0, None, 3.0]), 'b': pa.array([None, 2, 6], pa.int64()), 'c': pa.array([1, 1, 1])})
arrow('nulls', {'a': pa.array([1.5, 2.5]), 'none': pa.nulls(2)})
arrow('float labels', {'x': pa.array([1.0] * 12), 'label': pa.array([float(i % 11) for i in range(12)])})
arrow('true labels', {'x': pa.array([1.0, 2.0]), 'label': pa.array([True, False])})
arrow('category', pa.table({'x': pa.array([1.0, 2.0, 3.0]), 'species': pa.array(['b', 'a', 'b']).dictionary_encode()}))
named = pa.table({'x': pa.array([1.0, 2.0]), 'label': pa.array([1, 0])})
features = {'info': {'features': {'label': {'names': ['cat', 'dog'], '_type': 'ClassLabel'}}}}
arrow('hub classes', named.replace_schema_metadata({'huggingface': json.dumps(features)}))
arrow('split', {'x': pa.array([1.0, 2.0, 3.0, 4.0]), 'split': pa.array(['train', 'test', 'validation', 'train'])})
arrow('hub train 0', {'x': pa.array([1.0, 2.0]), 'label': pa.array([0, 1])})
arrow('hub train 1', {'x': pa.array([3.0]), 'label': pa.array([1])})
arrow('hub test', {'x': pa.array([4.0]), 'label': pa.array([0])})

frame = pd.DataFrame({'a': [1.5, 2.5, 3.5], 'b': [4, 5, 6]})
pandas('pandas', frame)
more = pd.DataFrame({'a': np.arange(5) + 0.5, 'b': np.arange(5)})
pandas('pandas sample', more.sample(frac=1, random_state=1))
pandas('pandas named index', frame.set_index(pd.Index([9, 7, 8], name='customer')))
pandas('pandas dates', frame.set_index(pd.date_range('2020-01-01', periods=3, name='day')))

out = pathlib.Path(__file__).parent.parent / 'pyarrow-files.ts'
lines = [
    f"  '{name}':\n    '{base64.b64encode(content).decode()}',\n" if len(name.split()) > 1 or not name.isalnum()
    else f"  {name}:\n    '{base64.b64encode(content).decode()}',\n"
    for name, content in files.items()
]
out.write_text(
    '// Parquet files in base64, as peers/write_pyarrow.py lets pyarrow and pandas write them.\n'
    'export const pyarrowFiles = {\n' + ''.join(lines) + '} as const;\n'
)
print(len(files), 'files,', sum(map(len, files.values())), 'bytes')
