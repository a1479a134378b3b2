import { createSession } from '#runtime';
import type { Session, SessionOptions } from '../runtime/session.js';
import { toLoopModel, toModel } from './emit.js';
import { inputName, type LoopProgram, type Program, type Values } from './program.js';
import { optimize } from './rewrite/index.js';
import type { Value } from './value.js';

function named(names: readonly string[], values: readonly Value[]): Values {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

/** Makes a program runnable. @throws UserError when it uses an input that it does not list */
export function compile(program: Program, options?: SessionOptions): Promise<Session> {
  const values = optimize(Object.values(program.outputs), options?.device);
  const outputs = named(Object.keys(program.outputs), values);
  return createSession(toModel({ ...program, outputs }), options);
}

/**
 * Makes a repeated step runnable; what it carries stays on its device.
 * @throws UserError when it uses an input that it does not list
 */
export function compileLoop(program: LoopProgram, options?: SessionOptions): Promise<Session> {
  const { carried, outputs } = program;
  const results = [...carried.map(({ next }) => next), ...Object.values(outputs)];
  const values = optimize(results, options?.device);
  const model = toLoopModel({
    ...program,
    carried: carried.map(({ current }, i) => ({ current, next: values[i]! })),
    outputs: named(Object.keys(outputs), values.slice(carried.length)),
  });
  const keep = carried.map(({ current }) => `${inputName(current)}.next`);
  return createSession(model, { ...options, keep });
}
