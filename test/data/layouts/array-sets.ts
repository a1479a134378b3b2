import {
  bytesOf,
  counted,
  gzip,
  idx,
  joined,
  latin,
  npy,
  npyOf,
  npyWords,
  npz,
  zip,
} from './array-files.js';
import type { DataLayout, Expected } from './layout.js';

const over = (by: number) => (value: number) => value / by;

/** Images [N, 2, 2] of uint8, whose values tell which array they are of. */
const images = (count: number, from = 100) => npy('|u1', [count, 2, 2], counted(count * 4, from));
const firstValues = (from: number) => counted(4, from).map(over(255));
const whole = (values: readonly number[], descr = '<i8') => npy(descr, [values.length], values);

/** An .npz file `d.npz` alone. */
function archive(
  title: string,
  arrays: Readonly<Record<string, Uint8Array>>,
  expect: DataLayout['expect'],
  options?: DataLayout['options'],
): DataLayout {
  return {
    title,
    files: { 'd.npz': npz(arrays) },
    open: 'd.npz',
    expect,
    ...(options ? { options } : {}),
  };
}

/** An .npz file of three images and labels. */
function labelled(
  title: string,
  labels: Uint8Array,
  expect: Expected,
  options?: DataLayout['options'],
) {
  return archive(title, { images: images(3), labels }, { size: 3, ...expect }, options);
}

const several = npy('|u1', [3, 4], [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]);

const labels: readonly DataLayout[] = [
  labelled('.npz with labels as int64', whole([7, 0, 3]), { labels: [7, 0, 3] }),
  labelled('.npz with labels [N, 1] of uint8, as in MedMNIST', npy('|u1', [3, 1], [1, 0, 2]), {
    labels: [1, 0, 2],
  }),
  labelled('.npz with one-hot labels', npy('<f4', [3, 3], [0, 1, 0, 1, 0, 0, 0, 0, 1]), {
    labels: [1, 0, 2],
    notes: [/labels is one-hot, of 3 classes$/],
  }),
  labelled('.npz with whole labels as float64', whole([2, 0, 1], '<f8'), { labels: [2, 0, 1] }),
  labelled('.npz with labels as bool', npy('|b1', [3], [1, 0, 1]), { labels: [1, 0, 1] }),
  labelled('.npz with labels as words', npyWords(['dog', 'cat', 'dog']), {
    labels: [1, 0, 1],
    classNames: ['cat', 'dog'],
  }),
  labelled('.npz with several classes an example: left out, told', several, {
    labels: null,
    notes: [
      /^labels left out: .*labels has shape \[3, 4\]: an example may be of several of 4 classes; label \(--label labels:0\) takes one$/,
    ],
  }),
  labelled(
    '.npz with several classes an example, of which one is asked for',
    several,
    { labels: [1, 0, 1], notes: [/^column 2 of .*labels is the class$/] },
    { label: 'labels:2' },
  ),
  labelled('.npz with real numbers as targets: left out, told', whole([0.5, 1, 2], '<f4'), {
    labels: null,
    notes: [/^labels left out: .*label 0 is 0.5, which is no whole number$/],
  }),
  labelled(
    '.npz with labels as Python objects: left out, told',
    npyOf('|O', [3], new Uint8Array(9)),
    {
      labels: null,
      notes: [/^labels left out: .*pickled Python objects/],
    },
  ),
  labelled(
    '.npz with masks in the place of labels: left out, told',
    npy('|u1', [3, 2, 2], Array(12).fill(1)),
    {
      labels: null,
      notes: [/^labels left out: .*has shape \[3, 2, 2\]/],
    },
  ),
  archive(
    '.npz with labels of another length: refused',
    { images: images(3), labels: whole([1, 2]) },
    { refused: /d\.npz: images holds 3 examples, but .*labels holds 2 labels/ },
  ),
  archive(
    '.npz with the names of the classes',
    { data: images(2), target: whole([1, 0]), target_names: npyWords(['setosa', 'virginica']) },
    { labels: [1, 0], classNames: ['setosa', 'virginica'] },
  ),
];

const named: readonly DataLayout[] = [
  archive(
    "Keras's mnist.npz: x_train, y_train, x_test, y_test",
    {
      x_test: images(1, 9),
      x_train: images(2),
      y_train: whole([4, 2], '|u1'),
      y_test: whole([3], '|u1'),
    },
    { size: 2, values: firstValues(100), labels: [4, 2], test: 1, validation: null },
  ),
  archive(
    'MedMNIST: train_images, val_images, test_images with labels [N, 1]',
    {
      train_images: npy('|u1', [2, 4, 4, 3], counted(96, 100)),
      val_images: npy('|u1', [1, 4, 4, 3], counted(48)),
      test_images: npy('|u1', [3, 4, 4, 3], counted(144)),
      train_labels: npy('|u1', [2, 1], [0, 1]),
      val_labels: npy('|u1', [1, 1], [1]),
      test_labels: npy('|u1', [3, 1], [1, 1, 0]),
    },
    { shape: [3, 4, 4], size: 2, labels: [0, 1], validation: 1, test: 3 },
  ),
  archive(
    'ChestMNIST: train_labels [N, 14]: left out, told',
    {
      train_images: images(2),
      train_labels: npy(
        '|u1',
        [2, 14],
        counted(28).map((i) => (i % 3) & 1),
      ),
    },
    {
      labels: null,
      notes: [/^labels left out: .*train_labels has shape \[2, 14\]: an example may be/],
    },
  ),
  archive(
    '.npz with data and target',
    { target: whole([1, 0]), data: npy('<f8', [2, 3], [1, 2, 3, 4, 5, 6]) },
    { shape: [3], labels: [1, 0], values: [1, 2, 3, 4, 5, 6] },
  ),
  archive('.npz with X and y', { X: images(2), y: whole([1, 0]) }, { size: 2, labels: [1, 0] }),
  archive(
    '.npz with arr_0 and arr_1, as numpy.savez names them',
    { arr_0: images(2), arr_1: whole([1, 0]) },
    { size: 2, labels: [1, 0] },
  ),
  archive(
    '.npz with trainX, trainY, testX, testY',
    { trainX: images(2), trainY: whole([1, 0]), testX: images(1), testY: whole([1]) },
    { size: 2, labels: [1, 0], test: 1 },
  ),
  archive('.npz with one array of any name', { faces: images(2) }, { size: 2, labels: null }),
  archive(
    'dSprites: imgs of 0 and 1, factors told as left out',
    {
      metadata: npyOf('|O', [1], new Uint8Array(8)),
      imgs: npy('|u1', [2, 2, 2], [0, 1, 1, 0, 1, 1, 0, 0]),
      latents_classes: npy('<i8', [2, 6], counted(12)),
      latents_values: npy('<f8', [2, 6], counted(12)),
    },
    {
      shape: [1, 2, 2],
      dtype: 'uint8',
      values: [0, 1, 1, 0, 1, 1, 0, 0],
      labels: null,
      notes: [/^arrays metadata, latents_classes and latents_values; label/, /0 and 1 alone/],
    },
  ),
  archive(
    'dSprites with its shapes as labels',
    {
      imgs: npy('|u1', [2, 2, 2], [0, 1, 1, 0, 1, 1, 0, 0]),
      latents_classes: npy('<i8', [2, 6], [0, 2, 3, 4, 5, 6, 0, 1, 3, 4, 5, 6]),
    },
    { labels: [2, 1] },
    { label: 'latents_classes:1' },
  ),
  archive(
    'CIFAR-100 as arrays, labels by their name',
    { data: images(2), fine_labels: whole([19, 29]), coarse_labels: whole([11, 15]) },
    { labels: [11, 15] },
    { label: 'coarse_labels' },
  ),
  archive(
    '.npz with several arrays of no known name: refused',
    { first: images(2), second: images(2) },
    { refused: /d\.npz: it is not clear which array holds the examples.*--columns/ },
  ),
  archive(
    '.npz with parts of which one is of another dtype: refused',
    { x_train: images(2), x_test: npy('<f4', [1, 2, 2], [0, 1, 2, 3]) },
    { refused: /x_train holds uint8 values and .*x_test float32.*Save both with one dtype/ },
  ),
  archive(
    '.npz with parts of 12 bits: both by one range',
    {
      x_train: npy('<u2', [1, 2, 2], [0, 1, 2, 900]),
      x_test: npy('<u2', [1, 2, 2], [0, 1, 2, 4000]),
    },
    { values: [0, 1, 2, 900].map(over(4095)), test: 1 },
  ),
  archive(
    '.npz with parts of different shapes: refused',
    { x_train: images(2), x_test: npy('|u1', [1, 3, 3], counted(9)) },
    { refused: /x_train has shape \[2, 2, 2\], but .*x_test \[1, 3, 3\]/ },
  ),
  {
    title: '.zip of .npy files',
    files: { 'd.zip': zip({ 'images.npy': images(2), 'labels.npy': whole([1, 0]) }) },
    open: 'd.zip',
    expect: { size: 2, labels: [1, 0] },
  },
];

const folders: readonly DataLayout[] = [
  {
    title: 'Folder of X_train.npy, y_train.npy, X_val.npy, X_test.npy and so on',
    files: {
      'X_train.npy': images(3),
      'y_train.npy': whole([2, 0, 1]),
      'X_val.npy': images(1),
      'y_val.npy': whole([1]),
      'X_test.npy': images(2),
      'y_test.npy': whole([0, 1]),
    },
    expect: { size: 3, labels: [2, 0, 1], validation: 1, test: 2 },
  },
  {
    title: 'Folder of train_images.npy and train_labels.npy beside a file of notes',
    files: {
      'train_images.npy': images(2),
      'train_labels.npy': whole([1, 0]),
      'README.md': 'text',
    },
    expect: { size: 2, labels: [1, 0], notes: [/^1 other file or folder beside the arrays$/] },
  },
  {
    title: 'Folder of train.npy and test.npy',
    files: { 'train.npy': images(2), 'test.npy': images(1) },
    expect: { size: 2, test: 1, labels: null },
  },
  {
    title: 'One file of X_train.npy, with y_train.npy beside it',
    files: { 'X_train.npy': images(2), 'y_train.npy': whole([1, 0]), 'X_test.npy': images(1) },
    open: 'X_train.npy',
    expect: { size: 2, labels: [1, 0], test: null },
  },
  {
    title: 'Folder of one .npz file',
    files: { 'pathmnist.npz': npz({ train_images: images(2), test_images: images(1) }) },
    expect: { size: 2, test: 1 },
  },
  {
    title: 'MNIST, Fashion-MNIST, KMNIST: train-images-idx3-ubyte.gz and so on',
    files: {
      'train-images-idx3-ubyte.gz': gzip(idx([2, 2, 2], counted(8, 100))),
      'train-labels-idx1-ubyte.gz': gzip(idx([2], [9, 8])),
      't10k-images-idx3-ubyte.gz': gzip(idx([1, 2, 2], counted(4))),
      't10k-labels-idx1-ubyte.gz': gzip(idx([1], [7])),
    },
    expect: { shape: [1, 2, 2], size: 2, labels: [9, 8], test: 1, values: firstValues(100) },
  },
  {
    title: 'KMNIST as arrays: kmnist-train-imgs.npz and so on',
    files: {
      'kmnist-train-imgs.npz': npz({ arr_0: images(2) }),
      'kmnist-train-labels.npz': npz({ arr_0: whole([4, 5], '|u1') }),
      'kmnist-test-imgs.npz': npz({ arr_0: images(1) }),
      'kmnist-test-labels.npz': npz({ arr_0: whole([6], '|u1') }),
    },
    expect: { size: 2, labels: [4, 5], test: 1 },
  },
  {
    title: 'One file of KMNIST, with its labels beside it',
    files: {
      'kmnist-train-imgs.npz': npz({ arr_0: images(2) }),
      'kmnist-train-labels.npz': npz({ arr_0: whole([4, 5], '|u1') }),
    },
    open: 'kmnist-train-imgs.npz',
    expect: { size: 2, labels: [4, 5] },
  },
  {
    title: 'EMNIST: images are turned upright, told',
    files: {
      'emnist-letters-train-images-idx3-ubyte.gz': gzip(idx([1, 2, 2], [100, 101, 102, 103])),
      'emnist-letters-train-labels-idx1-ubyte.gz': gzip(idx([1], [26])),
      'emnist-letters-test-images-idx3-ubyte.gz': gzip(idx([1, 2, 2], [0, 1, 2, 3])),
      'emnist-letters-mapping.txt': '1 65 97\n',
    },
    expect: {
      values: [100, 102, 101, 103].map(over(255)),
      labels: [26],
      test: 1,
      notes: [/^height and width are exchanged, for the file has them so$/],
    },
  },
  {
    title: 'Several sets of EMNIST in one folder: refused, with the way out',
    files: {
      'emnist-letters-train-images-idx3-ubyte': idx([1, 2, 2], [100, 101, 102, 103]),
      'emnist-digits-train-images-idx3-ubyte': idx([1, 2, 2], [100, 101, 102, 103]),
    },
    expect: {
      refused: /it holds several sets: emnist-digits and emnist-letters\. Name it by columns/,
    },
  },
  {
    title: 'Several sets of EMNIST, one of them named',
    files: {
      'emnist-letters-train-images-idx3-ubyte': idx([1, 2, 2], [100, 101, 102, 103]),
      'emnist-digits-train-images-idx3-ubyte': idx([1, 2, 2], [200, 201, 202, 203]),
    },
    options: { columns: ['emnist-digits'] },
    expect: { values: [200, 202, 201, 203].map(over(255)) },
  },
  {
    title: 'QMNIST: the first of eight numbers is the class',
    files: {
      'qmnist-train-images-idx3-ubyte': idx([2, 2, 2], counted(8, 100)),
      'qmnist-train-labels-idx2-int': idx(
        [2, 8],
        [5, 0, 1, 2, 3, 4, 5, 6, 3, 0, 1, 2, 3, 4, 5, 7],
        '>i4',
      ),
    },
    expect: { labels: [5, 3], notes: [/^the first of 8 values is the class, as in QMNIST$/] },
  },
  {
    title: 'One IDX file of QMNIST, with its labels beside it',
    files: {
      'qmnist-test-images-idx3-ubyte': idx([1, 2, 2], counted(4, 100)),
      'qmnist-test-labels-idx2-int': idx([1, 8], [5, 0, 1, 2, 3, 4, 5, 6], '>i4'),
    },
    open: 'qmnist-test-images-idx3-ubyte',
    expect: { labels: [5] },
  },
  {
    title: 'Folder with a test part alone: taken for the training part, told',
    files: { 'test-images-idx3-ubyte': idx([1, 2, 2], counted(4, 100)) },
    expect: { size: 1, test: null, notes: [/is named as a test part, but there is no other/] },
  },
  {
    title: 'Labels in a text file, one a line',
    files: { 'x.npy': images(2), 'labels.txt': 'dog\ncat\n' },
    open: 'x.npy',
    labelFile: 'labels.txt',
    expect: { labels: [1, 0], classNames: ['cat', 'dog'] },
  },
];

const cifarImage = (label: readonly number[], first: number) =>
  Uint8Array.from([...label, first, ...Array(3071).fill(first)]);

const stl = Uint8Array.from({ length: 27_648 }, (_, i) => (i < 96 ? i + 100 : 0));

/** A file of smallNORB. */
const norb = (magic: number, shape: readonly number[], data: Uint8Array) =>
  joined(
    bytesOf('<i4', [magic, shape.length, ...shape, ...(shape.length < 3 ? [1, 1] : [])]),
    data,
  );

const published: readonly DataLayout[] = [
  {
    title: 'CIFAR-10, binary version',
    files: {
      'data_batch_1.bin': joined(cifarImage([1], 100), cifarImage([0], 200)),
      'data_batch_2.bin': cifarImage([1], 50),
      'test_batch.bin': cifarImage([0], 60),
      'batches.meta.txt': 'airplane\nautomobile\n\n',
    },
    expect: {
      shape: [3, 32, 32],
      size: 3,
      labels: [1, 0, 1],
      classNames: ['airplane', 'automobile'],
      test: 1,
      values: Array(3072).fill(100 / 255),
    },
  },
  {
    title: 'CIFAR-100, binary version: fine labels',
    files: {
      'train.bin': cifarImage([4, 1], 100),
      'test.bin': cifarImage([3, 0], 100),
      'fine_label_names.txt': 'apple\nbear\n',
      'coarse_label_names.txt': 'fruit\n',
    },
    expect: { size: 1, labels: [1], classNames: ['apple', 'bear'], test: 1 },
  },
  {
    title: 'STL-10, binary version: images are turned upright, classes from 0',
    files: {
      'train_X.bin': stl,
      'train_y.bin': Uint8Array.of(2),
      'class_names.txt': 'airplane\nbird\n',
    },
    expect: {
      shape: [3, 96, 96],
      labels: [1],
      classNames: ['airplane', 'bird'],
      values: counted(4096).map((at) => (at % 96 === 0 ? 100 + at / 96 : 0) / 255),
    },
  },
  {
    title: 'smallNORB: pairs of pictures as two channels',
    files: {
      'smallnorb-5x46789x9x18x6x2x96x96-training-dat.mat': norb(
        507_333_717,
        [1, 2, 5, 5],
        Uint8Array.from(counted(50, 100)),
      ),
      'smallnorb-5x46789x9x18x6x2x96x96-training-cat.mat': norb(
        507_333_716,
        [1],
        bytesOf('<i4', [3]),
      ),
    },
    expect: { shape: [2, 5, 5], labels: [3], values: counted(50, 100).map(over(255)) },
  },
];

/** A file that none reads, refused by its name. */
function foreign(
  title: string,
  name: string,
  content: string | Uint8Array,
  refused: RegExp,
): DataLayout {
  return { title, files: { [name]: content }, open: name, expect: { refused } };
}

const others: readonly DataLayout[] = [
  foreign(
    'MATLAB file',
    'd.mat',
    'MATLAB 5.0 MAT-file, Platform: GLNXA64',
    /d\.mat is a MATLAB file\. Save its arrays by numpy\.savez, as by .*loadmat/,
  ),
  foreign(
    'MATLAB file of version 7.3',
    'd.mat',
    'MATLAB 7.3 MAT-file, Platform: GLNXA64',
    /d\.mat is a MATLAB file \(HDF5, version 7\.3\)/,
  ),
  {
    ...foreign(
      'HDF5 file that is cut off',
      'd.h5',
      latin('\x89HDF\r\n\x1a\n\0\0\0'),
      /d\.h5: it cannot be read as HDF5: .*\. If it is damaged, get it again/,
    ),
    nodeOnly: 'HDF5 is read in Node',
  },
  foreign(
    'Python pickle, as CIFAR-10 for Python',
    'data_batch_1',
    latin('\x80\x02}q\x01(U\x0b'),
    /data_batch_1 is a Python pickle, which could run code/,
  ),
  foreign(
    'Python pickle within gzip, as mnist.pkl.gz',
    'mnist.pkl.gz',
    gzip(latin('\x80\x04\x95\0\0\0\0')),
    /mnist\.pkl\.gz is a Python pickle, which could run code within gzip/,
  ),
  foreign(
    'PyTorch file',
    'd.pt',
    zip({ 'd/data.pkl': latin('\x80\x02') }),
    /d\.pt is a PyTorch file\. .*torch\.load/,
  ),
  foreign(
    'TFRecord file',
    'd.tfrecord',
    Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 9),
    /d\.tfrecord is a TFRecord file/,
  ),
  foreign(
    'zip archive of pictures',
    'd.zip',
    zip({ 'a.png': latin('\x89PNG') }),
    /d\.zip is a zip archive\. Unpack it/,
  ),
  foreign(
    'Web page in the place of a file',
    'train-images-idx3-ubyte.gz',
    '<!DOCTYPE html><html>',
    /train-images-idx3-ubyte\.gz is a web page, not the data/,
  ),
  foreign(
    'Pointer of Git LFS',
    'x_train.npy',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
    /x_train\.npy is a pointer of Git LFS, .*git lfs pull/,
  ),
  foreign(
    'Text of no known kind: its first line is shown',
    'notes.md',
    '\n# My notes\nmore\n',
    /notes\.md is a text file of no kind that vaekit reads; it begins with "# My notes"/,
  ),
  foreign(
    'Bytes of no known kind: the first are shown',
    'd.bin',
    Uint8Array.of(0xde, 0xad, 0, 1),
    /d\.bin is a file of no kind that vaekit reads; it begins with the bytes de ad 00 01/,
  ),
  foreign('Empty file', 'd.idx', '', /d\.idx is empty/),
  {
    title: 'Zarr array',
    files: { 'd.zarr/.zarray': '{}', 'd.zarr/0.0': new Uint8Array(8) },
    open: 'd.zarr',
    expect: { refused: /d\.zarr holds a Zarr array\. Save its arrays/ },
  },
  {
    title: 'Folder of an LMDB database',
    files: { 'data.mdb': new Uint8Array(32), 'lock.mdb': new Uint8Array(8) },
    expect: { refused: /holds an LMDB database\. Save its pictures/ },
  },
];

/** Arrays that belong together: parts, labels, published sets; and files that are none. */
export const arraySets: readonly DataLayout[] = [
  ...labels,
  ...named,
  ...folders,
  ...published,
  ...others,
];
