import { Tensor } from 'onnxruntime-common';
import { mayHave } from '#runtime';
import { UserError } from '../base/errors.js';
import { compile, exp, input } from '../graph/index.js';
import type { Device } from '../runtime/session.js';
import type { StepWork } from '../step/index.js';
import { notify } from './callbacks.js';
import type { FitSettings } from './settings.js';

/**
 * Multiplications of a step from which a graphics processor is tried. Two processor cores take some 1.4 ms
 * for so many (70 in a nanosecond), and to start the hundred operators of a step on a graphics processor takes about
 * as long.
 */
const worthwhile = 1e8;

/**
 * Tells whether a device runs a small model. A device that is only tried may lack something: that
 * is no error.
 */
async function canRun(device: Device): Promise<boolean> {
  if (!(await mayHave(device))) return false;
  const x = input('x', [2]);
  try {
    const session = await compile({ inputs: [x], outputs: { y: exp(x) } }, { device });
    try {
      const { y } = await session.run({ x: new Tensor('float32', new Float32Array(2), [2]) });
      return (y!.data as Float32Array)[0] === 1;
    } finally {
      await session.release();
    }
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** The device for a training step, and why in words. */
export interface ChosenDevice {
  readonly device: Device;
  readonly because: string;
}

/**
 * The device for a training step: the processor where a step has fewer than 10⁸ multiplications; else CUDA
 * where it is there, else WebGPU where there is a graphics processor for it and nothing is computed in float64, else
 * the processor.
 */
export async function chooseDevice(
  { multiplications, hasDoubles }: StepWork,
  { runs }: { readonly runs: (device: Device) => Promise<boolean> } = { runs: canRun },
): Promise<ChosenDevice> {
  const count = `a step has ${multiplications.toExponential(1)} multiplications`;
  if (multiplications < worthwhile) {
    return { device: 'cpu', because: `${count}, fewer than ${worthwhile.toExponential(0)}` };
  }
  if (await runs('cuda')) return { device: 'cuda', because: `${count}, and CUDA is there` };
  if (hasDoubles) return { device: 'cpu', because: 'CUDA is not there, and WebGPU has no float64' };
  if (await runs('webgpu')) {
    return { device: 'webgpu', because: `${count}, and WebGPU has a graphics processor` };
  }
  return { device: 'cpu', because: 'no graphics processor was found for CUDA or WebGPU' };
}

/**
 * The device of a training: the one that its settings name, or the chosen one, which callbacks are told of. Ranks train
 * on the processor.
 * @param work of its step, asked for where there is a choice
 */
export async function deviceOf(
  { device, ranks, callbacks = [] }: FitSettings,
  work: () => StepWork,
): Promise<Device> {
  if (device !== 'auto') return device;
  if (ranks) return 'cpu';
  const chosen = await chooseDevice(work());
  await notify(callbacks, 'onNote', `The device is ${chosen.device}: ${chosen.because}.`);
  return chosen.device;
}
