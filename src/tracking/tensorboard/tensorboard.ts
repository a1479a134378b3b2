import { appendFile, listDirectory, makeDirectory } from '#files';
import type { Entry, TrackedRun, Tracker } from '../tracker.js';

export interface TensorBoardOptions {
  /** Folder where the files are written; `tensorboard --logdir` takes it, or a folder over it. */
  readonly folder: string;
}

const fileName = /^events\.out\.tfevents\./;

/** The form of the files, loaded once one is written. */
const loadForm = async () => ({
  ...(await import('./events.js')),
  ...(await import('./records.js')),
});

type Form = Awaited<ReturnType<typeof loadForm>>;

/** All events of an entry, by steps: by these TensorBoard drops events that a resumed run computes anew. */
function eventsOf(
  { step, epoch, time, scalars, pictures, histograms }: Entry,
  { scalarEvent, pictureEvent, histogramEvent }: Form,
): Uint8Array[] {
  const moment = { time, step };
  const prefix = epoch === undefined ? 'step' : 'epoch';
  const of = <Value>(
    values: Readonly<Record<string, Value>> = {},
    event: (name: string, value: Value) => Uint8Array,
  ) => Object.entries(values).map(([name, value]) => event(name, value));
  return [
    ...of(scalars, (name, value) => scalarEvent(moment, `${prefix}/${name}`, value)),
    ...of(pictures, (name, png) => pictureEvent(moment, name, png)),
    ...of(histograms, (name, histogram) => histogramEvent(moment, name, histogram)),
  ];
}

/** Plain data in a block of Markdown. */
const asMarkdown = (value: unknown) =>
  ['```', typeof value === 'string' ? value : JSON.stringify(value, null, 2), '```'].join('\n');

/**
 * Follows a training in files that TensorBoard reads: means over the latest steps (`step/loss`) and over epochs
 * (`epoch/loss`, `epoch/val_loss`), pictures, histograms of parameters and gradients, and the settings as text. A run that is
 * resumed goes on in a new file beside the first.
 * @throws UserError from its calls when the folder cannot be written
 */
export function tensorBoard({ folder }: TensorBoardOptions): Tracker {
  let path = '';
  const write = async (events: (form: Form) => readonly Uint8Array[]) => {
    const form = await loadForm();
    const records = events(form).map(form.recordOf);
    const whole = new Uint8Array(records.reduce((length, record) => length + record.length, 0));
    let at = 0;
    for (const record of records) {
      whole.set(record, at);
      at += record.length;
    }
    await appendFile(path, whole);
  };
  return {
    name: 'tensorboard',
    async begin({ config, summary }: TrackedRun, step) {
      await makeDirectory(folder);
      const before = (await listDirectory(folder)).filter((name) => fileName.test(name)).length;
      const time = Date.now();
      // TensorBoard reads files in the order of their names.
      const seconds = String(Math.floor(time / 1000)).padStart(10, '0');
      path = `${folder}/events.out.tfevents.${seconds}.vaekit.${before}`;
      const texts = { ...config, layers: summary };
      await write(({ versionEvent, startEvent, textEvent }) => [
        versionEvent({ time, step: 0 }),
        startEvent({ time, step }),
        ...Object.entries(texts).map(([name, value]) =>
          textEvent({ time, step: 0 }, `settings/${name}`, asMarkdown(value)),
        ),
      ]);
    },
    record: (entry) => write((form) => eventsOf(entry, form)),
    end: async () => undefined,
  };
}
