import type { RuntimeEvent } from '../runtime/session.js';

/** The part of a step: of the model's, or of the work around it. */
export type Phase = 'forward' | 'backward' | 'update' | 'around';

/** The time of a part of the model in a phase. */
export interface ProfileEntry {
  /**
   * A layer's path, or `images`, `parameters`, `sampling`, `likelihood`, `objective`. Around the
   * model: `loop`, which takes each step's examples and carries the state; `runtime`, between
   * operators; `host`, which reads examples and draws noise and order.
   */
  readonly part: string;
  readonly phase: Phase;
  readonly millisecondsPerStep: number;
  /** The same by ONNX operator; around the model, of the loop alone. */
  readonly operators: Readonly<Record<string, number>>;
}

/** Tells where the time of a training step goes. */
export interface Profile {
  readonly batchSize: number;
  /** Steps that were measured. */
  readonly steps: number;
  /** Time of one of those steps: the sum of all entries. */
  readonly millisecondsPerStep: number;
  /** Time of a step without measuring the operations, which takes time itself. */
  readonly unmeasuredMillisecondsPerStep: number;
  /** Entries in the order of the step. */
  readonly entries: readonly ProfileEntry[];
}

/** A call of the runtime. */
export interface ProfiledCall {
  readonly epoch: number;
  readonly steps: number;
}

/** An event of a Chrome trace. */
export type TraceEvent = Readonly<Record<string, unknown>>;

interface Span {
  readonly name: string;
  readonly phase: Phase;
  readonly start: number;
  readonly duration: number;
  readonly part: string;
  readonly operator: string;
}

const phases = ['forward', 'backward', 'update'] as const;

/** Reads `fused forward/encoder.0/Gemm_v36_kernel_time`; any other name is not of the model. */
function originOf(name: string): { part: string; phase: Phase } {
  const [, phase, part] = /(?:^| )(\w+)\/([^/]+)\/\w+$/.exec(name) ?? [];
  const known = phases.find((each) => each === phase);
  return known && part ? { part, phase: known } : { part: 'loop', phase: 'around' };
}

/** Events tell whole microseconds, rounded down: on average half of one is missing. */
const missing = 0.5;

/** Operators that run others: their time is the time of the operators inside. */
const containers = ['Loop', 'If', 'Scan'];

function spansOf(events: readonly RuntimeEvent[]): Span[] {
  return events
    .filter(
      ({ cat, name, args }) =>
        cat === 'Node' &&
        name.endsWith('_kernel_time') &&
        !containers.includes(String(args.op_name)),
    )
    .map(({ name, ts, dur, args }) => ({
      ...originOf(name),
      name: name.replace(/_kernel_time$/, ''),
      start: ts,
      duration: dur + missing,
      operator: String(args.op_name),
    }));
}

/** A call with the time before it in which the host made its feeds, unless an epoch began there. */
interface TimedCall {
  readonly start: number;
  readonly end: number;
  readonly steps: number;
  /** Time when the call before it, of the same epoch, ended. */
  readonly before: number | undefined;
}

function timedCalls(events: readonly RuntimeEvent[], calls: readonly ProfiledCall[]): TimedCall[] {
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  return calls.slice(0, runs.length).map(({ epoch, steps }, i) => ({
    start: runs[i]!.ts,
    end: runs[i]!.ts + runs[i]!.dur,
    steps,
    before: calls[i - 1]?.epoch === epoch ? runs[i - 1]!.ts + runs[i - 1]!.dur : undefined,
  }));
}

/** The quicker half of the calls, which other programs on the machine disturbed least. */
function quickerHalf(calls: readonly TimedCall[]): TimedCall[] {
  const perStep = ({ start, end, before, steps }: TimedCall) => (end - (before ?? start)) / steps;
  const sorted = [...calls].sort((a, b) => perStep(a) - perStep(b));
  return sorted.slice(0, Math.ceil(calls.length / 2)).sort((a, b) => a.start - b.start);
}

function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** The times of spans by phase and part. */
function entriesOf(spans: readonly Span[], steps: number): ProfileEntry[] {
  const found = new Map<
    string,
    { part: string; phase: Phase; operators: Record<string, number> }
  >();
  for (const { part, phase, operator, duration } of spans) {
    const key = `${phase}/${part}`;
    const entry = found.get(key) ?? { part, phase, operators: {} };
    const before = entry.operators[operator] ?? 0;
    entry.operators[operator] = before + duration / 1000 / steps;
    found.set(key, entry);
  }
  return [...found.values()].map(({ part, phase, operators }) => ({
    part,
    phase,
    millisecondsPerStep: total(Object.values(operators)),
    operators,
  }));
}

/** A lane of the trace for each phase, and one for calls and the host. */
const lanes: readonly Phase[] = ['around', ...phases];

function traceOf(spans: readonly Span[], { start, end, before }: TimedCall): TraceEvent[] {
  const event = (name: string, phase: Phase, ts: number, dur: number, args: object = {}) => {
    return { name, cat: phase, ph: 'X', pid: 1, tid: lanes.indexOf(phase), ts, dur, args };
  };
  return [
    ...lanes.map((lane, tid) => ({
      name: 'thread_name',
      ph: 'M',
      pid: 1,
      tid,
      args: { name: lane === 'around' ? 'calls of the runtime' : lane },
    })),
    ...(before === undefined
      ? []
      : [event('host: examples, noise, order', 'around', before, start - before)]),
    event('call of the runtime', 'around', start, end - start),
    ...spans.map((span) =>
      event(`${span.part} ${span.operator}`, span.phase, span.start, span.duration - missing, {
        node: span.name,
      }),
    ),
  ];
}

/**
 * Tells where time went in calls of the runtime: means over the quicker half of the calls.
 * @param events of a session that made these calls and no others
 * @param calls all of them, in order
 * @param warmup how many of the first are not counted
 * @returns the times, and one call as events of a Chrome trace (microseconds)
 */
export function profileOf(
  events: readonly RuntimeEvent[],
  calls: readonly ProfiledCall[],
  warmup: number,
): { steps: number; entries: ProfileEntry[]; trace: TraceEvent[] } {
  const counted = quickerHalf(timedCalls(events, calls).slice(warmup));
  const last = counted.at(-1);
  if (!last) return { steps: 0, entries: [], trace: [] };
  const all = spansOf(events);
  const within = (call: TimedCall) =>
    all.filter(({ start }) => start >= call.start && start < call.end);
  const steps = total(counted.map((call) => call.steps));
  const operators = entriesOf(counted.flatMap(within), steps);
  const inOperators = total(operators.map((entry) => entry.millisecondsPerStep));
  const inCalls = total(counted.map(({ start, end }) => end - start)) / 1000 / steps;
  const onHost = total(counted.map(({ start, before = start }) => start - before)) / 1000 / steps;
  const around = (part: string, millisecondsPerStep: number): ProfileEntry => ({
    part,
    phase: 'around',
    millisecondsPerStep,
    operators: {},
  });
  return {
    steps,
    entries: [...operators, around('runtime', inCalls - inOperators), around('host', onHost)],
    trace: traceOf(within(last), last),
  };
}
