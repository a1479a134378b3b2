import type { DataLayout } from './layout.js';
import { at, grayPng, png } from './picture-files.js';
import { sample } from './picture-samples.js';

/** Six pictures of two classes in each of some folders. */
const twoClasses = (folders: readonly string[], classes = ['cat', 'dog']) =>
  at(
    folders.flatMap((folder) =>
      classes.flatMap((each) => [1, 2, 3].map((n) => `${folder}/${each}/${n}.png`)),
    ),
  );

/** Layouts that show how folders of pictures make parts and classes. */
export const pictureFolders: readonly DataLayout[] = [
  {
    title: 'train, val and test, classes within',
    files: twoClasses(['p/train', 'p/val', 'p/test']),
    open: 'p',
    expect: {
      size: 6,
      validation: 6,
      test: 6,
      classNames: ['cat', 'dog'],
      labels: [0, 0, 0, 1, 1, 1],
      notes: [
        /by folder: train \(6 pictures\) for training, val \(6 pictures\) for validation, test/,
      ],
    },
  },
  {
    title: 'Training and Testing, as of brain tumour MRI',
    files: twoClasses(['p/Training', 'p/Testing'], ['a', 'b']),
    open: 'p',
    expect: { size: 6, validation: null, test: 6, classNames: ['a', 'b'] },
  },
  {
    title: 'MVTec AD: train/good, test by defect, ground_truth beside them',
    files: at([
      'bottle/train/good/000.png',
      'bottle/train/good/001.png',
      'bottle/test/good/000.png',
      'bottle/test/broken/000.png',
      'bottle/test/scratch/000.png',
      'bottle/ground_truth/broken/000_mask.png',
      'bottle/ground_truth/scratch/000_mask.png',
    ]),
    open: 'bottle',
    expect: {
      size: 2,
      test: 3,
      classNames: ['broken', 'good', 'scratch'],
      labels: [1, 1],
      notes: [
        /2 pictures left out, beside the folders train, test: ground_truth/,
        /training is on good alone, test has broken and scratch too/,
      ],
    },
  },
  {
    title: 'the whole of MVTec AD: train and test within each object',
    files: at([
      'cable/train/good/0.png',
      'cable/test/cut/0.png',
      'cable/ground_truth/cut/0.png',
      'wood/train/good/0.png',
      'wood/test/hole/0.png',
      'wood/ground_truth/hole/0.png',
    ]),
    expect: {
      size: 2,
      test: 2,
      classNames: ['cable', 'wood'],
      labels: [0, 1],
      notes: [/each folder has its own train, test/, /2 pictures left out, beside the folders/],
    },
  },
  {
    title: 'TRAIN and VALID in capitals, as of cameras and Windows',
    files: twoClasses(['TRAIN', 'VALID']),
    expect: { size: 6, validation: 6, test: null, classNames: ['cat', 'dog'] },
  },
  {
    title: 'train, dev and testing',
    files: twoClasses(['train', 'dev', 'testing']),
    expect: { size: 6, validation: 6, test: 6 },
  },
  {
    title: 'YOLO: images/train and images/val, labels/*.txt',
    files: {
      ...at(['images/train/1.jpg', 'images/train/2.jpg', 'images/val/3.jpg'], grayPng(2, 2, 9)),
      'labels/train/1.txt': '0 0.5 0.5 1 1',
      'data.yaml': 'nc: 1',
    },
    expect: {
      size: 2,
      validation: 1,
      labels: null,
      notes: [/2 files of other kinds left out: 1 \.txt, 1 \.yaml/],
    },
  },
  {
    title: 'images beside masks: the masks are no examples',
    files: at(['images/1.png', 'images/2.png', 'masks/1.png', 'masks/2.png']),
    expect: { size: 2, labels: null, notes: [/2 pictures left out, in masks beside images/] },
  },
  {
    title: 'train and val with images and masks in each',
    files: at(['train/images/1.png', 'train/masks/1.png', 'val/images/2.png', 'val/masks/2.png']),
    expect: { size: 1, validation: 1, labels: null, origins: ['train/images/1.png'] },
  },
  {
    title: 'x_mask.png beside x.png, as of breast ultrasound (BUSI)',
    files: at([
      'benign/b (1).png',
      'benign/b (1)_mask.png',
      'normal/n (1).png',
      'normal/n (1)_mask.png',
      'normal/n (1)_mask_1.png',
    ]),
    expect: {
      size: 2,
      classNames: ['benign', 'normal'],
      notes: [/3 pictures left out, named as masks of others/],
    },
  },
  {
    title: 'training_set/training_set/cats and test_set/test_set/cats, as Kaggle unpacks',
    files: at([
      'training_set/training_set/cats/1.jpg',
      'training_set/training_set/dogs/1.jpg',
      'test_set/test_set/cats/2.jpg',
    ]),
    expect: { size: 2, test: 1, classNames: ['cats', 'dogs'], labels: [0, 1] },
  },
  {
    title: 'seg_train, seg_test and seg_pred, as of Intel scenes',
    files: at([
      'seg_train/sea/1.jpg',
      'seg_train/forest/1.jpg',
      'seg_test/sea/1.jpg',
      'seg_pred/1.jpg',
    ]),
    expect: {
      size: 2,
      test: 1,
      classNames: ['forest', 'sea'],
      notes: [/1 picture left out, beside .*: seg_pred/],
    },
  },
  {
    title: 'bus, car, plane, train: train is a class where no test lies beside it',
    files: at(['bus/1.png', 'car/1.png', 'plane/1.png', 'train/1.png']),
    expect: { size: 4, classNames: ['bus', 'car', 'plane', 'train'], labels: [0, 1, 2, 3] },
  },
  {
    title: 'valid and invalid: classes, no parts',
    files: at(['valid/1.png', 'invalid/1.png']),
    expect: { size: 2, classNames: ['invalid', 'valid'], validation: null },
  },
  {
    title: 'val and test alone: nothing to train on',
    files: twoClasses(['p/val', 'p/test']),
    open: 'p',
    expect: { refused: /the folders (val and test|test and val) are there, but none to train on/ },
  },
  {
    title: 'train alone, classes within',
    files: twoClasses(['train']),
    expect: { size: 6, classNames: ['cat', 'dog'], test: null },
  },
  {
    title: 'classes in train, none in test, as of Kaggle competitions',
    files: { ...twoClasses(['train']), ...at(['test/1.png', 'test/2.png']) },
    expect: {
      size: 6,
      test: 2,
      classNames: ['cat', 'dog'],
      notes: [/the pictures of test have no classes/],
    },
  },
  {
    title: 'a class in test that is not trained on',
    files: { ...twoClasses(['train', 'test']), ...at(['test/fish/1.png']) },
    expect: {
      size: 6,
      test: 7,
      classNames: ['cat', 'dog', 'fish'],
      notes: [/test has classes that are not trained on: fish/],
    },
  },
  {
    title: 'a stray picture beside folders of classes',
    files: at(['cat/1.png', 'cat/2.png', 'dog/1.png', 'logo.png']),
    expect: {
      size: 3,
      classNames: ['cat', 'dog'],
      notes: [/1 picture left out, beside the folders of classes: logo\.png/],
    },
  },
  {
    title: 'as many pictures beside folders as in them: no classes, told',
    files: at(['more/1.png', 'more/2.png', '3.png', '4.png']),
    expect: {
      size: 4,
      labels: null,
      notes: [/no classes by folders: 2 of 4 pictures lie in none/],
    },
  },
  {
    title: 'all pictures in a folder named images: no class',
    files: at(['d/images/1.png', 'd/images/2.png']),
    open: 'd',
    expect: { size: 2, labels: null },
  },
  {
    title: 'archive/archive/train, folders around all of it',
    files: twoClasses(['archive/archive/train', 'archive/archive/test']),
    expect: { size: 6, test: 6, classNames: ['cat', 'dog'] },
  },
  {
    title: 'classes with folders within them: the first are the classes',
    files: at(['cat/young/1.png', 'cat/old/2.png', 'dog/3.png']),
    expect: { size: 3, classNames: ['cat', 'dog'], labels: [0, 0, 1] },
  },
  {
    title: 'names in both forms of Unicode are one class',
    files: at(['train/caf\u00e9/1.png', 'train/the/1.png', 'test/cafe\u0301/2.png']),
    expect: { size: 2, test: 1, classNames: ['caf\u00e9', 'the'], labels: [0, 1] },
  },
  {
    title: 'classes 0 to 10 by number, pictures in natural order',
    files: at(['10/1.png', '2/10.png', '2/9.png', '0/1.png']),
    expect: {
      labels: [0, 2, 2, 10],
      classNames: null,
      origins: ['0/1.png', '2/9.png', '2/10.png', '10/1.png'],
      notes: [/natural order of paths, 2 before 10: 0\/1\.png is first, 10\/1\.png last/],
    },
  },
  {
    title: 'hidden and resource files beside pictures: passed over',
    files: {
      ...at(['a/1.png', 'b/1.png']),
      ...at([
        'a/._1.png',
        '__MACOSX/a/._1.png',
        '.ipynb_checkpoints/1-checkpoint.png',
        '@eaDir/1.png',
      ]),
      'Thumbs.db': 'x',
      '.DS_Store': 'x',
      'a/desktop.ini': 'x',
    },
    expect: { size: 2, classNames: ['a', 'b'], skipped: [] },
  },
  {
    title: '._train.parquet beside train.parquet: passed over',
    files: { 'train.parquet': sample('parquet'), '._train.parquet': 'Mac OS X' },
    nodeOnly: 'Parquet is read in Node',
    expect: { size: 2, shape: [2], values: [1, 3, 2, 4] },
  },
  {
    title: 'files of other kinds: counted by ending, those that hold pictures told before training',
    files: { ...at(['1.png']), '1.xml': '<a/>', '2.xml': '<a/>', '2.heic': 'x', notes: 'x' },
    expect: {
      size: 1,
      notes: [/^4 files of other kinds left out: 2 \.xml, 1 without ending, 1 \.heic$/],
    },
  },
  {
    title: 'pictures of no kind that is read: refused by their endings',
    files: { 'p/1.heic': 'x', 'p/2.heic': 'x', 'p/a/3.dcm': 'x' },
    open: 'p',
    expect: { refused: /no data in it that vaekit reads \(3 files of .*: 2 \.heic, 1 \.dcm\)/ },
  },
  {
    title: 'pictures of different sizes: refused without a size',
    files: { 'a.png': grayPng(1, 2, 5), 'b.png': grayPng(2, 2, 5) },
    expect: {
      refused: /pictures differ in size: .*a\.png is 1 high and 2 wide, .*b\.png is 2 high/,
    },
  },
  {
    title: 'pictures of different sizes: stretched to one, told',
    files: { 'a.png': grayPng(1, 2, 51), 'b.png': grayPng(2, 2, 102) },
    options: { resize: [2, 1] },
    expect: {
      shape: [1, 2, 1],
      values: [0.2, 0.2, 0.4, 0.4],
      notes: [/pictures of 2 sizes \(1×2 and 2×2\) high and wide are stretched to 2×1/],
    },
  },
  {
    title: 'pictures with the wrong ending, and endings in capitals',
    files: { 'a.jpg': png([51]), 'b.PNG': png([102]), 'c.JPEG': png([153]) },
    expect: { size: 3, values: [0.2, 0.4, 0.6] },
  },
  {
    title: 'a web page that was saved as a picture: skipped, told',
    files: { 'a.png': png([51]), 'b.jpg': '<!DOCTYPE html><html></html>' },
    expect: { size: 1, values: [0.2] },
  },
  {
    title: 'pointers of Git LFS in the place of pictures',
    files: { 'a.png': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n' },
    expect: { refused: /a\.png: it is a pointer to a file that Git LFS keeps: run git lfs pull/ },
  },
  {
    title: 'one picture alone',
    files: { 'a.png': png([51, 102]) },
    open: 'a.png',
    expect: { size: 1, shape: [1, 1, 2], values: [0.2, 0.4] },
  },
];
