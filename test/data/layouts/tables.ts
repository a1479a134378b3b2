import type { DataLayout, Expected } from './layout.js';
import { gzip, latin, utf16, zip, zstd } from './packed.js';

type Options = DataLayout['options'];

/** A table in one file. */
function table(
  title: string,
  name: string,
  content: string | Uint8Array,
  expect: DataLayout['expect'],
  options?: Options,
): DataLayout {
  return { title, files: { [name]: content }, open: name, expect, ...(options ? { options } : {}) };
}

const lines = (...rows: readonly string[]) => `${rows.join('\n')}\n`;

/** The table of 1, 2 and 3, 4 in columns a and b. */
const square: Expected = { shape: [2], size: 2, values: [1, 2, 3, 4], columns: ['a', 'b'] };

/** Pixels of a row, the same every time: border black, others by place and row. */
function pixels(row: number, count = 784): number[] {
  return Array.from({ length: count }, (_, i) =>
    i % 28 === 0 || i % 28 === 27 ? 0 : (i * 7 + row * 31) % 256,
  );
}

const digits = [5, 0, 4, 1];

/** Text tables: their separators, numbers, names and packing. */
const dialects: readonly DataLayout[] = [
  table('CSV with commas', 'a.csv', lines('a,b', '1,2', '3,4'), {
    ...square,
    dtype: 'float32',
    origins: ['row 1', 'row 2'],
    notes: [/columns parted by commas/, /the first line names the columns/],
  }),
  table('CSV with semicolons', 'a.csv', lines('a;b', '1;2', '3;4'), square),
  table('Tabs in a .csv', 'a.csv', lines('a\tb', '1\t2', '3\t4'), square),
  table('TSV', 'a.tsv', lines('a\tb', '1\t2', '3\t4'), square),
  table('Bars between columns', 'a.csv', lines('a|b', '1|2', '3|4'), square),
  table('Columns in line by spaces (.txt)', 'a.txt', '  a    b\n  1    2\n 3     4\n', square),
  table('UCI .data of spaces without names', 'housing.data', ' 0.00632  18.00\n 0.02731   0.00\n', {
    shape: [2],
    values: [0.00632, 18, 0.02731, 0],
    columns: ['1', '2'],
  }),
  table('Decimal commas with semicolons, no names', 'a.csv', lines('1,5;2,5', '3,25;4'), {
    values: [1.5, 2.5, 3.25, 4],
    notes: [/semicolons, decimal commas/],
  }),
  table('Decimal commas in one column', 'a.csv', lines('id;x', '7;1,5', '3;2,25'), {
    columns: ['id', 'x'],
    values: [7, 1.5, 3, 2.25],
  }),
  table('Decimal commas in quotes between commas', 'a.csv', lines('a,b', '"1,5",2', '"2,75",3'), {
    values: [1.5, 2, 2.75, 3],
  }),
  table('Points for thousands with decimal commas', 'a.csv', lines('a;b', '1.234,5;2', '12,5;3'), {
    values: [1234.5, 2, 12.5, 3],
    notes: [/column "a": marks between thousands are taken out/],
  }),
  table('sep= line of Excel', 'a.csv', lines('sep=;', 'a;b', '1;2', '3;4'), square),
  table('Byte order mark', 'a.csv', `\ufeff${lines('a,b', '1,2', '3,4')}`, square),
  table('UTF-16 of Excel (Unicode text)', 'a.csv', utf16('a\tb\r\n1\t2\r\n3\t4\r\n'), {
    ...square,
    notes: [/UTF-16LE/],
  }),
  table('UTF-16 with the higher byte first', 'a.csv', utf16('a;b\n1;2\n3;4\n', true), square),
  table('Lines that end in CR alone', 'a.csv', 'a,b\r1,2\r3,4\r', square),
  table(
    'Lines that end in CR LF, and empty ones',
    'a.csv',
    'a,b\r\n\r\n1,2\r\n3,4\r\n\r\n',
    square,
  ),
  table('Everything in quotes', 'a.csv', lines('"a","b"', '"1","2"', '"3","4"'), square),
  table('Line breaks and quotes in quotes', 'a.csv', '"a ""x""\nb",c\n1,2\n3,4\n', {
    columns: ['a "x"\nb', 'c'],
    values: [1, 2, 3, 4],
  }),
  table('Spaces around cells', 'a.csv', lines('a , b', ' 1 , 2', '3, 4 '), square),
  table('gzip', 'a.csv.gz', gzip('a;b\n1;2\n3;4\n'), square),
  table('zstd', 'a.csv.zst', zstd('a;b\n1;2\n3;4\n'), square),
  table('zip of one table (Kaggle)', 'a.csv.zip', zip('a.csv', 'a,b\n1,2\n3,4\n'), square),
  table(
    'A comment that names the columns (numpy.savetxt)',
    'a.csv',
    lines('# a,b', '1,2', '3,4'),
    square,
  ),
  table(
    'Comments before the table',
    'a.csv',
    lines('# made in 2020', '# by hand', 'a,b', '1,2', '3,4'),
    square,
  ),
  table("numpy's savetxt", 'a.txt', lines('1.000000000000000000e+00 2.5e-01', '-3.0e+02 4.0e+00'), {
    values: [1, 0.25, -300, 4],
  }),
  table('Windows-1252', 'a.csv', latin('x,label\n1,caf\u00e9\n2,caf\u00e8\n'), {
    refused: /line 2 is not UTF-8: byte 0xE9 in .*caf.*Save the table as UTF-8/,
  }),
  table('UTF-32', 'a.csv', Uint8Array.from([0xff, 0xfe, 0, 0, 97, 0, 0, 0]), { refused: /UTF-32/ }),
  table('A web page in the place of a table', 'a.csv', '<!DOCTYPE html>\n<html>\n', {
    refused: /is a web page, not the data/,
  }),
  table(
    'A pointer of Git LFS',
    'a.csv',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
    {
      refused: /is a pointer of Git LFS/,
    },
  ),
  table('A title above the table', 'a.csv', lines('My table', 'a,b,c', '1,2,3', '4,5,6'), {
    refused: /the first line is no row of the table: "My table"/,
  }),
  table('A row that is too short', 'a.csv', lines('a,b', '1,2', '3'), {
    refused: /line 3 has 1 columns, but the first has 2/,
  }),
  table(
    '--delimiter, --decimal and --header say it',
    'a.csv',
    lines('1,5:2', '2,5:3'),
    {
      values: [1.5, 2, 2.5, 3],
    },
    { delimiter: ':', decimal: ',', header: 'no' },
  ),
];

/** The first line: names or values. */
const headers: readonly DataLayout[] = [
  table(
    'pandas without names for columns or index',
    'a.csv',
    lines('0,1,2', '0.5,0.25,1.5', '0.75,0.1,2.5'),
    {
      size: 2,
      columns: ['0', '1', '2'],
      values: [0.5, 0.25, 1.5, 0.75, 0.1, 2.5],
    },
  ),
  table(
    'pandas with an index, without names',
    'a.csv',
    lines(',0,1,2', '0,0.5,0.25,1.5', '1,0.75,0.1,2.5'),
    {
      size: 2,
      columns: ['0', '1', '2'],
      values: [0.5, 0.25, 1.5, 0.75, 0.1, 2.5],
      notes: [/column without a name left out: it numbers or names the rows/],
    },
  ),
  table('pandas with an index and names', 'a.csv', lines(',a,b', '0,1,2', '1,3,4'), square),
  table(
    'Unnamed: 0, an index that was saved twice',
    'a.csv',
    lines('Unnamed: 0,a,b', '4,1,2', '9,3,4'),
    {
      ...square,
      notes: [/column "Unnamed: 0" left out/],
    },
  ),
  table('An id that counts the rows', 'a.csv', lines('PassengerId,a,b', '1,1,2', '2,3,4'), square),
  table(
    "R's write.table: names of rows, and none for them",
    'a.txt',
    lines('"a" "b"', '"r1" 1 2', '"r2" 3 4'),
    square,
  ),
  table('No names: whole numbers', 'a.csv', lines('1,2', '3,4'), {
    size: 2,
    columns: ['1', '2'],
    values: [1, 2, 3, 4],
    notes: [/no line of names/],
  }),
  table('A first line 0,1 over whole numbers', 'a.csv', lines('0,1', '1,0', '1,1'), {
    size: 3,
    notes: [/no line of names.*--header says otherwise/],
  }),
  table('Years as names', 'a.csv', lines('country,1990,1991', 'A,1.5,2.5', 'B,3.5,4.5'), {
    size: 2,
    columns: ['1990', '1991'],
  }),
  table('The same name twice', 'a.csv', lines('a,a', '1,2', '3,4'), {
    ...square,
    columns: ['a', 'a.1'],
  }),
  table('A separator at the end of every line', 'a.csv', lines('a,b,', '1,2,', '3,4,'), square),
  table(
    'Rows of nothing at the end (spreadsheets)',
    'a.csv',
    lines('a,b', '1,2', '3,4', ',', ','),
    square,
  ),
  table(
    'No names: rows are counted in the first column',
    'a.csv',
    lines(...Array.from({ length: 12 }, (_, i) => `${i},${i / 2},${(i * i) % 7}`)),
    {
      shape: [2],
      columns: ['2', '3'],
      notes: [/column "1" left out: it counts the rows \(--columns says otherwise\)/],
    },
  ),
];

/** Values in cells. */
const cells: readonly DataLayout[] = [
  table(
    'Gaps by their usual words',
    'a.csv',
    lines('a,b,c', '1,2,3', 'NA,?,4', '5,,6', 'nan,null,7'),
    {
      refused:
        /gaps in "a" 2 and "b" 3 of 4 rows \(the first at line 3\)\. Give missing \(--missing\)/,
    },
  ),
  table(
    '--missing drop',
    'a.csv',
    lines('a,b', '1,2', 'NA,3', '3,4'),
    {
      ...square,
      origins: ['row 1', 'row 3'],
      notes: [/1 rows with a gap left out/],
    },
    { missing: 'drop' },
  ),
  table(
    '--missing mean',
    'a.csv',
    lines('a,b', '1,2', '#N/A,3', '4,-'),
    {
      values: [1, 2, 2.5, 3, 4, 2.5],
      notes: [/filled with the column's mean/],
    },
    { missing: 'mean' },
  ),
  table(
    'A first row of gaps',
    'a.csv',
    lines('a,b', 'None,2', '1.5,3'),
    {
      size: 1,
      values: [1.5, 3],
    },
    { missing: 'drop' },
  ),
  table(
    'Thousands, percent and currency',
    'a.csv',
    lines('n,share,price', '"1,234",50%,$5.50', '"12,000",12.5%,"$1,000"'),
    {
      values: [1234, 0.5, 5.5, 12000, 0.125, 1000],
      notes: [/column "share": percent is read as hundredths/, /currency's sign/, /thousands/],
    },
  ),
  table('Euros behind decimal commas', 'a.csv', lines('p;q', '5,50 €;1', '1.000,25 €;2'), {
    values: [5.5, 1, 1000.25, 2],
  }),
  table('Numbers in parentheses (accounts)', 'a.csv', lines('a,b', '(5),1', '"(1,000)",2'), {
    values: [-5, 1, -1000, 2],
  }),
  table('True and false', 'a.csv', lines('a,b', 'True,1', 'FALSE,2'), {
    values: [1, 1, 0, 2],
    notes: [/column "a": true is read as 1/],
  }),
  table('Hexadecimal numbers are words', 'a.csv', lines('id,x', '0x1F,1', '0xFF,2'), {
    columns: ['x'],
    values: [1, 2],
    notes: [/column "id" left out: it holds words/],
  }),
  table('Words and dates', 'a.csv', lines('day,city,x', '2020-01-01,Rome,1', '2020-01-02,Oslo,2'), {
    columns: ['x'],
    notes: [/columns "day" and "city" left out: they hold words/],
  }),
  table(
    'Codes of digits and letters',
    'a.csv',
    lines('t,x', 'A1,1', '2,2', 'B2,3', 'C3,4', 'D4,5', '7,6'),
    {
      columns: ['x'],
    },
  ),
  table('One word in a column of numbers', 'a.csv', lines('a,b', '1,2', '3,x', '5,6'), {
    refused: /line 3, column "b": "x" is not a number, as most of the column is/,
  }),
  table('Infinite values', 'a.csv', lines('a,b', '1,2', 'inf,3'), {
    refused: /line 3, column "a": Infinity is not a finite number/,
  }),
  table('A column of nothing', 'a.csv', lines('a,e,b', '1,,2', '3,,4'), {
    ...square,
    notes: [/column "e" left out: it holds nothing/],
  }),
  table('Words alone', 'a.csv', lines('a,b', 'x,y', 'z,w'), {
    refused: /no column holds numbers\. It begins with "a,b"/,
  }),
  table(
    'Numbers of many digits',
    'a.csv',
    lines('a', '0.1234567890123456789', '16777217.0000000001', '1e-300'),
    {
      values: [0.12345679104328156, 16777216, 0].map(Math.fround),
    },
  ),
];

/** Columns with a use of their own. */
const roles: readonly DataLayout[] = [
  table(
    'Labels as floats',
    'a.csv',
    lines('x,label', ...Array.from({ length: 11 }, (_, i) => `${i}.5,${10 - i}.0`)),
    {
      columns: ['x'],
      labels: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
      classNames: null,
    },
  ),
  table("scikit-learn's target", 'a.csv', lines('f 1,f 2,target', '1,2,0', '3,4,1'), {
    shape: [2],
    labels: [0, 1],
    notes: [/column "target" gives the labels/],
  }),
  table('Species in words', 'a.csv', lines('x,species', '1,setosa', '2,virginica', '3,setosa'), {
    labels: [0, 1, 0],
    classNames: ['setosa', 'virginica'],
  }),
  table('A real-valued target', 'a.csv', lines('a,b,target', '1,2,0.5', '3,4,1.25'), {
    ...square,
    labels: null,
    notes: [/column "target" left out: it is named as a target and holds no classes \(--columns/],
  }),
  table('Points x and y', 'a.csv', lines('x,y', '1,2', '3,4'), { shape: [2], labels: null }),
  table('Points x and y with a label', 'a.csv', lines('x,y,label', '1,2,0', '3,4,1'), {
    shape: [2],
    labels: [0, 1],
  }),
  table('X and y', 'a.csv', lines('x1,x2,y', '1,2,0', '3,4,1'), { shape: [2], labels: [0, 1] }),
  table('Labels true and false', 'a.csv', lines('x,label', '1,True', '2,False'), {
    labels: [1, 0],
    classNames: ['false', 'true'],
  }),
  table('A class called None', 'a.csv', lines('x,label', '1,None', '2,crack'), {
    labels: [0, 1],
    classNames: ['None', 'crack'],
  }),
  table(
    'A column that tells train, validation and test',
    'a.csv',
    lines('x,split', '1,train', '2,val', '3,test', '4,train'),
    {
      size: 2,
      values: [1, 4],
      origins: ['row 1', 'row 4'],
      validation: 1,
      test: 1,
      notes: [/column "split" tells the part of each row/],
    },
  ),
  table(
    "CelebA's partition of 0, 1, 2",
    'a.csv',
    lines('x,partition', '1,0', '2,1', '3,2', '4,0'),
    {
      size: 2,
      validation: 1,
      test: 1,
    },
  ),
  table(
    'A column called split that holds something else',
    'a.csv',
    lines('x,split', '1,0.5', '2,0.25'),
    {
      shape: [2],
      validation: null,
    },
  ),
  table(
    'Named columns in their order',
    'a.csv',
    lines('a,b,c', '1,2,3', '4,5,6'),
    {
      columns: ['c', 'a'],
      values: [3, 1, 6, 4],
      notes: [/column "b" left out: it is not among those named/],
    },
    { columns: ['c', 'a'] },
  ),
];

const face = (row: number) => Array.from({ length: 2304 }, (_, i) => (i * 3 + row) % 256);

/** Pictures in tables. */
const pictures: readonly DataLayout[] = [
  table(
    'FER2013: emotion, pixels in one cell, Usage',
    'fer.csv',
    lines(
      'emotion,pixels,Usage',
      ...['Training', 'PublicTest', 'PrivateTest', 'Training'].map(
        (usage, row) => `${row},${face(row).join(' ')},${usage}`,
      ),
    ),
    {
      shape: [1, 48, 48],
      dtype: 'uint8',
      size: 2,
      values: face(0)
        .slice(0, 20)
        .map((value) => value / 255),
      labels: [0, 3],
      validation: 1,
      test: 1,
      notes: [/2304 pixels a row are read as pictures of \[1, 48, 48\]/],
    },
  ),
  table(
    'Pixels by their names (label, 1x1, 1x2 …)',
    'm.csv',
    lines('label,1x1,1x2,2x1,2x2', '5,0,255,51,102', '3,1,2,3,4'),
    {
      shape: [1, 2, 2],
      dtype: 'uint8',
      values: [0, 1, 0.2, 0.4],
      labels: [5, 3],
    },
  ),
  table(
    'MNIST without names: label and 784 pixels',
    'mnist.csv',
    lines(...digits.map((digit, row) => [digit, ...pixels(row)].join())),
    {
      shape: [1, 28, 28],
      dtype: 'uint8',
      size: 4,
      labels: digits,
      values: pixels(0).map((value) => value / 255),
      notes: [/the first of 785 columns gives the labels/, /pictures of \[1, 28, 28\] \(--shape/],
    },
  ),
  table(
    '784 pixels and the label behind them, no names',
    'mnist.csv',
    lines(...digits.map((digit, row) => [...pixels(row), digit].join())),
    {
      shape: [1, 28, 28],
      labels: digits,
      notes: [/the last of 785 columns/],
    },
  ),
  table(
    '784 columns of other names',
    'a.csv',
    lines(
      Array.from({ length: 784 }, (_, i) => `f${i}`).join(),
      pixels(1).join(),
      pixels(2).join(),
    ),
    {
      shape: [784],
      dtype: 'uint8',
      notes: [/784 values are read flat; if they are pictures, --shape 1x28x28/],
    },
  ),
  table(
    '784 columns with --shape 28x28',
    'a.csv',
    lines(
      Array.from({ length: 784 }, (_, i) => `f${i}`).join(),
      pixels(1).join(),
      pixels(2).join(),
    ),
    {
      shape: [1, 28, 28],
      dtype: 'uint8',
    },
    { shape: [28, 28] },
  ),
  table(
    'Colours beside one another with --shape 2x2x3',
    'a.csv',
    lines('0,1,2,3,4,5,6,7,8,9,10,255', '0,1,2,3,4,5,6,7,8,9,10,255'),
    {
      shape: [3, 2, 2],
      values: [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 255].map((value) => value / 255),
    },
    { shape: [2, 2, 3], header: 'no' },
  ),
  table(
    '--shape that does not fit',
    'a.csv',
    lines('a,b', '1,2', '3,4'),
    {
      refused: /a row has 2 values, but shape \[3, 3\] has 9/,
    },
    { shape: [3, 3] },
  ),
  table('Pixels of 0 and 1', 'a.csv', lines('pixel0,pixel1,pixel2,pixel3', '0,1,1,0', '1,1,0,0'), {
    shape: [1, 2, 2],
    dtype: 'float32',
    values: [0, 1, 1, 0],
    notes: [/0 for black and 1 for white/],
  }),
  table(
    "scikit-learn's digits: pixels from 0 to 16",
    'a.csv',
    lines(
      'pixel_0_0,pixel_0_1,pixel_1_0,pixel_1_1,target',
      '0.0,5.0,16.0,9.0,3',
      '1.0,2.0,3.0,4.0,8',
    ),
    {
      shape: [1, 2, 2],
      dtype: 'float32',
      values: [0, 5, 16, 9],
      labels: [3, 8],
      notes: [/pixels go from 0 to 16, not to 255/],
    },
  ),
  table(
    'A list in brackets in each cell',
    'a.csv',
    lines('embedding,label', '"[0.5, 1.5, 2.5]",1', '"[3.5, 4.5, 5.5]",0'),
    {
      shape: [3],
      values: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5],
      columns: ['embedding[0]', 'embedding[1]', 'embedding[2]'],
      labels: [1, 0],
    },
  ),
  table('Lists of different lengths', 'a.csv', lines('bag,x', '"[1, 2]",1', '"[1, 2, 3]",2'), {
    columns: ['x'],
    notes: [/column "bag" left out: it holds lists of different lengths/],
  }),
];

/** Other text, and folders of tables. */
const others: readonly DataLayout[] = [
  table('JSON, one object a line', 'a.jsonl', lines('{"a":1,"b":2}', '{"b":4,"a":3}'), square),
  table(
    'JSON, a list of objects',
    'a.json',
    JSON.stringify([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]),
    square,
  ),
  table('JSON, an object of lists', 'a.json', JSON.stringify({ a: [1, 3], b: [2, 4] }), square),
  table(
    'JSON lines with lists, words and gaps',
    'a.ndjson',
    lines('{"v":[1,2],"label":"cat","t":"x"}', '{"v":[3,4],"label":"dog","t":null}'),
    {
      shape: [2],
      values: [1, 2, 3, 4],
      labels: [0, 1],
      notes: [/column "t" left out: it holds words/],
    },
  ),
  table('JSON lines with a gap', 'a.jsonl', lines('{"a":1,"b":2}', '{"a":3}'), {
    refused: /gaps in "b" 1 of 2 rows \(the first at line 2\)/,
  }),
  table('JSON that is no table', 'a.json', '{"a": {"b": 1}}', { refused: /a\.json: / }),
  {
    title: 'A folder with train.csv, test.csv and another table (Kaggle)',
    files: {
      'train.csv': lines('id,a,b,label', '1,1,2,x', '2,3,4,y'),
      'test.csv': lines('id,b,a', '3,6,5'),
      'sample_submission.csv': lines('id,label', '3,x'),
    },
    expect: {
      ...square,
      labels: [0, 1],
      test: 1,
      notes: [
        /train from "train\.csv", test from "test\.csv"/,
        /"sample_submission\.csv" left out/,
      ],
    },
  },
  {
    title: 'A folder with one table',
    files: { 'a.csv': lines('a,b', '1,2', '3,4'), 'README.md': '# A' },
    expect: square,
  },
];

/** Tables as text. */
export const tables: readonly DataLayout[] = [
  ...dialects,
  ...headers,
  ...cells,
  ...roles,
  ...pictures,
  ...others,
];
