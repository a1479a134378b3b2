import { exists, makeDirectory, writeFileAtomic } from '#files';
import { UserError } from '../../base/errors.js';
import { either } from '../../base/excerpt.js';
import { within } from '../../base/paths.js';
import type { DescribedOption } from '../../base/settings/option.js';
import { advice } from '../../base/suggest.js';
import { packageSchema } from '../../runs/index.js';
import { choosePreset } from '../../vae/config/choose-preset.js';
import { aboutPreset, type PresetName, preset, presetNames } from '../../vae/config/presets.js';
import { checkRun, runOptions } from '../../vae/config/run-config.js';
import { configNames } from './config-names.js';

/** Options of a new config file. */
export interface InitOptions {
  readonly json?: boolean;
  readonly preset?: string;
}

/** The data of the file, by which presets are shown. */
const shownData = { data: 'mnist', shape: [1, 28, 28], size: 60_000 };

/** The same for presets that MNIST is not for: a file of the user's own. */
const ownData: Readonly<Record<string, { readonly data: string; readonly shape: number[] }>> = {
  sequence: { data: 'sequences.npy', shape: [1, 128] },
  tabular: { data: 'table.csv', shape: [8] },
};

/** The options that are written down, not shown in a comment: by the values of the preset. */
const written = ['latent', 'seed', 'data', 'epochs', 'batchSize', 'optimizer'];

/** A preset's settings. */
function settingsOf(name: PresetName) {
  const { data, shape } = ownData[name] ?? shownData;
  const { model, training } = preset(name, shape);
  return checkRun({ model, training: { ...training, data } }, name);
}

function jsonConfig(name: PresetName): string {
  const { model, training } = settingsOf(name);
  const { data, epochs, batchSize, optimizer } = training;
  const { type, learningRate } = optimizer;
  const config = {
    $schema: packageSchema,
    preset: name,
    model: { latent: model.latent, seed: model.seed },
    training: { data, epochs, batchSize, optimizer: { type, learningRate } },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Text as a comment of lines that are not too long. */
function comment(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last.length + word.length < 94) lines[lines.length - 1] = `${last} ${word}`.trimStart();
    else lines.push(word);
  }
  return lines.map((line) => `    // ${line}`);
}

/** A value as it is typed in code. */
const code = (value: unknown) =>
  typeof value === 'string' ? `'${value}'` : JSON.stringify(value ?? null);

/** The lines of an option: its description, and a line that sets it or shows how that is done. */
function optionLines(option: DescribedOption, key: string, value: unknown): string[] {
  const { description, kinds, usually, example } = option;
  const about = kinds ? `${description} One of ${either(kinds)}.` : description;
  const text = usually ? `${about} When left out: ${usually}.` : about;
  if (written.includes(key)) {
    return [...comment(about), `    ${key}: ${example ?? code(value)},`];
  }
  return [...comment(text), `    // ${key}: ${example ?? code(option.default)},`];
}

/** The options of one part of a run, in the order of the schema. */
function section(part: 'model' | 'training', settings: Readonly<Record<string, unknown>>): string {
  const keys = runOptions().flatMap((option) => {
    const [first, key, ...inner] = option.path.split('.');
    return first === part && key && inner.length === 0 ? [{ option, key }] : [];
  });
  const lines = keys.map(({ option, key }) => optionLines(option, key, settings[key]).join('\n'));
  return `  ${part}: {\n${lines.join('\n\n')}\n  },`;
}

function codeConfig(name: PresetName): string {
  const { model, training } = settingsOf(name);
  const presets = presetNames.map((each) => `  // ${each.padEnd(8)} ${aboutPreset(each)}`);
  return `import { adam, defineConfig } from 'vaekit';

// The settings of \`vaekit train\`; options on the command line go over them. Comments show the other
// settings, as functions of vaekit or plain data. docs/configuration.md describes every option.
export default defineConfig({
  // Network and settings to start from; model and training go over them.
${presets.join('\n')}
  preset: '${name}',

${section('model', model)}

${section('training', training)}
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
