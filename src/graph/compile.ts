import { createSession, lanesOf, runsMachineCode, worksInPlace } from '#runtime';
import { UserError } from '../base/errors.js';
import type { RanksAddress } from '../runtime/ranks/address.js';
import type { Device, MachineModel, Session, SessionOptions } from '../runtime/session.js';
import { isSmall } from './assembly/pays.js';
import { toInPlaceStep } from './kernel/index.js';
import { machineOperators } from './machine.js';
import { toMicrobatchedStep } from './microbatch/index.js';
import { toLoopModel, toModel } from './onnx/index.js';
import { operationsOf } from './order.js';
import { type LoopProgram, named, nextName, type Program, resultsOf } from './program.js';
import { type ConvolutionForm, optimize } from './rewrite/index.js';
import { measure, type Operation, type Value } from './value.js';
import { convolves } from './work.js';

/** A program in the form that runs fastest. @param convolutions as in `optimize` */
export function optimizeProgram(
  program: Program,
  device?: Device,
  convolutions?: ConvolutionForm,
): Program {
  const values = optimize(Object.values(program.outputs), device, convolutions);
  return { ...program, outputs: named(Object.keys(program.outputs), values) };
}

/**
 * A program with convolutions in machine code, each of which computes on one thread; undefined where there are none, or
 * the runtime cannot run them.
 */
export function machineProgram(program: Program): Program | undefined {
  if (!runsMachineCode() || !convolves(Object.values(program.outputs))) return undefined;
  const optimized = optimizeProgram(program, 'cpu', 'machine');
  return machineOperators(Object.values(optimized.outputs)).length > 0 ? optimized : undefined;
}

/** A program as the bytes of a model, and the types in it of operators in machine code. */
export function toMachineModel(program: Program): MachineModel {
  return { model: toModel(program), operators: machineOperators(Object.values(program.outputs)) };
}

/** The first operation that computes in float64. */
export function findDouble(values: readonly Value[]): Operation | undefined {
  return operationsOf(values).find(({ outputs }) =>
    outputs.some(({ dtype }) => dtype === 'float64'),
  );
}

/** @throws UserError when values are of a type that the device does not compute with */
function requireDevice(values: readonly Value[], device: Device | undefined): void {
  if (device !== 'webgpu') return;
  const found = findDouble(values);
  if (!found) return;
  const what = found.origin?.part || 'The program';
  throw new UserError(
    `${what} computes in float64, which the device webgpu does not. Use the device cpu.`,
  );
}

/**
 * Makes a program runnable as it is.
 * @throws UserError when it uses an input that it does not list, or a type that the device lacks
 */
export async function open(program: Program, options?: SessionOptions): Promise<Session> {
  requireDevice(Object.values(program.outputs), options?.device);
  return createSession(toModel(program), options);
}

/** Makes a program runnable. @throws UserError when it uses an input that it does not list */
export function compile(program: Program, options?: SessionOptions): Promise<Session> {
  return open(optimizeProgram(program, options?.device), options);
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
 * A repeated step with convolutions in machine code, which computes each microbatch on one thread; undefined where
 * there is none, or the runtime cannot run it.
 */
export function machineLoop(
  program: LoopProgram,
  options: SessionOptions,
): LoopProgram | undefined {
  const { microbatches } = program;
  if (!microbatches || !worksInPlace(options) || !runsMachineCode()) return undefined;
  if (!convolves(resultsOf(program))) return undefined;
  const optimized = rewriteLoop(program, (values) => optimize(values, 'cpu', 'machine'));
  return machineOperators(resultsOf(optimized)).length > 0 ? optimized : undefined;
}

/** Numbers of a state from which on a pass over them costs more than a call of the runtime for each step. */
const largeState = 1 << 18;

/**
 * Tells whether a step takes less time where its state is. With one lane the runtime's own loop sums up microbatches
 * sooner.
 */
function paysInPlace({ carried, microbatches }: LoopProgram, options: SessionOptions): boolean {
  if (carried.length === 0) return false;
  if (microbatches) return lanesOf(options) > 1;
  const sizes = carried.map(({ current }) => measure(current.shape).known);
  return sizes.reduce((sum, size) => sum + size, 0) >= largeState;
}

/** Facts of a step beside its program. */
export interface LoopForms {
  readonly examples?: number | undefined;
  readonly byMachine?: LoopProgram | undefined;
}

/**
 * Makes a repeated step runnable as it is; carried values stay on its device.
 * @param forms.examples of most steps, if they are known: small steps become functions in WebAssembly
 * @param forms.byMachine the step by `machineLoop`, where there is one
 * @throws UserError when it uses an input that it does not list, or a type that the device lacks
 */
export async function openLoop(
  program: LoopProgram,
  options: SessionOptions = {},
  { examples, byMachine }: LoopForms = {},
): Promise<Session> {
  requireDevice(resultsOf(program), options.device);
  const { microbatches, carried } = program;
  const { device = 'cpu', profile } = options;
  if (examples !== undefined && device === 'cpu' && !profile && isSmall(program, examples)) {
    // A page fetches it when there is something to train.
    const { openSized } = await import('./assembly/index.js');
    const small = openSized(program, options, examples);
    if (small) return small;
  }
  const pays = byMachine || paysInPlace(program, options);
  const inPlace = pays && worksInPlace(options) ? toInPlaceStep(byMachine ?? program) : undefined;
  const microbatched =
    !inPlace &&
    microbatches &&
    lanesOf(options) > 1 &&
    toMicrobatchedStep({ ...program, microbatches });
  return createSession(toLoopModel(program), {
    ...options,
    keep: carried.map(nextName),
    ...(inPlace && { inPlace }),
    ...(microbatched && { microbatched }),
  });
}

/**
 * The same among ranks, of which this process is one.
 * @throws UserError when the state is too large
 */
export async function openRankedLoop(
  program: LoopProgram,
  ranks: RanksAddress,
  options: SessionOptions,
): Promise<Session> {
  const inPlace = toInPlaceStep(program, { ranked: true });
  if (!inPlace) {
    throw new UserError(
      'Ranks hold 4 GiB of parameters, gradients and memories at the most. Make the model smaller.',
    );
  }
  const keep = program.carried.map(nextName);
  return createSession(inPlace.terms, { ...options, keep, inPlace, ranks });
}

/** Makes a repeated step runnable in the form that runs fastest. */
export function compileLoop(program: LoopProgram, options: SessionOptions = {}): Promise<Session> {
  return openLoop(optimizeLoop(program, options.device), options);
}
