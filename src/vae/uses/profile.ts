import type { Dataset } from '../../data/dataset.js';
import { formatNumber } from '../../report/number.js';
import { formatTable } from '../../report/table.js';
import type { RuntimeEvent } from '../../runtime/session.js';
import {
  type FitOptions,
  fitSettings,
  type Profile,
  type ProfiledCall,
  type Progress,
  profileOf,
  type TraceEvent,
} from '../../training/index.js';
import type { SummaryRow } from '../model/summary.js';
import type { VAE } from '../vae.js';

/** A profile, and its last call of the runtime as a Chrome trace. */
export interface MeasuredProfile extends Profile {
  readonly layers: readonly SummaryRow[];
  /** Opens in chrome://tracing and in Perfetto as `{ traceEvents }`. */
  readonly trace: readonly TraceEvent[];
}

/** Time that steps run without their operations being measured. */
const plainMilliseconds = 500;

/** Longest time that a call should last. */
const callMilliseconds = 80;

/** A number of epochs over any that are run. */
const manyEpochs = 1_000_000;

/** Calls whose operations are measured: the first make the runtime's memory. */
const warmup = 2;
const measured = 12;

/** An event is some hundred bytes, and a step has some hundred of them. */
const mostStepsPerCall = 25;

interface Call extends ProfiledCall {
  readonly milliseconds: number;
}

/**
 * Trains until enough calls of the runtime were made; the model is as before at the end.
 * @returns all of them
 */
async function trainCalls(
  vae: VAE,
  data: Dataset,
  options: FitOptions,
  enough: (calls: readonly Call[]) => boolean,
  onEvents?: (events: readonly RuntimeEvent[]) => void,
): Promise<Call[]> {
  const { earlyStopping: _, keepBest: __, signal, ...fitting } = options;
  const controller = new AbortController();
  const calls: Call[] = [];
  let last = { epoch: 0, step: 0, at: 0 };
  const onProgress = ({ epoch, step, millisecondsPerStep }: Progress) => {
    const at = performance.now();
    const sameEpoch = epoch === last.epoch;
    calls.push({
      epoch,
      steps: step - (sameEpoch ? last.step : 0),
      milliseconds: sameEpoch ? at - last.at : step * millisecondsPerStep,
    });
    last = { epoch, step, at };
    if (signal?.aborted || enough(calls)) controller.abort();
  };
  const before = vae.parameters();
  try {
    await vae.fit(data, {
      ...fitting,
      epochs: manyEpochs,
      signal: controller.signal,
      callbacks: [{ onProgress, ...(onEvents ? { onEvents } : {}) }],
    });
  } finally {
    vae.setParameters(before);
  }
  signal?.throwIfAborted();
  return calls;
}

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);

function millisecondsPerStep(calls: readonly Call[]): number {
  return sum(calls.map((call) => call.milliseconds)) / sum(calls.map((call) => call.steps));
}

/**
 * Measures where the time of a training step goes, in steps that leave the model as it is. Node only.
 * @param options as for `fit`
 * @throws UserError when data and settings do not fit the model
 */
export async function profile(
  vae: VAE,
  data: Dataset,
  options: FitOptions = {},
): Promise<MeasuredProfile> {
  const counted = (calls: readonly Call[]) => calls.slice(warmup);
  const plain = millisecondsPerStep(
    counted(
      await trainCalls(vae, data, options, (calls) => {
        return sum(counted(calls).map((call) => call.milliseconds)) > plainMilliseconds;
      }),
    ),
  );
  const steps = Math.max(1, Math.round(callMilliseconds / plain));
  const stepsPerCall = options.stepsPerCall ?? Math.min(mostStepsPerCall, steps);
  let events: readonly RuntimeEvent[] = [];
  const calls = await trainCalls(
    vae,
    data,
    { ...options, stepsPerCall },
    (all) => all.length === warmup + measured,
    (told) => {
      events = told;
    },
  );
  const found = profileOf(events, calls, warmup);
  return {
    batchSize: fitSettings({ ...options, seed: vae.config.seed }).batchSize,
    steps: found.steps,
    millisecondsPerStep: sum(found.entries.map((entry) => entry.millisecondsPerStep)),
    unmeasuredMillisecondsPerStep: plain,
    layers: vae.layers().rows,
    entries: found.entries,
    trace: found.trace,
  };
}

/** The parts that are no layers, in the order of a step. */
const parts = {
  before: ['loop', 'images', 'parameters'],
  after: ['sampling', 'likelihood', 'objective', 'runtime', 'host'],
};

const explained: Readonly<Record<string, string>> = {
  loop: 'takes the batch, carries the state',
  images: 'uint8 to float',
  parameters: 'taken apart, updated',
  likelihood: 'loss',
  objective: 'loss',
  runtime: 'between operators, and measuring',
  host: 'examples, noise, order',
};

/** The parts of a profile in the order of the model; layers without an operation are among them. */
function partsOf({ layers, entries }: MeasuredProfile): { part: string; type: string }[] {
  const order = [...parts.before, ...layers.map(({ name }) => name), ...parts.after];
  const names = new Set([...layers.map(({ name }) => name), ...entries.map(({ part }) => part)]);
  // `decoder.1.0` is a part of `decoder.1` and stands after it.
  const place = (part: string): number => {
    const index = order.indexOf(part);
    const end = part.lastIndexOf('.');
    return index >= 0 || end < 0 ? index : place(part.slice(0, end));
  };
  return [...names]
    .map((part) => ({
      part,
      type: layers.find(({ name }) => name === part)?.type ?? explained[part] ?? '',
    }))
    .sort((a, b) => place(a.part) - place(b.part) || a.part.localeCompare(b.part));
}

/** The profile as a table: a row a layer, a column a phase, in milliseconds a step. */
export function formatProfile(measured: MeasuredProfile): string {
  const { entries, millisecondsPerStep: whole } = measured;
  const time = (part: string | undefined, ...phases: string[]) =>
    sum(
      entries
        .filter((entry) => part === undefined || entry.part === part)
        .filter(({ phase }) => phases.length === 0 || phases.includes(phase))
        .map((entry) => entry.millisecondsPerStep),
    );
  const cell = (value: number) => (value === 0 ? '' : value.toFixed(4));
  const cells = (part?: string) => [
    ...['forward', 'backward', 'update'].map((phase) => cell(time(part, phase))),
    time(part).toFixed(4),
    `${((100 * time(part)) / whole).toFixed(1)} %`,
  ];
  const byOperator = new Map<string, number>();
  for (const { operators } of entries) {
    for (const [operator, value] of Object.entries(operators)) {
      byOperator.set(operator, (byOperator.get(operator) ?? 0) + value);
    }
  }
  const most = [...byOperator].sort(([, a], [, b]) => b - a).slice(0, 6);
  const shares = most.map(([name, value]) => `${name} ${((100 * value) / whole).toFixed(1)} %`);
  const right = (header: string) => ({ header, align: 'right' }) as const;
  return formatTable(
    ['Part', '', ...['Forward', 'Backward', 'Update', 'All', 'Share'].map(right)],
    [
      ...partsOf(measured).map(({ part, type }) => [part, type, ...cells(part)]),
      ['all', '', ...cells()],
    ],
    {
      title: `Where a training step goes: ms/step, batch ${measured.batchSize}, mean of ${measured.steps} steps`,
      footer: [
        `By operator: ${shares.join(', ')}`,
        `Without measuring each operator a step takes ${formatNumber(measured.unmeasuredMillisecondsPerStep)} ms.`,
      ],
    },
  );
}
