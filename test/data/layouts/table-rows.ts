import type { DataLayout, Expected } from './layout.js';

type Options = NonNullable<DataLayout['options']>;

const lines = (...rows: readonly string[]) => `${rows.join('\n')}\n`;

/** A table in one file, whose columns describe themselves. */
function table(
  title: string,
  name: string,
  content: string,
  expect: DataLayout['expect'],
  options: Options = {},
): DataLayout {
  return {
    title,
    files: { [name]: content },
    open: name,
    expect,
    options: { rows: 'table', ...options },
  };
}

/** A CSV file of one column called x beside one of plain numbers. */
function column(
  title: string,
  cells: readonly (string | number)[],
  expect: DataLayout['expect'],
  options?: Options,
): DataLayout {
  const rows = cells.map((cell, i) => `${cell},${i + 0.25}`);
  return table(title, 'a.csv', lines('x,n', ...rows), expect, options);
}

/** Gives so many cells in turn. */
const turns = <T>(count: number, cells: readonly T[]) =>
  Array.from({ length: count }, (_, i) => cells[i % cells.length]!);

const kind = (of: string): Expected => ({ kinds: [`x: ${of}`, 'n: continuous'] });

/** Draws of a Poisson distribution with mean 20, by inversion of evenly spread numbers. */
const counts = Array.from({ length: 400 }, (_, i) => {
  const place = ((i * 177) % 400) / 400;
  let [count, chance] = [0, Math.exp(-20)];
  for (let sum = chance; sum < place; sum += chance) {
    count++;
    chance *= 20 / count;
  }
  return count;
});

const kinds: readonly DataLayout[] = [
  column('Numbers of a scale', [1.5, 2.75, 3, 9.1], kind('continuous')),
  column('Counts of a Poisson distribution', [0, ...counts], kind('count')),
  column(
    'Whole numbers that are evenly spread are no counts',
    turns(400, [...Array(100).keys()]),
    kind('continuous'),
  ),
  column(
    'Whole numbers below 0',
    turns(
      60,
      [...Array(30).keys()].map((i) => i - 4),
    ),
    kind('continuous'),
  ),
  column('Few levels', turns(30, [1, 2, 3, 5]), {
    ...kind('ordinal'),
    categories: [['1', '2', '3', '5']],
    values: [0, 0.25, 1, 1.25, 2, 2.25, 3],
  }),
  column('Levels in halves', turns(30, ['1.0', '1.5', '2.0']), {
    ...kind('ordinal'),
    categories: [['1.0', '1.5', '2.0']],
  }),
  column('Few levels of fractions are a scale', turns(30, [1.13, 1.27, 2.4]), kind('continuous')),
  column('0 and 1', turns(6, [0, 1]), { ...kind('binary'), categories: [['0', '1']] }),
  column('Two numbers', turns(20, [10, 20]), {
    ...kind('binary'),
    categories: [['10', '20']],
    values: [0, 0.25, 1],
  }),
  column('True and false', ['True', 'False', 'True'], {
    ...kind('binary'),
    categories: [['False', 'True']],
    values: [1, 0.25, 0, 1.25, 1],
  }),
  column('Two words', ['no', 'yes', 'no'], {
    ...kind('binary'),
    categories: [['no', 'yes']],
    values: [0, 0.25, 1],
  }),
  column('Words', ['red', 'blue', 'green', 'red'], {
    ...kind('categorical'),
    categories: [['blue', 'green', 'red']],
    values: [2, 0.25, 0, 1.25, 1],
  }),
  column('Words in an order that everyone knows', ['high', 'low', 'medium'], {
    ...kind('ordinal'),
    categories: [['low', 'medium', 'high']],
  }),
  column(
    'Words in an order that is told',
    ['ok', 'bad', 'top'],
    { ...kind('ordinal'), categories: [['bad', 'ok', 'top']], values: [1] },
    { columns: { x: { kind: 'ordinal', categories: ['bad', 'ok', 'top'] } } },
  ),
  column('One value', [7, 7, 7], {
    shape: [1],
    kinds: ['x: constant', 'n: continuous'],
    notes: [/column "x": it holds one value or none/],
  }),
  column('No value at all', ['', '', ''], { shape: [1], kinds: ['x: constant', 'n: continuous'] }),
  column('Codes with zeros before them are words', ['02134', '10001', '02134'], {
    ...kind('binary'),
    categories: [['02134', '10001']],
    notes: [/zeros before numbers make words of them/],
  }),
  column(
    'Numbers that are said to be categories',
    [3, 1, 2, 3],
    { ...kind('categorical'), categories: [['1', '2', '3']], values: [2, 0.25, 0] },
    { columns: { x: 'categorical' } },
  ),
  column('A word among numbers: refused, with the way out', [1, 2, 3, 'x'], {
    refused: /line 5, column "x": "x" is not a number.*--columns x=categorical/,
  }),
  column(
    'A word among numbers, said to be categories',
    [1, 2, 3, 'x'],
    { ...kind('categorical'), categories: [['1', '2', '3', 'x']] },
    { columns: { x: 'categorical' } },
  ),
  column('Percent and thousands', ['12%', '8%', '11%'], {
    ...kind('continuous'),
    values: [0.12, 0.25, 0.08],
  }),
  column(
    'Words said to be counts: refused',
    ['a', 'b', 'c'],
    { refused: /column "x" holds words, and so cannot be count/ },
    { columns: { x: 'count' } },
  ),
  column(
    'A column that is not there: refused',
    [1, 2],
    { refused: /there is no column "y"/ },
    { columns: { y: 'count' } },
  ),
];

const many = Array.from({ length: 3000 }, (_, i) => `w${i % 1000}`);

const categories: readonly DataLayout[] = [
  column(
    'Sixty words, of which some are rare',
    [
      ...turns(
        500,
        [...Array(50).keys()].map((i) => `w${i}`),
      ),
      ...[...Array(10).keys()].map((i) => `r${i}`),
    ],
    {
      ...kind('categorical'),
      notes: [/column "x": 10 of 60 categories are rare, and learnt as one/],
    },
  ),
  column('A thousand words of three rows each', many, {
    ...kind('categorical'),
    notes: [/950 of 1000 categories are rare/],
  }),
  column(
    '10,000 words in 40,000 rows',
    turns(
      40_000,
      [...Array(10_000).keys()].map((i) => `w${i}`),
    ),
    { ...kind('categorical'), size: 40_000 },
  ),
  column(
    'Words that name the rows',
    [...Array(30).keys()].map((i) => `name ${i}`),
    {
      shape: [1],
      kinds: ['x: id', 'n: continuous'],
      ids: ['name 0'],
      notes: [/column "x": it numbers or names the rows/],
    },
  ),
];

const dates: readonly DataLayout[] = [
  column('Dates of ISO 8601', ['2024-01-31', '2024-02-01', ''], {
    ...kind('date'),
    values: [0, 0.25, 1, 1.25, Number.NaN],
  }),
  column('Day before month', ['31/01/2024', '01/02/2024'], {
    ...kind('date'),
    values: [0, 0.25, 1],
  }),
  column('Month before day', ['01/31/2024', '02/01/2024'], {
    ...kind('date'),
    values: [0, 0.25, 1],
  }),
  column('Days and months that cannot be told apart: told', ['01/02/2024', '02/02/2024'], {
    ...kind('date'),
    values: [0, 0.25, 31],
    notes: [/read as MM\/DD\/YYYY, though DD\/MM\/YYYY fits as well/],
  }),
  column(
    'Days and months, told by format',
    ['01/02/2024', '02/02/2024'],
    { ...kind('date'), values: [0, 0.25, 1] },
    { columns: { x: { kind: 'date', format: 'DD/MM/YYYY' } } },
  ),
  column('Dates with points', ['31.1.2024', '1.2.2024'], { ...kind('date'), values: [0, 0.25, 1] }),
  column('Times of day', ['2024-01-31 10:00', '2024-01-31 11:30'], {
    ...kind('date'),
    values: [0, 0.25, 90],
  }),
  column('Times of UTC with seconds', ['2024-01-31T10:00:00Z', '2024-01-31T10:00:07Z'], {
    ...kind('date'),
    values: [0, 0.25, 7],
  }),
  column(
    'A day that is not there makes words of dates',
    ['2024-02-30', '2024-02-01', '2024-02-02'],
    kind('categorical'),
  ),
];

const gaps: readonly DataLayout[] = [
  table('Gaps are kept', 'a.csv', lines('a,b', '1.5,x', ',y', '3,', '4,x'), {
    values: [1.5, 0, Number.NaN, 1, 3, Number.NaN],
    notes: [/gaps in "a" 1 and "b" 1 of 4 rows: what is there is learnt from/],
  }),
  table(
    'Rows with gaps are left out (--missing drop)',
    'a.csv',
    lines('a,b', '1.5,x', ',y', '3,', '4,x'),
    { size: 2, values: [1.5, 0, 4, 0], origins: ['row 1', 'row 4'] },
    { missing: 'drop' },
  ),
  table(
    'Gaps take the mean or the word of most rows (--missing mean)',
    'a.csv',
    lines('a,b', '1.5,x', ',y', '3,', '4.5,x'),
    { values: [1.5, 0, 3, 1, 3, 0, 4.5, 0] },
    { missing: 'mean' },
  ),
  table(
    'Gaps are refused where that is asked for',
    'a.csv',
    lines('a,b', '1.5,x', ',y', '2,x'),
    { refused: /gaps in "a" 1 of 3 rows \(the first at line 3\)/ },
    { missing: 'error' },
  ),
  table('None is a word among words', 'a.csv', lines('a,b', '1.5,x', '2,None', '3,y', '4,NA'), {
    values: [1.5, 1, 2, 0, 3, 2, 4, Number.NaN],
    categories: [['None', 'x', 'y']],
    notes: [/"None" is read as a word, not as a gap/],
  }),
];

const edges: readonly DataLayout[] = [
  table('One row: refused', 'a.csv', lines('a,b', '1.5,x'), {
    refused: /nothing to learn: it has one row/,
  }),
  table('One column', 'a.csv', lines('a', '1.5', '2.5', '4'), {
    shape: [1],
    kinds: ['a: continuous'],
  }),
  table('All columns constant: refused', 'a.csv', lines('a,b', '1,x', '1,x'), {
    refused: /nothing to learn: its columns hold one value, none/,
  }),
  table('All cells missing: refused', 'a.csv', lines('a,b', 'NA,NA', 'NA,NA'), {
    refused: /nothing to learn/,
  }),
  table('No row: refused', 'a.csv', lines('a,b'), { refused: /there is no row/ }),
  table(
    'Named columns alone',
    'a.csv',
    lines('a,b,c', '1.5,x,2', '2.5,y,3'),
    {
      columns: ['c', 'a'],
      values: [2, 1.5],
      notes: [/column "b" left out: not among those named/],
    },
    { columns: ['c', 'a'] },
  ),
  table(
    'Pixels, where it is by what columns hold',
    'a.csv',
    lines('label,1x1,1x2,2x1,2x2', '1,0,255,7,9', '0,5,6,7,8'),
    { shape: [1, 2, 2], labels: [1, 0] },
    { rows: 'auto' },
  ),
  table(
    'Columns of all kinds, where it is by what they hold',
    'a.csv',
    lines('a,b', '1.5,x', '2.5,y'),
    { kinds: ['a: continuous', 'b: binary'] },
    { rows: 'auto' },
  ),
  table('Labels are learnt too', 'a.csv', lines('a,species', '1.5,cat', '2.5,dog'), {
    shape: [2],
    labels: [0, 1],
    classNames: ['cat', 'dog'],
    notes: [/column "species" gives the labels/],
  }),
  table(
    'JSON with words, truths and nothing',
    'a.json',
    JSON.stringify([
      { a: 1.5, b: 'x', c: true },
      { a: 2, b: 'y', c: false },
      { a: null, b: 'x', c: true },
    ]),
    {
      kinds: ['a: continuous', 'b: binary', 'c: binary'],
      values: [1.5, 0, 1, 2, 1, 0, Number.NaN, 0, 1],
    },
  ),
];

/** Columns of a model that rows are read by. */
const like: NonNullable<Options['like']> = [
  { name: 'id', kind: 'id', type: 'number', missing: 0 },
  { name: 'a', kind: 'continuous', type: 'number', missing: 0, range: [0, 9] },
  { name: 'b', kind: 'categorical', type: 'text', missing: 0, categories: ['x', 'y'] },
  {
    name: 'c',
    kind: 'ordinal',
    type: 'number',
    missing: 0,
    categories: ['1', '2'],
    rare: { 7: 2 },
  },
];

const names: readonly DataLayout[] = [
  table(
    'Numbers of customers that come again are learnt, and told',
    'a.csv',
    lines('customer_id,n', ...turns(40, [17, 3, 29, 5]).map((id, i) => `${id},${i + 0.5}`)),
    {
      kinds: ['customer_id: ordinal', 'n: continuous'],
      notes: [
        /column "customer_id" is learnt as ordinal, .*--columns customer_id=id or --columns customer_id=categorical/,
      ],
    },
  ),
];

const parts: readonly DataLayout[] = [
  {
    title: 'Parts in files: kinds are those of the training part',
    files: {
      'train.csv': lines('id,a,b', '1,1.5,x', '2,2.5,y', '3,4,x'),
      'test.csv': lines('id,b,a', '4,y,5', '5,z,6'),
    },
    options: { rows: 'table' },
    expect: {
      size: 3,
      test: 2,
      values: [1.5, 0],
      ids: ['1'],
      notes: [/test: column "b": "z" \(1 row\) not known from training, and taken as missing/],
    },
  },
  table(
    'Parts in a column: kinds are those of the training part',
    'a.csv',
    lines('a,b,split', '1.5,x,train', '2.5,y,train', '9,z,test', '7,x,train', '1,x,test'),
    {
      size: 3,
      test: 2,
      categories: [['x', 'y']],
      kinds: ['a: continuous', 'b: binary'],
      origins: ['row 1', 'row 2', 'row 4'],
      notes: [/test: column "b": "z"/],
    },
  ),
  table(
    'Read by the columns of a model, in another order',
    'a.csv',
    lines('c,extra,b,a,id', '1.0,q,y,2.5,9', '7,q,x,3,10', '3,q,,4,11'),
    {
      values: [2.5, 1, 0, 3, 0, 2, 4, Number.NaN, 2],
      ids: ['9'],
      notes: [
        /column "extra" left out: not learnt from/,
        /column "c": "3" \(1 row\) not known from training, and taken among the rare/,
      ],
    },
    { like },
  ),
  table(
    'A column that a model needs is missing: refused',
    'a.csv',
    lines('a,b', '1.5,x', '2,y'),
    { refused: /lacks the column 'c' that the model was trained on; it has 'a' and 'b'/ },
    { like },
  ),
  table(
    'Words where a model has numbers: refused',
    'a.csv',
    lines('a,b,c', 'one,x,1', 'two,y,1'),
    { refused: /column "a" holds words such as "one", where numbers were learnt/ },
    { like },
  ),
];

/** Tables whose rows are taken column by column. */
export const tableRows: readonly DataLayout[] = [
  ...kinds,
  ...categories,
  ...dates,
  ...gaps,
  ...edges,
  ...names,
  ...parts,
];
