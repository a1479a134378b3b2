/*
 * Every reader of files: right files, ways to make wrong ones, and ways to read one.
 * All go through the functions that users call, over the built library.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { readConfig } from '../../dist/cli/config/config-file.js';
import { encodeNpy } from '../../dist/data/codecs/npy.js';
import { decodeSafetensors, encodeSafetensors } from '../../dist/data/codecs/safetensors.js';
import { readRange } from '../../dist/data/dataset.js';
import { writeZip } from '../../dist/data/files/zip.js';
import { openDataset } from '../../dist/data/open.js';
import { fromConfig, Tensor, VAE } from '../../dist/index.js';
import { RunFolder } from '../../dist/runs/index.js';
import { preset } from '../../dist/vae/config/presets.js';
import { overPreset } from '../../dist/vae/config/resolve.js';
import { checkRun } from '../../dist/vae/config/run-config.js';
import { mutate, mutateJson, numbers } from './mutate.mjs';

const fixture = async (name) =>
  new Uint8Array(await readFile(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))));

const text = (value) => new TextEncoder().encode(value);
const json = (value) => text(JSON.stringify(value));

/** Some kilobytes at most are read back: a file that announces more must hold more. */
const mostRead = 2 ** 22;

/** Opens data and reads some of its examples. */
async function readData(path, cache, options = {}) {
  const { train, test } = await openDataset(path, { cache, ...options });
  for (const part of [train, test]) {
    if (!part) continue;
    const width = part.shape.reduce((a, b) => a * b, 1);
    const count = Math.min(part.size, Math.max(1, Math.floor(mostRead / width)));
    await readRange(part, 0, count);
    await readRange(part, part.size - 1, part.size);
  }
}

/** Columns that a table may be read by. */
const like = [
  { name: 'a', kind: 'continuous', type: 'number', missing: 0 },
  {
    name: 'b',
    kind: 'categorical',
    type: 'text',
    missing: 0,
    categories: ['x', '2'],
    rare: { z: 1 },
  },
];

/** Ways in which rows of a table are taken. */
const rowsOf = (random) => {
  const rows = random.pick(['vectors', 'table', 'table', 'auto']);
  const missing = random.pick([undefined, 'drop', 'mean', 'error']);
  const known = rows === 'table' && random.below(4) === 0 ? { like } : {};
  return { rows, missing, cells: random.below(4) === 0, ...known };
};

/** A reader of one file with an ending. */
function dataFile(name, endings, seeds, { stem = 'data', options = () => ({}), ...more } = {}) {
  return {
    name,
    seeds,
    async read(bytes, { folder, cache }, random) {
      const path = join(folder, `${stem}${random.pick(endings)}`);
      await writeFile(path, bytes);
      try {
        // A small limit leads through the cache of shards, too.
        const memoryLimit = random.below(2) === 0 ? 2 ** 8 : 2 ** 26;
        await readData(path, cache, { memoryLimit, ...options(random) });
      } finally {
        await rm(path);
        await rm(cache, { recursive: true, force: true });
      }
    },
    ...more,
  };
}

function idx(code, shape, values) {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(code * 256 + shape.length);
  for (const [axis, length] of shape.entries()) header.writeUInt32BE(length >>> 0, 4 + 4 * axis);
  return new Uint8Array(Buffer.concat([header, values]));
}

/** A file of smallNORB. */
function norb(magic, shape, values) {
  const header = Int32Array.of(magic, shape.length, ...shape, ...(shape.length < 3 ? [1] : []));
  return new Uint8Array(Buffer.concat([Buffer.from(header.buffer), values]));
}

const some = (length) => Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
const length = fc.constantFrom(...numbers.filter((each) => each < 2 ** 32));
const shape = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), length), { maxLength: 6 });
const data = fc.uint8Array({ maxLength: 600 });

const idxSeeds = async () => [
  idx(8, [5, 4, 4], some(80)),
  idx(8, [4, 3, 2, 2], some(48)),
  idx(13, [2, 3], Buffer.from(Float32Array.of(0, 1, 2, 3, 4, 5).buffer)),
];

const arbitraryIdx = fc
  .tuple(fc.constantFrom(8, 8, 8, 9, 11, 12, 13, 14, 0, 15, 255), shape, data)
  .map(([code, dims, values]) => idx(code, dims, values));

/** An .npy file whose header may announce anything. */
const arbitraryNpy = fc
  .tuple(
    fc.constantFrom('<f4', '<f8', '|u1', '>i2', '|b1', '>f4', '|O', '<U4', '<f2', '<c16', '|V8'),
    fc.boolean(),
    fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(...numbers, 10 ** 15)), {
      maxLength: 70,
      size: 'small',
    }),
    data,
    fc.constantFrom(1, 2, 3),
  )
  .map(([descr, fortran, dims, values, version]) => {
    const lengths = `${dims.join(', ')}${dims.length === 1 ? ',' : ''}`;
    const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${lengths}), }\n`;
    const start = Buffer.alloc(version === 1 ? 10 : 12);
    start.write('\x93NUMPY', 'latin1');
    start[6] = version;
    if (version === 1) start.writeUInt16LE(header.length, 8);
    else start.writeUInt32LE(header.length, 8);
    return new Uint8Array(Buffer.concat([start, Buffer.from(header), values]));
  });

const npySeeds = () =>
  Promise.all(
    [
      'u1-little',
      'f4-big',
      'f8-little',
      'cube-u1-fortran',
      'cube-f4-fortran',
      'b1',
      'half',
      'refused-objects',
      'refused-text',
      'f4-little-v2',
      'f4-little-v3',
    ].map((name) => fixture(`npy/${name}.npy`)),
  );

const arbitrarySafetensors = fc
  .tuple(
    fc.dictionary(
      fc.oneof(fc.constantFrom('a', 'mean.bias', '__metadata__', '__proto__'), fc.string()),
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record(
            {
              dtype: fc.constantFrom('F32', 'U8', 'F64', 'BOOL', 'F16', 'X', 'I64'),
              shape: fc.array(
                fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(...numbers)),
              ),
              data_offsets: fc.tuple(
                fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(...numbers)),
                fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(...numbers)),
              ),
            },
            { requiredKeys: [] },
          ),
        },
        fc.jsonValue(),
      ),
      { maxKeys: 5 },
    ),
    fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.constantFrom(...numbers)),
    data,
  )
  .map(([header, announced, values]) => {
    const head = Buffer.from(JSON.stringify(header));
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt.asUintN(64, BigInt(announced ?? head.length)));
    return new Uint8Array(Buffer.concat([start, head, values]));
  });

const models = () => {
  const all = [
    ['dense', [1, 6, 6]],
    ['mlp', [1, 6, 6]],
    ['conv', [1, 12, 12]],
    ['resnet', [3, 8, 8]],
    ['vq', [1, 8, 8]],
  ].map(([name, dims]) => preset(name, dims, { latent: 2 }));
  const small = {
    input: [1, 4, 4],
    latent: 2,
    encoder: [
      { type: 'conv2d', filters: 2, kernel: 3, padding: 1, stride: 2, activation: 'relu' },
      { type: 'batchNorm' },
      { type: 'residual', layers: [{ type: 'conv2d', filters: 2, kernel: 3, padding: 'same' }] },
      { type: 'maxPool2d', window: 2 },
      { type: 'dropout', rate: 0.1 },
      { type: 'flatten' },
      { type: 'dense', units: 3 },
      { type: 'layerNorm' },
    ],
    decoder: [
      { type: 'dense', units: 8 },
      { type: 'reshape', shape: [2, 2, 2] },
      { type: 'upsample', factor: 2 },
      { type: 'groupNorm', groups: 2 },
      { type: 'convTranspose2d', filters: 1, kernel: 3, padding: 1 },
    ],
    likelihood: { type: 'gaussian', variance: 0.1 },
    objective: { type: 'betaVae', beta: 4 },
    seed: 3,
  };
  return [
    ...all.map(({ model, training }) => ({ format: 1, model, training })),
    { format: 1, model: small },
  ];
};

async function picture(format, options = {}, channels = 3) {
  const raw = { width: 9, height: 7, channels };
  const pixels = Uint8Array.from({ length: 63 * channels }, (_, i) => (i * 29) & 255);
  return new Uint8Array(await sharp(pixels, { raw }).toFormat(format, options).toBuffer());
}

/** A BMP file of 3 × 2 pixels. */
function bmp() {
  const bytes = Buffer.alloc(54 + 24);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(3, 18);
  bytes.writeInt32LE(2, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return new Uint8Array(bytes);
}

const pictures = async () => [
  await picture('png'),
  await picture('png', { palette: true }),
  await picture('png', { progressive: true }, 4),
  await picture('jpeg'),
  await picture('jpeg', { progressive: true }),
  await picture('webp'),
  await picture('webp', { lossless: true }, 4),
  await picture('gif'),
  await picture('tiff', { compression: 'lzw' }),
  await picture('tiff', { compression: 'deflate', tile: true }),
  bmp(),
  await picture('avif'),
  text(
    '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><rect width="2" height="3"/></svg>',
  ),
  text('P2\n# gray\n2 2\n255\n0 51 102 255\n'),
  text('P1 3 2 010 101'),
  new Uint8Array([...text('P5 2 1 4095\n'), 1, 2, 3, 4]),
  new Uint8Array([...text('P6 1 2 255\n'), 1, 2, 3, 4, 5, 6]),
  new Uint8Array([...text('P4 9 2\n'), 1, 128, 3, 128]),
  await deepPng(),
  ...deepTiffs.map((each) => new Uint8Array(Buffer.from(each, 'base64'))),
];

function deepPng() {
  const pixels = Uint16Array.from({ length: 12 }, (_, i) => i * 300);
  return sharp(pixels, { raw: { width: 4, height: 3, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
}

/** TIFF files of two real numbers of 64 bits, and of two pages of colours of 16 bits with sign. */
const deepTiffs = [
  'SUkqAAgAAAAKAAABBAABAAAAAgAAAAEBBAABAAAAAQAAAAIBAwABAAAAQAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAABAAAAlgAAABUBAwABAAAAAQAAABYBBAABAAAAAQAAABcBBAABAAAAEAAAAFMBAwABAAAAAwAAAAAAAABAAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAAAAAAAADgPw==',
  'SUkqAAgAAAAKAAABBAABAAAAAgAAAAEBBAABAAAAAQAAAAIBAwADAAAAhgAAAAMBAwABAAAAAQAAAAYBAwABAAAAAgAAABEBBAABAAAAlgAAABUBAwABAAAAAwAAABYBBAABAAAAAQAAABcBBAABAAAADAAAAFMBAwADAAAAjgAAAKIAAAAQABAAEAAAAAIAAgACAAAA+/8FAAEAAgADAAQACgAAAQQAAQAAAAIAAAABAQQAAQAAAAEAAAACAQMAAwAAACABAAADAQMAAQAAAAEAAAAGAQMAAQAAAAIAAAARAQQAAQAAADABAAAVAQMAAQAAAAMAAAAWAQQAAQAAAAEAAAAXAQQAAQAAAAwAAABTAQMAAwAAACgBAAAAAAAAEAAQABAAAAACAAIAAgAAAAEAAgADAAQABQAGAA==',
];

const runFiles = async () => ({
  'config.json': await fixture('run-v1/config.json'),
  'metrics.jsonl': await fixture('run-v1/metrics.jsonl'),
  'parameters.safetensors': await fixture('run-v1/parameters.safetensors'),
});

/** Loads a run, with its summary and its metrics. */
async function readRun(place) {
  const vae = await VAE.load(place);
  vae.summary();
  await (await RunFolder.open(place)).readMetrics();
}

/** A run folder with one of its files as given. */
function runFile(name, file, seeds, more = {}) {
  return {
    name,
    seeds,
    async read(bytes, { folder }) {
      const run = join(folder, 'run');
      await mkdir(run, { recursive: true });
      for (const [each, content] of Object.entries({ ...(await runFiles()), [file]: bytes })) {
        await writeFile(join(run, each), content);
      }
      await readRun(run);
    },
    ...more,
  };
}

export const readers = [
  dataFile('idx', ['', '.idx'], idxSeeds, { arbitrary: arbitraryIdx }),
  dataFile(
    'idx.gz',
    ['', '.gz'],
    async () => (await idxSeeds()).map((each) => new Uint8Array(gzipSync(each))),
    {
      arbitrary: arbitraryIdx.map((each) => new Uint8Array(gzipSync(each, { level: 1 }))),
    },
  ),
  dataFile('npy', ['.npy', ''], npySeeds, { arbitrary: arbitraryNpy }),
  dataFile(
    'npy.gz',
    ['.npy.gz'],
    async () => (await npySeeds()).map((each) => new Uint8Array(gzipSync(each))),
    { arbitrary: arbitraryNpy.map((each) => new Uint8Array(gzipSync(each, { level: 1 }))) },
  ),
  dataFile(
    'tensors',
    ['.safetensors'],
    async () => [
      encodeSafetensors({ x: new Tensor('uint8', some(48), [3, 4, 4]) }),
      encodeSafetensors({
        x_train: new Tensor('float32', Float32Array.from(some(12)), [3, 4]),
        y_train: new Tensor('int64', BigInt64Array.of(1n, 0n, 2n), [3]),
      }),
    ],
    { arbitrary: arbitrarySafetensors },
  ),
  dataFile(
    'norb',
    ['.mat'],
    async () => [norb(507_333_717, [2, 2, 5, 5], some(100)), norb(507_333_716, [2, 2], some(16))],
    { stem: 'smallnorb-2x5x5-training-dat' },
  ),
  dataFile(
    'npz',
    ['.npz'],
    async () => [
      await fixture('tables/keras.npz'),
      await writeZip({ 'x.npy': encodeNpy(new Tensor('uint8', some(48), [3, 4, 4])) }),
      await writeZip({ 'images.npy': await fixture('npy/cube-u1-fortran.npy') }),
    ],
    {
      async vary(bytes, random, others) {
        if (random.below(3) > 0) return mutate(bytes, random, others);
        const [array] = fc.sample(arbitraryNpy, { numRuns: 1, seed: random.below(2 ** 31) });
        const labels = mutate(await fixture('npy/i4-little.npy'), random);
        return writeZip(
          random.below(2) === 0 ? { 'x.npy': array } : { 'x.npy': array, 'y.npy': labels },
        );
      },
    },
  ),
  dataFile(
    'csv',
    ['.csv', '.tsv', '.csv.gz', '.txt', '.csv.zip'],
    async () => [
      text('a,b,label\n1.5,x,02134\n,y,7\n3,,2\n'),
      text('id,when,ok\n1,2024-01-31,True\n2,2024-02-01,\n3,31/01/2024,FALSE\n'),
      text('name;d;split\nK-1;01/02/2024;train\nK-2;-;test\nK-3;5.5;train\n'),
      text('a,b,label\n1,2,cat\n3,4,dog\n5,6,cat\n'),
      text('label,1x1,1x2,2x1,2x2\n7,0,255,3,4\n1,9,8,7,6\n'),
      text('"x ""1""";y\n1.5;-2e3\n"3";4\n'),
      text('1\t2\n3\t4\n'),
      new Uint8Array(gzipSync('a,b\n1,2\n3,4\n')),
      await writeZip({ 'a.csv': text('a,b\n1,2\n3,4\n') }),
      text('emotion,pixels,Usage\n0,1 2 3 255,Training\n1,"[5, 6, 7, 8]",PublicTest\n'),
      text('# x y\n  1.5  NA\n 2,5  3%\n'),
    ],
    { options: rowsOf },
  ),
  dataFile(
    'json',
    ['.jsonl', '.json', '.jsonl.gz'],
    async () => [
      text('{"a":1,"b":[1,2],"label":"cat"}\n{"a":2,"b":[3,4],"label":"dog"}\n'),
      text('[{"a":1.5,"b":true},{"a":null,"b":false}]'),
      text('{"a":[1,2],"b":[3,4]}'),
      text('[{"a":1.5,"b":"x","c":"2024-01-31"},{"a":null,"b":"2","c":""}]'),
    ],
    { options: rowsOf },
  ),
  dataFile(
    'parquet',
    ['.parquet'],
    () =>
      Promise.all(
        [
          ...['numbers.snappy', 'numbers.gzip', 'numbers.zstd', 'nulls', 'pictures'],
          ...['lists', 'matrix', 'decimals', 'told'],
        ].map((name) => fixture(`tables/${name}.parquet`)),
      ),
    { options: rowsOf },
  ),
  {
    name: 'pictures',
    seeds: pictures,
    async read(bytes, { folder, cache }, random) {
      const place = join(folder, 'pictures');
      await mkdir(place, { recursive: true });
      const path = join(
        place,
        `a.${random.pick(['png', 'jpg', 'webp', 'gif', 'bmp', 'tiff', 'pgm'])}`,
      );
      await writeFile(path, bytes);
      const resize = random.below(2) === 0 ? { resize: 8, crop: 'center' } : {};
      try {
        await readData(place, cache, { strict: true, ...resize });
      } finally {
        await rm(path);
      }
    },
  },
  {
    name: 'labels of pictures',
    seeds: async () => [
      text('file_name,label\n1.png,cat\n2.png,dog\n3.png,cat\n'),
      text('{"file_name": "1.png", "label": 3}\n{"file_name": "2.png", "label": 4}\n'),
      text('1.png 4\n2.png 5\n3.png 6\n'),
      text('image;MEL;NV\n1;0;1\n2;1;0\n3;0;1\n'),
    ],
    async read(bytes, { folder, cache }, random) {
      const place = join(folder, 'labelled');
      await mkdir(place, { recursive: true });
      for (const name of [1, 2, 3])
        await writeFile(join(place, `${name}.png`), await picture('png'));
      const name = random.pick(['metadata.csv', 'metadata.jsonl', 'labels.csv']);
      const path = join(place, name);
      await writeFile(path, bytes);
      try {
        await readData(place, cache, name === 'labels.csv' ? { label: path } : {});
      } finally {
        await rm(path);
      }
    },
  },
  {
    name: 'labels',
    seeds: async () => [
      text('label\n1\n2\n3\n'),
      text('cat\ndog\ncat\n'),
      await fixture('npy/vector.npy'),
      encodeNpy(new Tensor('int64', BigInt64Array.of(1n, 2n, 3n), [3])),
      idx(8, [3], some(3)),
      new Uint8Array(gzipSync(idx(8, [3], some(3)))),
    ],
    async read(bytes, { folder, cache }) {
      const [images, labels] = [join(folder, 'images'), join(folder, 'labels')];
      await writeFile(images, idx(8, [3, 2, 2], some(12)));
      await writeFile(labels, bytes);
      await readData(images, cache, { label: labels });
    },
  },
  {
    name: 'shards',
    seeds: async () => [
      json({
        format: 'vaekit-shards',
        version: 1,
        shape: [1, 2, 2],
        dtype: 'uint8',
        shards: [{ file: '00000.u8', count: 3 }],
        labels: 'labels.npy',
        classNames: ['a', 'b'],
      }),
    ],
    vary: (bytes, random) =>
      random.below(2) === 0
        ? mutate(bytes, random)
        : json(mutateJson(JSON.parse(Buffer.from(bytes).toString()), random)),
    async read(bytes, { folder, cache }) {
      const place = join(folder, 'shards');
      await mkdir(place, { recursive: true });
      await writeFile(join(place, '00000.u8'), some(12));
      await writeFile(
        join(place, 'labels.npy'),
        encodeNpy(new Tensor('int32', Int32Array.of(0, 1, 0), [3])),
      );
      await writeFile(join(place, 'shards.json'), bytes);
      await readData(place, cache);
    },
  },
  {
    name: 'safetensors',
    seeds: async () => [
      await fixture('safetensors/reference.safetensors'),
      encodeSafetensors({ a: new Tensor('float32', [1, 2], [2]), b: new Tensor('bool', [1], [1]) }),
    ],
    arbitrary: arbitrarySafetensors,
    async read(bytes) {
      decodeSafetensors(bytes, 'a.safetensors');
    },
  },
  runFile('parameters', 'parameters.safetensors', async () => [
    await fixture('run-v1/parameters.safetensors'),
  ]),
  runFile('run config', 'config.json', async () => [await fixture('run-v1/config.json')], {
    vary: (bytes, random) =>
      random.below(3) === 0
        ? mutate(bytes, random)
        : json(mutateJson(JSON.parse(Buffer.from(bytes).toString()), random)),
  }),
  runFile('metrics', 'metrics.jsonl', async () => [await fixture('run-v1/metrics.jsonl')]),
  {
    name: 'config',
    seeds: async () => models().map(json),
    vary: (bytes, random) =>
      random.below(4) === 0
        ? mutate(bytes, random)
        : json(mutateJson(JSON.parse(Buffer.from(bytes).toString()), random)),
    async read(bytes, { folder }) {
      const path = join(folder, 'config.json');
      await writeFile(path, bytes);
      const { data: config } = await readConfig(path);
      const { model, training } = overPreset(config, [1, 6, 6]);
      const run = checkRun({ model, training }, path);
      new VAE(fromConfig(run.model, `${path}: model`)).summary();
    },
  },
  {
    name: 'run zip',
    seeds: async () => [
      await writeZip(await runFiles()),
      await writeZip(
        Object.fromEntries(
          Object.entries(await runFiles()).map(([name, each]) => [`a/${name}`, each]),
        ),
      ),
    ],
    async vary(bytes, random, others) {
      if (random.below(4) > 0) return mutate(bytes, random, others);
      const files = await runFiles();
      const name = random.pick(Object.keys(files));
      return writeZip({ ...files, [name]: mutate(files[name], random) });
    },
    read: (bytes) => readRun(bytes),
  },
];
