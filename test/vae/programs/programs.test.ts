import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import { categoryCount } from '../../../src/data/column.js';
import {
  autoencoder,
  batchNorm,
  conditional,
  conv2d,
  convTranspose2d,
  dense,
  layer,
  objectiveFromConfig,
  objectiveNames,
  type ProgramTarget,
  reshape,
  residual,
  samplerNames,
  type VAE,
  vqVae,
} from '../../../src/index.js';
import * as layers from '../../../src/nn/layers/all.js';
import * as columnLikelihoods from '../../../src/vae/likelihoods/columns/all.js';
import { likelihoodNames } from '../../../src/vae/likelihoods/index.js';
import { kerasBottlenecks } from '../../../src/vae/programs/keras/bottlenecks.js';
import { kerasLayers } from '../../../src/vae/programs/keras/layers.js';
import { kerasLikelihoods } from '../../../src/vae/programs/keras/likelihoods.js';
import { kerasSamplers } from '../../../src/vae/programs/keras/samplers.js';
import { tableValues } from '../../../src/vae/programs/tables.js';
import { torchBottlenecks } from '../../../src/vae/programs/torch/bottlenecks.js';
import { torchLayers } from '../../../src/vae/programs/torch/layers.js';
import { torchLikelihoods } from '../../../src/vae/programs/torch/likelihoods.js';
import { torchSamplers } from '../../../src/vae/programs/torch/samplers.js';
import { smallShape, smallVAE } from '../small.js';
import { column, rowsOf, tableVAE, uniforms } from '../tables.js';

const root = await mkdtemp(join(tmpdir(), 'vaekit-programs-'));
afterAll(() => rm(root, { recursive: true }));

/** A model whose program shows the differences between ecosystems. */
const convolutions = () =>
  smallVAE({
    encoder: [conv2d(4, { stride: 2, padding: 'same', activation: 'relu' }), batchNorm()],
    decoder: [
      dense(16, { activation: 'leakyRelu' }),
      reshape([4, 2, 2]),
      residual(conv2d(4, { padding: 'same', activation: 'silu' })),
      convTranspose2d(1, { stride: 2, padding: 'same' }),
    ],
  });

async function textOf(vae: VAE, target: ProgramTarget, file = 'model.py'): Promise<string> {
  const { files } = await vae.exportProgram(target);
  return files[file] as string;
}

/** The part of a text from one line to before another. */
const between = (text: string, from: string, to: string) =>
  text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)));

async function namesIn(vae: VAE, target: ProgramTarget): Promise<string[]> {
  const { files } = await vae.exportProgram(target);
  const { tensors } = decodeSafetensors(files['model.safetensors'] as Uint8Array, 'model');
  return Object.keys(tensors).sort();
}

describe('kinds', () => {
  const types = Object.values(layers).flatMap((kind) => ('type' in kind ? [kind.type] : []));

  test('every layer has a program in PyTorch and in Keras', () => {
    expect(Object.keys(torchLayers).sort()).toEqual([...types].sort());
    expect(Object.keys(kerasLayers).sort()).toEqual([...types].sort());
  });

  test("so has every objective's bottleneck", () => {
    for (const type of objectiveNames) {
      const options = type === 'conditional' ? { classes: 2 } : {};
      const { bottleneck } = objectiveFromConfig({ type, ...options }, 'objective');
      expect(Object.keys(torchBottlenecks), type).toContain(bottleneck.type);
      expect(Object.keys(kerasBottlenecks), type).toContain(bottleneck.type);
    }
  });

  test('every likelihood has one, of columns too', () => {
    const ofColumns = Object.values(columnLikelihoods).map(({ type }) => type);
    expect(Object.keys(tableValues).sort()).toEqual(ofColumns.sort());
    const all = likelihoodNames.filter((name) => name !== 'table').sort();
    expect(Object.keys(torchLikelihoods).sort()).toEqual(all);
    expect(Object.keys(kerasLikelihoods).sort()).toEqual(all);
  });

  test('samplers that are networks have none', () => {
    const known = Object.keys(torchSamplers).sort();
    expect(Object.keys(kerasSamplers).sort()).toEqual(known);
    const without = samplerNames.filter((name) => !known.includes(name));
    expect([...without].sort()).toEqual(['iaf', 'maf', 'pixelCnn', 'riemannian', 'twoStage']);
  });
});

describe('PyTorch', () => {
  test('modules stand in the order of layers, with their tensors by place', async () => {
    const vae = convolutions();
    expect(
      between(await textOf(vae, 'torch'), 'class VAE', '    def forward'),
    ).toMatchInlineSnapshot(`
      "class VAE(nn.Module):
          def __init__(self):
              super().__init__()
              self.encoder = nn.Sequential(
                  nn.ZeroPad2d((0, 1, 0, 1)),
                  nn.Conv2d(1, 4, 3, stride=2),
                  nn.ReLU(),
                  nn.BatchNorm2d(4),
                  nn.Flatten(),
              )
              self.mean = nn.Linear(16, 2)
              self.log_variance = nn.Linear(16, 2)
              self.decoder = nn.Sequential(
                  nn.Linear(2, 16),
                  nn.LeakyReLU(),
                  nn.Unflatten(1, (4, 2, 2)),
                  Residual(
                      nn.Conv2d(4, 4, 3, padding=1),
                      nn.SiLU(),
                  ),
                  nn.ConvTranspose2d(4, 1, 3, stride=2),
                  nn.ZeroPad2d((0, -1, 0, -1)),
              )

          def encode(self, image):
              """mean and log_variance of examples [batch, 1, 4, 4] in [0, 1]; latents are [batch, 2]."""
              features = self.encoder(image)
              return self.mean(features), self.log_variance(features)

          def decode(self, z):
              """Examples [batch, 1, 4, 4] that latents [batch, 2] stand for."""
              return torch.sigmoid(self.decoder(z))

      "
    `);
    expect(await namesIn(vae, 'torch')).toMatchInlineSnapshot(`
      [
        "decoder.0.bias",
        "decoder.0.weight",
        "decoder.3.0.bias",
        "decoder.3.0.weight",
        "decoder.4.bias",
        "decoder.4.weight",
        "encoder.1.bias",
        "encoder.1.weight",
        "encoder.3.bias",
        "encoder.3.running_mean",
        "encoder.3.running_var",
        "encoder.3.weight",
        "log_variance.bias",
        "log_variance.weight",
        "mean.bias",
        "mean.weight",
      ]
    `);
  });
});

describe('Keras', () => {
  test('layers are functions of one another, with channels last', async () => {
    const vae = convolutions();
    const text = await textOf(vae, 'keras');
    expect(between(text, 'def build_encoder', 'class VAE')).toMatchInlineSnapshot(`
      "def build_encoder():
          x = image = keras.Input((4, 4, 1))
          x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="encoder_0")(x)
          x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name="encoder_1")(x)
          x = layers.Permute((3, 1, 2))(x)
          x = layers.Flatten()(x)
          mean = layers.Dense(2, name="mean")(x)
          log_variance = layers.Dense(2, name="log_variance")(x)
          return keras.Model(image, [mean, log_variance], name="encoder")


      def build_decoder():
          x = z = keras.Input((2,))
          x = layers.Dense(16, name="decoder_0")(x)
          x = layers.LeakyReLU(negative_slope=0.01)(x)
          x = layers.Reshape((4, 2, 2))(x)
          x = layers.Permute((2, 3, 1))(x)
          shortcut = x
          x = layers.Conv2D(4, 3, padding="same", activation="silu", name="decoder_2_0")(x)
          x = shortcut + x
          x = layers.Conv2DTranspose(1, 3, strides=2, padding="same", name="decoder_3")(x)
          return keras.Model(z, ops.sigmoid(x), name="decoder")


      "
    `);
    expect(await namesIn(vae, 'keras')).toContain('decoder_2_0.weight');
  });
});

describe('a program', () => {
  test('has no helper that it does not use', async () => {
    for (const target of ['torch', 'keras'] as const) {
      const vae = smallVAE({ objective: vqVae({ codes: 4 }), latent: 2, encoder: [dense(2)] });
      const text = await textOf(vae, target);
      const defined = [...text.matchAll(/^(?:class|def) (\w+)/gm)].map(([, name]) => name!);
      expect(defined).toContain('nearest');
      for (const name of defined) expect(text.split(name).length, name).toBeGreaterThan(2);
    }
  });

  test('draws no examples where the model has no prior', async () => {
    const vae = smallVAE({ objective: autoencoder() });
    for (const target of ['torch', 'keras', 'onnxruntime-web'] as const) {
      const { files, hasSample } = await vae.exportProgram(target);
      expect(hasSample).toBe(false);
      expect(files['model.py'] ?? files['model.js']).not.toContain('sample');
    }
  });

  test('keeps inputs and outputs to be compared with', async () => {
    const vae = smallVAE({ objective: conditional({ classes: 4 }) });
    const { files } = await vae.exportProgram('torch');
    const { tensors } = decodeSafetensors(files['check.safetensors'] as Uint8Array, 'check');
    const { mean } = await vae.encode(tensors.image!, { labels: [0, 1, 2, 3] });
    expect(tensors.mean!.data).toEqual(mean.data);
    const decoded = await vae.decode(tensors.latents!, { labels: [0, 1, 2, 3] });
    expect(tensors.decoded!.data).toEqual(decoded.data);
    expect(tensors.label!.type).toBe('int64');
  });
});

describe('a part that cannot be exported is named', () => {
  test('a layer of the user', async () => {
    const own = layer('mirror', (x) => x);
    const vae = smallVAE({ encoder: [dense(4), residual(own)] });
    await expect(vae.exportProgram('torch')).rejects.toThrow(
      'encoder.1.0 (mirror) cannot be exported to torch: it is a layer of your own, whose function is code. Use --to onnxruntime-web',
    );
  });

  test('a convolution that Keras has not', async () => {
    const vae = smallVAE({ encoder: [conv2d(2, { stride: 2, dilation: 2, kernel: 2 })] });
    await expect(vae.exportProgram('keras')).rejects.toThrow(
      'encoder.0 (conv2d) cannot be exported to keras: Keras has no convolution with both',
    );
  });
});

describe('rows of tables', () => {
  const vae = tableVAE([
    column('sort', 'categorical', { categories: ['a', 'b'], missing: 0.1 }),
    column('weight', 'continuous', { likelihood: 'gaussian', range: [0, 9] }),
    column('calls', 'count', { likelihood: 'poisson' }),
    column('born', 'date', {
      likelihood: 'gaussian',
      date: { format: '', origin: 0, unit: 'day' },
    }),
  ]);

  test('are seen and shown column by column', async () => {
    const text = await textOf(vae, 'torch');
    expect(between(text, '# Columns', 'class VAE')).toMatchInlineSnapshot(`
      "# Columns of a row. A row holds numbers, of names the place of one, and nan for what is missing.
      columns = {
          "sort": ("a", "b"),
          "weight": "continuous",
          "calls": "count",
          "born": "days since 1970-01-01T00:00:00.000Z",
      }


      "
    `);
    expect(between(text, '    def seen', '    def sample')).toMatchInlineSnapshot(`
      "    def seen(self, x):
              """Rows as the encoder sees them."""
              filled = torch.where(torch.isnan(x), self.typical, x)
              numbers = (filled[:, [1, 2, 3]] - self.input_mean) / self.input_deviation
              distance = torch.abs(x[:, [0, 0]] - self.categories)
              return torch.concatenate([torch.arcsinh(numbers), torch.where(distance < 0.5, 1.0, 0.0), torch.where(torch.isnan(x[:, [0]]), 0.0, 1.0)], -1)

          def shown(self, x):
              """Rows that numbers of the decoder stand for: means, and likeliest names."""
              own = torch.reshape(x[:, 0:2], (-1, 1, 2))
              categorical2 = torch.argmax(own + self.categorical2_logits, -1) + 0.0
              own = torch.reshape(x[:, 2:4], (-1, 2, 1))
              gaussian = own[:, :, 0] * self.gaussian_deviation + self.gaussian_mean
              own = torch.reshape(x[:, 4:5], (-1, 1, 1))
              poisson = torch.exp(torch.clip(own[:, :, 0], -20, 20) + self.poisson_logMean)
              values = torch.concatenate([categorical2, gaussian, poisson], -1)
              return torch.minimum(torch.maximum(values[:, [0, 1, 3, 2]], self.least), self.most)

          def encode(self, image):
              """mean and log_variance of examples [batch, 4]; latents are [batch, 2]."""
              features = self.encoder(self.seen(image))
              return self.mean(features), self.log_variance(features)

          def decode(self, z):
              """Examples [batch, 4] that latents [batch, 2] stand for."""
              return self.shown(self.decoder(z))

          def forward(self, image):
              """Examples reconstructed without noise."""
              mean, _ = self.encode(image)
              return self.decode(mean)

      "
    `);
    const names = await namesIn(vae, 'torch');
    expect(names).toEqual(expect.arrayContaining(['categorical2_logits', 'least', 'typical']));
  });

  test('are the same in Keras', async () => {
    const text = await textOf(vae, 'keras');
    expect(between(text, 'def seen', 'def build_encoder')).toMatchInlineSnapshot(`
      "def seen(x):
          """Rows as the encoder sees them."""
          filled = ops.where(ops.isnan(x), tensors["typical"], x)
          numbers = (ops.take(filled, [1, 2, 3], 1) - tensors["input_mean"]) / tensors["input_deviation"]
          distance = ops.abs(ops.take(x, [0, 0], 1) - tensors["categories"])
          return ops.concatenate([ops.arcsinh(numbers), ops.where(distance < 0.5, 1.0, 0.0), ops.where(ops.isnan(ops.take(x, [0], 1)), 0.0, 1.0)], -1)


      def shown(x):
          """Rows that numbers of the decoder stand for: means, and likeliest names."""
          own = ops.reshape(x[:, 0:2], (-1, 1, 2))
          categorical2 = ops.argmax(own + tensors["categorical2_logits"], -1) + 0.0
          own = ops.reshape(x[:, 2:4], (-1, 2, 1))
          gaussian = own[:, :, 0] * tensors["gaussian_deviation"] + tensors["gaussian_mean"]
          own = ops.reshape(x[:, 4:5], (-1, 1, 1))
          poisson = ops.exp(ops.clip(own[:, :, 0], -20, 20) + tensors["poisson_logMean"])
          values = ops.concatenate([categorical2, gaussian, poisson], -1)
          return ops.minimum(ops.maximum(ops.take(values, [0, 1, 3, 2], 1), tensors["least"]), tensors["most"])


      "
    `);
    expect(text).toContain('    x = seen(x)\n');
    expect(text).toContain('    return keras.Model(z, shown(x), name="decoder")');
  });
});

/** Tells whether a package can be loaded from here. */
function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Writes a program into a folder from which packages are found. */
async function written(vae: VAE, target: ProgramTarget): Promise<string> {
  const folder = await mkdtemp(join(root, 'run-'));
  const { files } = await vae.exportProgram(target);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  await symlink(modules, join(folder, 'node_modules'), 'junction');
  return folder;
}

/** Runs a program in Node, by default its check, and gives what it prints. */
async function ran(folder: string, args = ['check.js']): Promise<string> {
  return (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;
}

const checked = async (vae: VAE, target: ProgramTarget) => ran(await written(vae, target));

/** A model of rows with columns of all likelihoods, some with values missing, fitted to rows of them. */
async function mixedTable(options: Parameters<typeof tableVAE>[1] = {}): Promise<VAE> {
  const missing = 0.2;
  const columns = [
    column('sort', 'categorical', { categories: ['a', 'b', 'c'], missing }),
    column('town', 'categorical', { categories: ['x', 'y'], rare: { u: 2, v: 1 } }),
    column('smokes', 'binary', { categories: ['no', 'yes'], missing }),
    column('grade', 'ordinal', { categories: ['low', 'middle', 'high'] }),
    column('height', 'continuous', { likelihood: 'gaussian', missing, range: [-1, 9] }),
    column('waiting', 'continuous', { likelihood: 'studentT' }),
    column('income', 'continuous', { likelihood: 'logNormal', missing }),
    column('weight', 'continuous', { likelihood: 'mixture' }),
    column('visits', 'count', { likelihood: 'poisson', missing }),
    column('calls', 'count', { likelihood: 'negativeBinomial' }),
    column('claims', 'count', { likelihood: 'zeroInflatedNegativeBinomial' }),
    column('born', 'date', {
      likelihood: 'gaussian',
      date: { format: 'YYYY', origin: 0, unit: 'day' },
      missing,
    }),
  ];
  const used = columns.map(({ likelihood }) => likelihood);
  for (const { type } of Object.values(columnLikelihoods)) {
    if (type !== 'bernoulli' && type !== 'categorical') expect(used).toContain(type);
  }
  const count = 48;
  const chance = uniforms(2 * columns.length * count, 'mixed').values();
  const next = () => chance.next().value!;
  const rows = Array.from({ length: count }, () =>
    columns.map((each) => {
      const [value, gap] = [next(), next()];
      if (gap < each.missing) return Number.NaN;
      const names = categoryCount(each);
      if (names > 0 || each.kind === 'count') return Math.floor(value * (names || 6));
      return value < 0.5 ? 1 + value : 5 + 2 * value;
    }),
  );
  const vae = tableVAE(columns, options);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  await vae.fit({ ...rowsOf(columns, rows), labels }, { epochs: 2, batchSize: 16 });
  return vae;
}

describe('a module for browsers', () => {
  test('gives the same numbers in onnxruntime-web', async () => {
    const vae = smallVAE({ objective: conditional({ classes: 4 }) });
    const lines = await checked(vae, 'onnxruntime-web');
    expect(lines.split('\n').map((line) => line.split(':')[0])).toEqual([
      'mean',
      'log_variance',
      'decoded',
      'reconstruction',
      '',
    ]);
  });

  test('does so for rows with names, numbers, dates and gaps', async () => {
    const vae = await mixedTable({ objective: conditional({ classes: 2 }) });
    const folder = await written(vae, 'onnxruntime-web');
    const known = JSON.parse(await readFile(join(folder, 'check.json'), 'utf8'));
    expect(known.image.data).toContain(null);
    expect(known.reconstruction.data).not.toContain(null);
    expect(await ran(folder)).toContain('reconstruction');
  });

  test('says what the columns of its rows are', async () => {
    const folder = await written(await mixedTable(), 'onnxruntime-web');
    const print = "import { columns } from './model.js'; console.log(JSON.stringify(columns));";
    const columns = JSON.parse(await ran(folder, ['--input-type=module', '-e', print]));
    expect(columns).toMatchObject({
      sort: ['a', 'b', 'c'],
      town: ['x', 'y', '(another)'],
      height: 'continuous',
      born: 'days since 1970-01-01T00:00:00.000Z',
    });
  });

  test('fails where a number is another, or none', async () => {
    const folder = await written(smallVAE(), 'onnxruntime-web');
    const place = join(folder, 'check.json');
    const known = JSON.parse(await readFile(place, 'utf8'));
    for (const damage of [known.decoded.data[1] + 1e-3, 'none']) {
      const decoded = { ...known.decoded, data: known.decoded.data.with(1, damage) };
      await writeFile(place, JSON.stringify({ ...known, decoded }));
      await expect(ran(folder)).rejects.toThrow('The numbers are not those of vaekit.');
    }
  });

  test.skipIf(!isInstalled('@huggingface/transformers'))(
    'gives the same numbers in transformers.js, where that is installed',
    async () => {
      for (const vae of [convolutions(), await mixedTable()]) {
        expect(await checked(vae, 'transformers.js')).toContain('reconstruction');
      }
    },
  );

  test('has the files and the config that transformers.js looks for', async () => {
    const { files } = await smallVAE().exportProgram('transformers.js');
    expect(Object.keys(files)).toEqual([
      'model.js',
      'check.js',
      'package.json',
      'config.json',
      'onnx/encoder_model.onnx',
      'onnx/decoder_model.onnx',
      'check.json',
    ]);
    expect(JSON.parse(files['config.json'] as string)).toMatchObject({
      model_type: 'custom',
      input_shape: smallShape,
      latent_shape: [2],
      'transformers.js_config': { dtype: 'fp32' },
    });
  });
});
