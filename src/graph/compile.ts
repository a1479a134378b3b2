import { createSession, hasLanes } from '#runtime';
import type { Device, Session, SessionOptions } from '../runtime/session.js';
import { toMicrobatchedStep } from './microbatch/index.js';
import { toLoopModel, toModel } from './onnx/index.js';
import { type LoopProgram, named, nextName, type Program, resultsOf } from './program.js';
import { optimize } from './rewrite/index.js';
import type { Value } from './value.js';

/** Makes a program runnable. @throws UserError when it uses an input that it does not list */
export function compile(program: Program, options?: SessionOptions): Promise<Session> {
  const values = optimize(Object.values(program.outputs), options?.device);
  const outputs = named(Object.keys(program.outputs), values);
  return createSession(toModel({ ...program, outputs }), options);
}

/** A repeated step with all that it computes replaced at once. */
export function rewriteLoop(
  program: LoopProgram,
  rewritten: (values: readonly Value[]) => readonly Value[],
): LoopProgram {
  const { carried, outputs, microbatches } = program;
  const values = [...rewritten(resultsOf(program))];
  const next = () => values.shift()!;
  return {
    ...program,
    carried: carried.map(({ current }) => ({ current, next: next() })),
    ...(microbatches && {
      microbatches: {
        ...microbatches,
        sums: microbatches.sums.map(({ total }) => ({ term: next(), total })),
      },
    }),
    outputs: named(Object.keys(outputs), values),
  };
}

/** A repeated step in the form that runs fastest. */
export function optimizeLoop(program: LoopProgram, device?: Device): LoopProgram {
  return rewriteLoop(program, (values) => optimize(values, device));
}

/**
 * Makes a repeated step runnable; carried values stay on its device.
 * @throws UserError when it uses an input that it does not list
 */
export function compileLoop(program: LoopProgram, options: SessionOptions = {}): Promise<Session> {
  const keep = program.carried.map(nextName);
  const optimized = optimizeLoop(program, options.device);
  const { microbatches } = optimized;
  const microbatched =
    microbatches && hasLanes(options) && toMicrobatchedStep({ ...optimized, microbatches });
  return createSession(toLoopModel(optimized), {
    ...options,
    keep,
    ...(microbatched && { microbatched }),
  });
}
