import { exists, makeDirectory, writeFileAtomic } from '#files';
import { UserError } from '../data/errors.js';
import { within } from '../data/paths.js';
import { advice } from '../data/suggest.js';
import { packageSchema } from '../training/index.js';
import { choosePreset } from '../vae/choose-preset.js';
import { aboutPreset, type PresetName, preset, presetNames } from '../vae/presets.js';
import { configNames } from './config-names.js';
import type { InitOptions } from './init.js';

/** The data of the file, by which presets are shown. */
const shownData = { data: 'mnist', shape: [1, 28, 28], size: 60_000 };

/** The settings of a preset, for those who write them down. */
function settingsOf(name: PresetName) {
  const { model, training } = preset(name, shownData.shape);
  return {
    latent: Number(model.latent),
    epochs: Number(training.epochs),
    batchSize: Number(training.batchSize),
    seed: Number(model.seed ?? 42),
  };
}

function jsonConfig(name: PresetName): string {
  const { latent, epochs, batchSize, seed } = settingsOf(name);
  const config = {
    $schema: packageSchema,
    preset: name,
    model: { latent, seed },
    training: {
      data: 'mnist',
      epochs,
      batchSize,
      optimizer: { type: 'adam', learningRate: 0.001 },
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function codeConfig(name: PresetName): string {
  const { latent, epochs, batchSize, seed } = settingsOf(name);
  const presets = presetNames.map((each) => `  // ${each.padEnd(7)} ${aboutPreset(each)}`);
  return `import { adam, defineConfig } from 'vaekit';

// The settings of \`vaekit train\`; options on the command line go over them. What is commented out
// is off or has the value shown. docs/configuration.md describes every option.
export default defineConfig({
  // Network and settings to start from; what follows goes over them.
${presets.join('\n')}
  preset: '${name}',

  model: {
    // How many numbers stand for an example. With 2 the run has a latent map.
    latent: ${latent},

    // A network of your own in the place of the preset's, as functions of vaekit: dense, conv2d,
    // convTranspose2d, residual, batchNorm … or layer('mine', (x) => …). The decoder ends in the
    // shape of the data.
    // encoder: [dense(256, { activation: 'relu' })],
    // decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],

    // How the decoder's output describes examples.
    // likelihood: 'bernoulli',

    // What training makes small: betaVae, freeBits, iwae, betaTcVae, waeMmd, conditional …
    // objective: betaVae({ beta: 4 }),

    // Decides the first parameters, the order of examples and all noise.
    seed: ${seed},
  },

  training: {
    // mnist, fashion-mnist, a folder of pictures, or a file: .npy, .npz, CSV, Parquet, IDX.
    data: 'mnist',

    // How data of your own is read.
    // read: { resize: 64, crop: 'center', channels: 3 },

    // How often every example is seen, and examples a step.
    epochs: ${epochs},
    batchSize: ${batchSize},

    // adam, adamW, sgd, rmsprop, adamax or lion. A learning rate is a number or a schedule, such as
    // schedules.cosine({ initial: 0.001, warmup: 1 }).
    optimizer: adam({ learningRate: 0.001 }),

    // Limits all gradients together to a Euclidean norm.
    // clipGradients: { norm: 1 },

    // Batches that one change of the parameters takes its gradient from.
    // accumulate: 1,

    // Keeps a moving average of the parameters, and ends with it.
    // ema: 0.999,

    // Ends when a metric has not improved for so many epochs; ends with the best epoch's parameters.
    // earlyStopping: { metric: 'val_loss', patience: 10 },
    // keepBest: 'val_loss',

    // The part of the data that is validated by, where it has no test images of its own.
    // validationSplit: 0.1,

    // Black and white, drawn by the values: 'static' once, 'dynamic' at every step.
    // binarize: 'dynamic',

    // Random changes of the training images.
    // augment: { flip: 'horizontal', shift: 2 },

    // How often training is saved, so that vaekit train --resume can go on from there.
    // checkpoint: { seconds: 60 },
    // keepCheckpoints: 2,

    // Where a number is not finite: 'stop', 'skip' the batch, or 'rollback' to the last good epoch.
    // onNonFinite: 'stop',

    // Threads that compute a step; as many as pay.
    // threads: 1,

    // Where the steps run: 'cpu' or 'webgpu'.
    // device: 'webgpu',
  },
});
`;
}

/**
 * `vaekit init`.
 * @throws UserError when the preset is unknown, or the folder has a config
 */
export async function init(folder: string, options: InitOptions): Promise<void> {
  const wanted = options.preset ?? choosePreset(shownData).name;
  const name = presetNames.find((each) => each === wanted);
  if (!name) {
    throw new UserError(`Unknown preset '${wanted}'. ${advice(wanted, presetNames)}`);
  }
  for (const each of configNames) {
    const path = within(folder, each);
    if (await exists(path)) {
      throw new UserError(`${path} is there already. Change it, or choose another folder.`);
    }
  }
  await makeDirectory(folder);
  const file = within(folder, options.json ? 'vae.config.json' : 'vae.config.ts');
  await writeFileAtomic(file, options.json ? jsonConfig(name) : codeConfig(name));
  process.stdout.write(`Written to ${file}\n`);
}
