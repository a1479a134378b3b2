import { encodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import { encodeCheckpoint, UserError, VAE } from '../../../src/index.js';
import { RunFolder } from '../../../src/runs/index.js';
import type { Checkpoint } from '../../../src/training/index.js';
import { settingAt } from '../../../src/vae/config/by-path.js';
import type { RunConfig } from '../../../src/vae/config/presets.js';
import { checkRun } from '../../../src/vae/config/run-config.js';
import type { DataName } from '../data/info.js';
import { checkpointFile, keepRun, parametersFile } from '../runs/kept.js';
import { database, type KeptRun } from '../storage/database.js';
import { formFields } from '../train/fields.js';
import type { ShownValues } from '../train/settings.js';
import { numberChanges } from '../train/steering.js';
import { emptyTrace } from '../train/trace.js';

/** Data that lies beside the page under the names that runs have for it. */
const published = ['mnist', 'fashion-mnist'];

/**
 * Keeps a run of a zip archive in the browser; undefined when the archive holds no run.
 * @param name of the run
 * @throws UserError when the archive or the run in it is damaged, or the browser has no room
 */
export async function keepOpenedRun(archive: Blob, name: string): Promise<KeptRun | undefined> {
  const bytes = new Uint8Array(await archive.arrayBuffer());
  // The library for archives is loaded only when there is one.
  const { openZip } = await import('../../../src/data/files/zip.js');
  const files = await openZip(bytes, name);
  if (![...files.keys()].some((each) => /(^|\/)config\.json$/.test(each))) return undefined;
  const folder = await RunFolder.open(bytes);
  const { model, training: plain } = await folder.readConfig();
  const { training } = checkRun({ model, training: plain } as RunConfig, `${name}: config.json`);
  const vae = await VAE.load(bytes);
  const parameters = encodeSafetensors(vae.parameters());
  const count = vae.layers().parameters;
  await vae.release();
  const [metrics, checkpoint] = [await folder.readMetrics(), await folder.readCheckpoint()];
  const judgement = await folder.readJudgement();
  const data = await dataNamed(training.data, vae.config.input);
  const config = { model, training: { ...training, data } };
  const now = Date.now();
  const run: KeptRun = {
    id: crypto.randomUUID(),
    name,
    created: now,
    modified: now,
    data,
    settings: { data },
    values: valuesOf(config),
    parameters: count,
    config,
    ...(checkpoint ? stateAt(checkpoint, training.epochs) : { state: 'done', metrics }),
    trace: emptyTrace,
    ...(judgement && { judgement }),
  };
  const given = { [parametersFile]: parameters };
  await keepRun(
    run,
    checkpoint ? { ...given, [checkpointFile]: encodeCheckpoint(checkpoint) } : given,
  ).catch((error: Error) => {
    throw new UserError(
      `The browser has no room for the run ${name}, so it is not opened. Remove runs or data that you no longer need, and try again.`,
      { cause: error },
    );
  });
  return run;
}

/** The facts of a run that stands at a checkpoint. */
function stateAt({ history, epoch, batch, changes }: Checkpoint, epochs: number) {
  const steps = history.at(-1)?.steps ?? 0;
  return {
    state: history.length < epochs ? ('unfinished' as const) : ('done' as const),
    metrics: history,
    position: { epoch, step: batch, steps },
    changes: steps > 0 ? numberChanges(changes, steps) : [],
  };
}

/** The values that the form has fields for. */
function valuesOf(config: { readonly model: unknown }): ShownValues {
  const { encoder = [] } = config.model as {
    readonly encoder?: readonly { readonly type: string; readonly units?: number }[];
  };
  const values = formFields.map(({ name, path }) => [name, settingAt(config, path)] as const);
  return {
    ...Object.fromEntries(values.filter(([, value]) => value !== undefined)),
    ...(encoder.every(({ type }) => type === 'dense')
      ? { hidden: encoder.map(({ units }) => units!) }
      : {}),
  };
}

/**
 * The page's name of data that a run was trained on, where it has such; else the run's own. Going on
 * checks that the data is the same.
 */
async function dataNamed(name: string, shape: readonly number[]): Promise<DataName> {
  if (published.includes(name)) return name;
  const own = name.replace(/^.*[\\/]|\.[^.]*$/g, '');
  const all = await (await database()).getAll('dataInfo');
  const found = all.find((each) => each.name === own && each.shape.join() === shape.join());
  return found ? `kept:${found.id}` : name;
}
