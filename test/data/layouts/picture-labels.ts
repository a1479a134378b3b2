import type { DataLayout } from './layout.js';
import { at, png } from './picture-files.js';

const three = () => at(['a.png', 'b.png', 'c.png']);

/** Layouts that show how tables and files beside pictures give them labels. */
export const pictureLabels: readonly DataLayout[] = [
  {
    title: '1.png to 12.png with a label a line: in natural order, told',
    files: {
      ...at(Array.from({ length: 12 }, (_, i) => `p/${i + 1}.png`)),
      'labels.txt': Array.from({ length: 12 }, (_, i) => i + 1).join('\n'),
    },
    open: 'p',
    labelFile: 'labels.txt',
    expect: {
      labels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      origins: Array.from({ length: 12 }, (_, i) => `${i + 1}.png`),
      notes: [/natural order of their paths: label 2 is that of 2\.png, not of 10\.png/],
    },
  },
  {
    title: 'metadata.csv with file_name and label, as of Hugging Face',
    files: { ...three(), 'metadata.csv': 'file_name,label\nb.png,owl\na.png,fox\nc.png,owl\n' },
    expect: {
      labels: [0, 1, 1],
      classNames: ['fox', 'owl'],
      notes: [
        /labels from column label of metadata\.csv, by the names of 3 pictures in column file_name/,
      ],
    },
  },
  {
    title: 'metadata.jsonl, numbers as labels, paths in folders',
    files: {
      ...at(['x/a.png', 'y/b.png']),
      'metadata.jsonl':
        '{"file_name": "y/b.png", "label": 3}\n{"file_name": "x/a.png", "label": 7}\n',
    },
    expect: { labels: [7, 3], classNames: null },
  },
  {
    title: 'metadata.csv in train and in test',
    files: {
      ...at(['train/1.png', 'test/1.png']),
      'train/metadata.csv': 'file_name,label\n1.png,cat\n',
      'test/metadata.csv': 'file_name,label\n1.png,dog\n',
    },
    expect: { size: 1, test: 1, labels: [0], classNames: ['cat', 'dog'] },
  },
  {
    title: 'metadata.csv with captions alone: folders are the classes, told',
    files: {
      ...at(['x/a.png', 'y/b.png']),
      'metadata.csv': 'file_name,text\nx/a.png,"a cat"\ny/b.png,"a dog"\n',
    },
    expect: { classNames: ['x', 'y'], notes: [/no column of labels by a usual name: it has text/] },
  },
  {
    title: 'metadata.csv of which label names a column',
    files: { ...three(), 'metadata.csv': 'file_name,age,sex\na.png,3,f\nb.png,4,m\nc.png,5,f\n' },
    options: { label: 'sex' },
    expect: { labels: [0, 1, 0], classNames: ['f', 'm'] },
  },
  {
    title: 'label names a column that metadata.csv lacks',
    files: { ...three(), 'metadata.csv': 'file_name,age\na.png,3\nb.png,4\nc.png,5\n' },
    options: { label: 'sex' },
    expect: { refused: /metadata\.csv: there is no column "sex"\. It has age\./ },
  },
  {
    title: 'metadata.csv without file_name',
    files: { ...three(), 'metadata.csv': 'image,label\na.png,1\n' },
    expect: { refused: /metadata\.csv: there is no column file_name.*it has image and label/ },
  },
  {
    title: 'labels.csv with names without endings, as of dog breeds',
    files: { ...at(['p/0a.jpg', 'p/0b.jpg']), 'labels.csv': 'id,breed\n0b,pug\n0a,boxer\n' },
    open: 'p',
    labelFile: 'labels.csv',
    expect: { labels: [0, 1], classNames: ['boxer', 'pug'] },
  },
  {
    title: 'labels.csv with several columns: the one with a usual name',
    files: { ...three(), 'labels.csv': 'image,width,label\na.png,9,x\nb.png,9,y\nc.png,9,x\n' },
    labelFile: 'labels.csv',
    expect: { labels: [0, 1, 0], classNames: ['x', 'y'], notes: [/^natural order/] },
  },
  {
    title: 'labels.csv in which no column of labels is plain',
    files: { ...three(), 'labels.csv': 'image,age,sex\na.png,9,x\nb.png,8,y\nc.png,9,x\n' },
    labelFile: 'labels.csv',
    expect: { refused: /labels\.csv: it is not clear which column holds the labels: age and sex/ },
  },
  {
    title: 'a column of 0 and 1 for each class, as of ISIC 2018',
    files: { ...three(), 'truth.csv': 'image,MEL,NV\na,1.0,0.0\nb,0.0,1.0\nc,1.0,0.0\n' },
    labelFile: 'truth.csv',
    expect: { labels: [0, 1, 0], classNames: ['MEL', 'NV'] },
  },
  {
    title: 'name and label by a space, without a header, as of ImageNet and Oxford pets',
    files: { ...three(), 'list.txt': 'c.png 5\na.png 3\nb.png 4\n' },
    labelFile: 'list.txt',
    expect: { labels: [3, 4, 5] },
  },
  {
    title: 'labels.tsv with paths of Windows, in UTF-16',
    files: {
      ...at(['x/a.png', 'y/a.png']),
      'labels.tsv': new Uint8Array(
        Uint16Array.from([
          0xfeff,
          ...Array.from('file\tclass\ny\\a.png\tq\nx\\a.png\tr\n', (c) => c.charCodeAt(0)),
        ]).buffer,
      ),
    },
    labelFile: 'labels.tsv',
    expect: { labels: [1, 0], classNames: ['q', 'r'] },
  },
  {
    title: 'a picture without a label is left out, a label without a picture told',
    files: { ...three(), 'labels.csv': 'file,label\na.png,1\nc.png,2\nd.png,3\n' },
    labelFile: 'labels.csv',
    expect: {
      labels: [1, 2],
      origins: ['a.png', 'c.png'],
      notes: [
        /a picture left out, for want of a label: b\.png/,
        /a row of labels\.csv left out, of pictures that are not there: d\.png/,
      ],
    },
  },
  {
    title: 'two labels for a picture',
    files: { ...three(), 'labels.csv': 'file,label\na.png,1\na.png,2\nb.png,1\n' },
    labelFile: 'labels.csv',
    expect: { refused: /"a\.png" has two labels, "1" and "2"/ },
  },
  {
    title: 'a name that several pictures have',
    files: { ...at(['x/a.png', 'y/a.png']), 'labels.csv': 'file,label\na.png,1\na.png,1\n' },
    labelFile: 'labels.csv',
    expect: { refused: /names "a\.png", but several pictures are called so/ },
  },
  {
    title: 'as many lines as there are not pictures',
    files: { ...three(), 'labels.txt': 'x\ny\n' },
    labelFile: 'labels.txt',
    expect: { refused: /labels\.txt: 2 labels, but .* holds 3 pictures/ },
  },
  {
    title: 'a table of names over train and test',
    files: {
      ...at(['train/1.png', 'train/2.png', 'test/3.png']),
      'labels.csv': 'file,label\n1.png,b\n2.png,a\n3.png,b\n',
    },
    labelFile: 'labels.csv',
    expect: { size: 2, test: 1, labels: [1, 0], classNames: ['a', 'b'] },
  },
  {
    title: 'labels a line of words with spaces in them',
    files: { ...three(), 'labels.txt': 'golden retriever\npug\npug\n' },
    labelFile: 'labels.txt',
    expect: { labels: [0, 1, 1], classNames: ['golden retriever', 'pug'] },
  },
  {
    title: 'names with numbers: pictures in natural order, whatever their case',
    files: { 'img10.png': png([10]), 'img9.png': png([9]), 'Img1.png': png([1]) },
    expect: {
      origins: ['Img1.png', 'img9.png', 'img10.png'],
      values: [1 / 255, 9 / 255, 10 / 255],
    },
  },
];
