import type { DataLayout } from './layout.js';
import { grayPng, netpbm, png, tiff } from './picture-files.js';
import { sample } from './picture-samples.js';

const bits12 = [0, 1000, 2047, 4095];

/** Layouts that show how the pixels of a picture become values. */
export const pictureValues: readonly DataLayout[] = [
  {
    title: '12 bits in a PNG of 16: divided by 4,095, told',
    files: { 'a.png': png(bits12, { depth: 16 }), 'b.png': png([1, 2, 3, 4], { depth: 16 }) },
    expect: {
      shape: [1, 1, 4],
      dtype: 'float32',
      values: [...bits12, 1, 2, 3, 4].map((value) => value / 4095),
      notes: [/hold 0 to 4,095 over all of the data: taken for 12 bits and divided by 4,095/],
    },
  },
  {
    title: 'PNG of 16 bits: divided by 65,535',
    files: { 'a.png': png([0, 256, 40000, 65535], { depth: 16 }) },
    expect: { dtype: 'float32', values: [0, 256, 40000, 65535].map((value) => value / 65535) },
  },
  {
    title: 'PNG of 16 bits in colour',
    files: { 'a.png': png([0, 4095, 1000, 2000, 3000, 10], { depth: 16, channels: 3 }) },
    expect: { shape: [3, 1, 2], values: [0, 2000, 4095, 3000, 1000, 10].map((v) => v / 4095) },
  },
  {
    title: 'training and test parts of 16 bits: scaled by the range of both',
    files: {
      'train/a.png': png([0, 1000], { depth: 16 }),
      'test/b.png': png([0, 60000], { depth: 16 }),
    },
    expect: { values: [0, 1000 / 65535], test: 1 },
  },
  {
    title: 'pictures of 8 and of 16 bits together: each by its own range, told',
    files: { 'a.png': png([51]), 'b.png': png([65535], { depth: 16 }) },
    expect: { dtype: 'float32', values: [0.2, 1], notes: [/1 of 2 pictures have 8 bits/] },
  },
  {
    title: 'TIFF of real numbers from 0 to 1: kept',
    files: { 'a.tif': tiff([Float32Array.of(0, 0.25, 1)]) },
    expect: {
      dtype: 'float32',
      values: [0, 0.25, 1],
      notes: [/real numbers hold 0 to 1 over all of the data: kept as they are/],
    },
  },
  {
    title: 'TIFF of real numbers beyond 1: scaled by the range of all, told',
    files: { 'a.tif': tiff([Float32Array.of(0, 50)]), 'b.tif': tiff([Float32Array.of(-50, 150)]) },
    expect: {
      values: [0.25, 0.5, 0, 1],
      notes: [/hold -50 to 150 over .*: scaled so that -50 is black and 150 is white/],
    },
  },
  {
    title: 'TIFF of real numbers of 64 bits',
    files: { 'a.tiff': tiff([Float64Array.of(0, 0.5, 1)]) },
    expect: { values: [0, 0.5, 1], dtype: 'float32' },
  },
  {
    title: 'TIFF of real numbers in colour: not taken for linear light',
    files: { 'a.tif': tiff([Float32Array.of(0, 0.5, 1, 0.25, 0.5, 0.75)], { samples: 3 }) },
    expect: { shape: [3, 1, 2], values: [0, 0.25, 0.5, 0.5, 1, 0.75] },
  },
  {
    title: 'TIFF with values that are not finite: skipped, told',
    files: {
      'a.tif': tiff([Float32Array.of(0, Number.NaN)]),
      'b.tif': tiff([Float32Array.of(0, 1)]),
    },
    expect: { size: 1, values: [0, 1] },
  },
  {
    title: 'TIFF of 16 bits, as of microscopes: 12 are used',
    files: { 'a.tif': tiff([Uint16Array.from(bits12)]) },
    expect: { values: bits12.map((value) => value / 4095), notes: [/taken for 12 bits/] },
  },
  {
    title: 'TIFF of 16 bits with sign, as of CT: scaled by the range',
    files: { 'a.tif': tiff([Int16Array.of(-1000, 0, 3000)]) },
    expect: { values: [0, 0.25, 1], notes: [/hold -1,000 to 3,000/] },
  },
  {
    title: 'TIFF by deflate of 16 bits',
    files: { 'a.tif': sample('deflateTiff') },
    expect: { values: [0, 1000 / 4095, 1] },
  },
  {
    title: 'TIFF by LZW with a predictor',
    files: { 'a.tif': sample('lzwTiff') },
    expect: { shape: [1, 2, 3], dtype: 'uint8', values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  },
  {
    title: 'TIFF of which white is 0',
    files: { 'a.tif': tiff([Uint8Array.of(0, 255)], { photometric: 0 }) },
    expect: { dtype: 'uint8', values: [1, 0] },
  },
  {
    title: 'TIFF of one bit',
    files: { 'a.tif': sample('bitTiff') },
    nodeOnly: 'the decoder for browsers reads no TIFF of one bit that does not say so',
    expect: { dtype: 'uint8', values: [0, 1] },
  },
  {
    title: 'TIFF with a palette',
    files: { 'a.tif': sample('paletteTiff') },
    expect: { shape: [3, 1, 2], values: [1, 1, 0, 0, 0, 0] },
  },
  {
    title: 'TIFF of three pages: the first, told',
    files: { 'a.tif': tiff([1, 2, 3].map((n) => Uint8Array.of(51 * n))) },
    expect: { size: 1, values: [0.2], notes: [/more than one page or frame.*a\.tif/] },
  },
  {
    title: 'TIFF of 12 channels, as of satellites: skipped, and so none is left',
    files: { 'a.tif': tiff([new Uint16Array(12)], { samples: 12, photometric: 1 }) },
    nodeOnly: 'the words of the reason are others',
    expect: { refused: /none of 1 pictures can be read; .*a\.tif: .*(12 channels|not read here)/ },
  },
  {
    title: 'PGM as text, with a comment',
    files: { 'a.pgm': 'P2\n# by hand\n3 1\n255\n0 51 255\n' },
    expect: { shape: [1, 1, 3], dtype: 'uint8', values: [0, 0.2, 1] },
  },
  {
    title: 'PGM as bytes, as of AT&T faces',
    files: {
      's1/1.pgm': netpbm('P5\n2 1\n255\n', [0, 51]),
      's2/1.pgm': netpbm('P5 2 1 255\n', [102, 255]),
    },
    expect: { values: [0, 0.2, 0.4, 1], classNames: ['s1', 's2'] },
  },
  {
    title: 'PGM of 16 bits with white at 4,095, as its header says',
    files: { 'a.pgm': netpbm('P5\n2 1\n4095\n', [15, 255, 7, 255]) },
    expect: { dtype: 'float32', values: [1, 2047 / 4095] },
  },
  {
    title: 'PPM with white at 15',
    files: { 'a.ppm': 'P3 1 1 15 15 3 0' },
    expect: { shape: [3, 1, 1], dtype: 'uint8', values: [1, 0.2, 0] },
  },
  {
    title: 'PPM as bytes',
    files: { 'a.ppm': netpbm('P6\n1 2\n255\n', [255, 0, 51, 0, 102, 0]) },
    expect: { shape: [3, 2, 1], values: [1, 0, 0, 0.4, 0.2, 0] },
  },
  {
    title: 'PBM as text and as bits: 1 is black',
    files: { 'a.pbm': 'P1\n3 1\n010\n', 'b.pbm': netpbm('P4\n3 1\n', [0b01000000]) },
    expect: { values: [1, 0, 1, 1, 0, 1] },
  },
  {
    title: 'PGM that is cut short: skipped, told',
    files: { 'a.pgm': netpbm('P5\n2 1\n255\n', [0]), 'b.pgm': netpbm('P5\n2 1\n255\n', [0, 51]) },
    expect: { size: 1, values: [0, 0.2] },
  },
  {
    title: 'a white sprite on transparency: one colour on white, told',
    files: { 'a.png': png([255, 255, 255, 255, 255, 255, 255, 0], { channels: 4 }) },
    expect: {
      values: [1, 1],
      notes: [/1 of 1 pictures is one colour on the white ground .*--background black/],
    },
  },
  {
    title: 'a white sprite on transparency, over black',
    files: { 'a.png': png([255, 255, 255, 255, 255, 255, 255, 0], { channels: 4 }) },
    options: { background: 'black' },
    expect: { shape: [1, 1, 2], values: [1, 0] },
  },
  {
    title: 'transparency over a colour',
    files: { 'a.png': png([0, 0, 0, 255, 0, 0, 0, 0], { channels: 4 }) },
    options: { background: '#ff3300' },
    expect: { shape: [3, 1, 2], values: [0, 1, 0, 0.2, 0, 0] },
  },
  {
    title: 'colours that are hidden by transparency do not make a picture coloured',
    files: { 'a.png': png([51, 51, 51, 255, 255, 0, 0, 0], { channels: 4 }) },
    expect: { shape: [1, 1, 2], values: [0.2, 1] },
  },
  {
    title: 'gray with alpha',
    files: { 'a.png': sample('grayAlphaPng') },
    expect: { shape: [1, 1, 2], values: [0.2, 1] },
  },
  {
    title: 'gray with alpha, of 16 bits',
    files: { 'a.png': png([13107, 65535, 13107, 0], { depth: 16, channels: 2 }) },
    expect: { shape: [1, 1, 2], values: [13107 / 16383, 1] },
  },
  {
    title: 'PNG with a palette that has a transparent colour',
    files: { 'a.png': sample('clearPalettePng') },
    expect: { shape: [3, 1, 2], values: [1, 1, 0, 1, 0, 1] },
  },
  {
    title: 'PNG with a palette of grays: gray',
    files: { 'a.png': sample('grayPalettePng') },
    expect: { shape: [1, 2, 3], values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  },
  {
    title: 'PNG of one bit',
    files: { 'a.png': sample('bitPng') },
    expect: { values: [0, 1] },
  },
  {
    title: 'gray that was saved as colour: gray, told',
    files: { 'a.png': png([51, 51, 51, 102, 102, 102], { channels: 3 }) },
    expect: {
      shape: [1, 1, 2],
      values: [0.2, 0.4],
      notes: [/gray: one channel, .*however they were saved/],
    },
  },
  {
    title: 'gray JPEG that was saved as colour, and as gray',
    files: { 'a.jpg': sample('grayJpeg'), 'b.jpg': sample('plainGrayJpeg') },
    expect: { shape: [1, 16, 16], values: Array.from({ length: 512 }, () => 0.4) },
  },
  {
    title: 'one coloured picture among gray ones: all have three channels',
    files: { 'a.png': png([51]), 'b.png': png([51, 0, 0], { channels: 3 }) },
    expect: { shape: [3, 1, 1], values: [0.2, 0.2, 0.2, 0.2, 0, 0] },
  },
  {
    title: 'JPEG of CMYK: white paper is white',
    files: { 'a.jpg': sample('cmykJpeg') },
    options: { channels: 1 },
    expect: { shape: [1, 16, 16], values: Array.from({ length: 256 }, () => 1) },
  },
  {
    title: 'JPEG that EXIF turns upright',
    files: { 'a.jpg': sample('turnedJpeg') },
    expect: { shape: [1, 16, 8] },
  },
  {
    title: 'moving GIF, PNG and WebP: the first frame, told',
    files: {
      'a.gif': sample('movingGif'),
      'b.png': sample('movingPng'),
      'c.webp': sample('movingWebp'),
    },
    expect: {
      shape: [3, 1, 2],
      values: [1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0],
      notes: [/3 pictures have more than one page or frame.*a\.gif/],
    },
  },
  {
    title: 'WebP without loss',
    files: { 'a.webp': sample('webp') },
    expect: { values: [1, 1, 0, 0, 0, 0] },
  },
  {
    title: 'BMP with a palette of grays: gray',
    files: { 'a.bmp': sample('bmp') },
    expect: { shape: [1, 2, 3], values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  },
  {
    title: 'AVIF',
    files: { 'a.avif': sample('avif') },
    expect: { shape: [1, 16, 16], values: Array.from({ length: 256 }, () => 1) },
  },
  {
    title: 'SVG',
    files: {
      'a.svg':
        '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><rect width="1" height="1" fill="#f00"/></svg>',
    },
    nodeOnly: 'browsers draw SVG in pages, not as data',
    expect: { shape: [3, 1, 2], values: [1, 1, 0, 1, 0, 1] },
  },
  {
    title: '16 bits made smaller: by triangles, as Pillow has BILINEAR',
    files: { 'a.png': png([0, 1000, 3000, 4095], { depth: 16 }) },
    options: { resize: [1, 2] },
    expect: {
      shape: [1, 1, 2],
      values: [
        (0.75 * 1000 + 0.25 * 3000) / 1.75 / 4095,
        (0.25 * 1000 + 0.75 * 7095) / 1.75 / 4095,
      ],
    },
  },
  {
    title: '16 bits, cut to the middle',
    files: { 'a.png': png([0, 4095, 1000, 0], { depth: 16 }) },
    options: { resize: [1, 2], crop: 'center' },
    expect: { shape: [1, 1, 2], values: [1, 1000 / 4095] },
  },
  {
    title: 'pictures of 8 bits made larger',
    files: { 'a.png': grayPng(1, 1, 51) },
    options: { resize: 2 },
    expect: { shape: [1, 2, 2], values: [0.2, 0.2, 0.2, 0.2] },
  },
];
