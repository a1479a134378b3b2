import { blocksConvolutions, runsMachineCode } from '#runtime';
import { elementCount } from '../base/shape.js';
import { multiplications, type Value } from '../graph/index.js';

/*
 * Parameters inside a function. ONNX Runtime brings weights that it knows once into blocks of channels, and
 * has fast convolutions for these; weights that are fed it takes as they are. But a function with parameters
 * inside serves these alone, takes memory for them, and time to be made.
 */

/** The work of a function, and its size. */
export interface FunctionWork {
  /** Multiplications of the products of one example. */
  readonly multiplications: number;
  /** Multiplications of convolutions, a part of these. */
  readonly convolutions: number;
  /** Multiplications of transposed convolutions, a part of these: machine code is the faster one at them. */
  readonly transposed: number;
  /** Numbers that its parameters have. */
  readonly parameters: number;
}

export function workOf(outputs: readonly Value[], parameters: readonly Value[]): FunctionWork {
  return {
    multiplications: multiplications(outputs, 1),
    convolutions: multiplications(outputs, 1, ['Conv', 'ConvTranspose']),
    transposed: multiplications(outputs, 1, ['ConvTranspose']),
    parameters: parameters.reduce(
      (sum, { shape }) => sum + elementCount(shape as readonly number[]),
      0,
    ),
  };
}

/** Making it takes as long as some of these many multiplications. */
const leastMultiplications = 4e9;

/** The runtime holds each parameter twice, and the model's bytes while it is loaded. */
const mostParameters = 2 ** 22;

/** Tells whether so many examples are computed in less time with parameters inside. */
export function paysToFix(work: FunctionWork, examples: number): boolean {
  return (
    blocksConvolutions &&
    (work.transposed === 0 || !runsMachineCode()) &&
    work.convolutions > work.multiplications / 2 &&
    work.parameters <= mostParameters &&
    examples * work.multiplications >= leastMultiplications
  );
}
