import type { Tensor } from 'onnxruntime-common';
import { createSession, isBeside } from '#runtime';
import type { AssembledStep, Session, SessionOptions, Tensors } from '../../runtime/session.js';
import { toLoopModel } from '../onnx/index.js';
import { inputName, type LoopProgram, nextName, stepInputs } from '../program.js';
import { toAssembledStep } from './step.js';

/** Sizes of examples for which functions are kept. */
const mostSizes = 4;

/** A session that is opened, or is about to be. */
interface Opened {
  readonly opening: Promise<Session>;
  session: Session | undefined;
}

/**
 * A repeated step that becomes a function in WebAssembly for each number of examples that it is given: most steps have
 * as many, and the last of an epoch may have fewer.
 */
class SizedSession implements Session {
  readonly sharesMemory: boolean;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The latest used ones are the last. */
  private readonly sessions = new Map<number, Opened>();

  constructor(
    private readonly program: LoopProgram,
    private readonly options: SessionOptions,
    /** The one symbol of shapes. */
    private readonly symbol: string,
    /** The step for so many examples. */
    private readonly first: { readonly examples: number; readonly step: AssembledStep },
  ) {
    this.sharesMemory = isBeside(options);
    const { carried, outputs } = program;
    this.inputNames = ['iterations', ...stepInputs(program).map(inputName)];
    this.outputNames = [...carried.map(nextName), ...Object.keys(outputs)];
  }

  run(feeds: Tensors): Promise<Record<string, Tensor>> {
    const examples = this.examplesIn(feeds);
    const opened = this.sessions.get(examples) ?? this.open(examples);
    this.sessions.delete(examples);
    this.sessions.set(examples, opened);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size > mostSizes) this.close(oldest!);
    // A session that is there begins at once: the caller draws the next examples meanwhile.
    return opened.session?.run(feeds) ?? opened.opening.then((session) => session.run(feeds));
  }

  private examplesIn(feeds: Tensors): number {
    for (const value of this.program.steps) {
      const axis = value.shape.indexOf(this.symbol);
      if (axis >= 0) return feeds[inputName(value)]!.dims[axis + 1]!;
    }
    return this.first.examples;
  }

  private open(examples: number): Opened {
    const { program, options, symbol, first } = this;
    const assembled =
      examples === first.examples
        ? first.step
        : toAssembledStep(program, new Map([[symbol, examples]]))!;
    const chosen = { ...options, keep: program.carried.map(nextName) };
    const opening = createSession(new Uint8Array(), { ...chosen, assembled }).catch((error) => {
      // There is no memory for it, or a process that may have little of the address space: the runtime needs less.
      if (error instanceof Error && error.name === 'RangeError') {
        return createSession(toLoopModel(program), chosen);
      }
      throw error;
    });
    const opened: Opened = { opening, session: undefined };
    opening.then(
      (session) => {
        opened.session = session;
      },
      () => undefined,
    );
    return opened;
  }

  private close(examples: number): void {
    const { opening } = this.sessions.get(examples)!;
    this.sessions.delete(examples);
    opening.then((session) => session.release()).catch(() => undefined);
  }

  async release(): Promise<void> {
    const opened = [...this.sessions.values()];
    await Promise.all(opened.map(async ({ opening }) => (await opening).release()));
  }
}

/** Tells whether there is WebAssembly with vectors here: `node --jitless` has none, and old processors have no vectors. */
const canRun = ({ code }: AssembledStep) =>
  typeof WebAssembly !== 'undefined' && WebAssembly.validate(code);

/**
 * A session of a repeated step that is a function in WebAssembly.
 * @param examples of most steps
 * @returns undefined where the step has something that is not computed so
 */
export function openSized(
  program: LoopProgram,
  options: SessionOptions,
  examples: number,
): Session | undefined {
  const symbols = program.steps.flatMap(({ shape }) =>
    shape.filter((size) => typeof size === 'string'),
  );
  const [symbol] = symbols;
  if (!symbol || symbols.some((each) => each !== symbol)) return undefined;
  const step = toAssembledStep(program, new Map([[symbol, examples]]));
  if (!step || !canRun(step)) return undefined;
  return new SizedSession(program, options, symbol, { examples, step });
}
