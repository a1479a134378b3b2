"""Compares tables as vaekit reads them with pandas and pyarrow.

LAYOUTS=folder npx vitest run test/data/layouts
python tables.py folder
"""

import json
import pathlib
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

root = pathlib.Path(sys.argv[1])
missing = ['?', '-', '.', 'None', 'null', 'NA', 'nan', '#N/A', '']
space = dict(sep=r'\s+')

# Ways in which pandas must be told to read a layout, by its title; the others by read_csv's own choice.
told = {
    'CSV with semicolons': dict(sep=';'),
    'Tabs in a .csv': dict(sep='\t'),
    'TSV': dict(sep='\t'),
    'Bars between columns': dict(sep='|'),
    'Columns in line by spaces (.txt)': space,
    'UCI .data of spaces without names': space,
    'Decimal commas with semicolons, no names': dict(sep=';', decimal=','),
    'Decimal commas in one column': dict(sep=';', decimal=','),
    'Decimal commas in quotes between commas': dict(decimal=','),
    'Points for thousands with decimal commas': dict(sep=';', decimal=',', thousands='.'),
    'sep= line of Excel': dict(sep=';', skiprows=1),
    'UTF-16 of Excel (Unicode text)': dict(sep='\t', encoding='utf-16'),
    'UTF-16 with the higher byte first': dict(sep=';', encoding='utf-16'),
    'Lines that end in CR alone': dict(lineterminator='\r'),
    'Spaces around cells': dict(sep=r'\s*,\s*', engine='python'),
    'gzip': dict(sep=';'),
    'zstd': dict(sep=';'),
    'A comment that names the columns (numpy.savetxt)': dict(skiprows=1, names=['a', 'b']),
    'Comments before the table': dict(comment='#'),
    "numpy's savetxt": space,
    '--delimiter, --decimal and --header say it': dict(sep=':', decimal=','),
    "R's write.table: names of rows, and none for them": space,
    'pandas with an index, without names': dict(index_col=0),
    'pandas with an index and names': dict(index_col=0),
    'Thousands, percent and currency': dict(thousands=','),
    'Euros behind decimal commas': dict(sep=';', decimal=',', thousands='.'),
    'Colours beside one another with --shape 2x2x3': dict(header=None),
}
targets = {'label', 'target', 'emotion', 'species', 'y', 'id', 'split', 'Usage', 'partition'}


def number(value):
    """A cell's number, with marks that pandas leaves as text."""
    if not isinstance(value, str):
        return value
    text = value.strip().replace('$', '').replace('€', '').replace(' ', '')
    if text in missing:
        return np.nan
    if text.startswith('(') and text.endswith(')'):
        text = '-' + text[1:-1]
    if text.endswith('%'):
        return float(text[:-1].replace(',', '')) / 100
    if '€' in value:
        text = text.replace('.', '').replace(',', '.')
    if text.lower() in ('true', 'false'):
        return float(text.lower() == 'true')
    return float(text.replace(',', ''))


def is_bare(found):
    columns = found.get('columns')
    if columns is None:
        return 'no names' in found['title'] or 'without names:' in found['title']
    return all(name.isdigit() for name in columns) and 'no line of names' in str(found['notes'])


def frame(path, found):
    """The table as pandas or pyarrow read it."""
    name = str(path)
    if name.endswith('.parquet'):
        return pq.read_table(path).to_pandas(ignore_metadata=True)
    if '.json' in name or '.ndjson' in name:
        if name.endswith('.json'):
            return pd.DataFrame(json.loads(path.read_text()))
        return pd.read_json(path, lines=True)
    options = {'na_values': missing, **told.get(found['title'], {})}
    if is_bare(found):
        options['header'] = None
    table = pd.read_csv(path, **options)
    if is_bare(found):
        table.columns = [str(i + 1) for i in range(table.shape[1])]
    table.columns = [str(name).strip() for name in table.columns]
    return table


def values(table, found):
    """The values of the examples that vaekit found, in its order."""
    rows = [int(origin.split()[1]) - 1 for origin in found['origins']]
    columns = found.get('columns') or []
    names = list(dict.fromkeys(name.split('[')[0] for name in columns))
    if not names:
        label = set()
        if 'first of' in str(found['notes']):
            label = {'1'}
        if 'last of' in str(found['notes']):
            label = {table.columns[-1]}
        names = [name for name in table.columns if name not in targets | label]
    parts = []
    for row in rows:
        for name in names:
            value = table[name].iloc[row]
            if isinstance(value, str) and (value.startswith('[') or value.count(' ') > 2):
                parts.extend(float(each) for each in value.strip('[]').replace(',', ' ').split())
            elif isinstance(value, (list, np.ndarray)):
                parts.extend(np.array([np.asarray(each, float) for each in value]).ravel())
            else:
                parts.append(float(number(value)))
    return np.array(parts)


agree, differ, none = 0, [], []
for kind in ['tables', 'parquet']:
    for place in sorted((root / kind).iterdir(), key=lambda each: int(each.name)):
        found = json.loads((place / 'found.json').read_text())
        if 'refused' in found:
            none.append(f"{found['title']}: refused")
            continue
        path = place / 'data' / found['open'] if found['open'] else None
        if path is None:
            none.append(f"{found['title']}: a folder")
            continue
        if 'mean' in found['title'] or '2x2x3' in found['title']:
            none.append(f"{found['title']}: changed on purpose")
            continue
        try:
            expected = values(frame(path, found), found)
        except Exception as error:
            differ.append(f"{found['title']}: {type(error).__name__} {error}")
            continue
        own = np.array(found['values'])
        if found['dtype'] == 'uint8':
            own = own * 255
        count = min(len(own), len(expected))
        close = np.allclose(own[:count], expected[:count].astype(np.float32), rtol=1e-6, atol=1e-6)
        complete = len(expected) == found['size'] * int(np.prod(found['shape']))
        if count > 0 and close and complete:
            agree += 1
        else:
            differ.append(f"{found['title']}: {own[:6]} {expected[:6]} {len(own)} {len(expected)}")

print(f'{agree} agree, {len(differ)} differ, {len(none)} not compared')
for line in differ:
    print('differs:', line)
for line in none:
    print('not compared:', line)
