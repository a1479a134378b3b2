/*
 * A trained model as a small program of another ecosystem, a folder each: plan.ts has the facts to write them
 * from, check.ts the numbers to compare them with.
 */
import { encodeSafetensors } from '../../data/codecs/safetensors.js';
import type { Present } from '../model/engine.js';
import type { FittedSampler } from '../uses/sample.js';
import { checkOf } from './check.js';
import { type Plan, planOf } from './plan.js';
import type { Program, ProgramTarget } from './target.js';

const targets: Readonly<Record<ProgramTarget, (plan: Plan) => Promise<Program>>> = {
  torch: async (plan) => (await import('./torch/program.js')).torchProgram(plan),
  keras: async (plan) => (await import('./keras/program.js')).kerasProgram(plan),
  'transformers.js': async (plan) => (await import('./web/program.js')).transformersProgram(plan),
  'onnxruntime-web': async (plan) => (await import('./web/program.js')).runtimeProgram(plan),
};

/** A program's files. */
export interface ExportedProgram {
  /** Their content by name: the program, its parameters, and `check.safetensors`. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /**
   * Tells whether the program draws examples: not where the model has no prior, or one that cannot
   * be exported.
   */
  readonly hasSample: boolean;
}

/**
 * A trained model as a program that gives the same numbers.
 * @param fitted the sampler that was fitted to its latents
 * @throws UserError that names the part which cannot be exported
 */
export async function exportProgram(
  present: Present,
  target: ProgramTarget,
  fitted: FittedSampler | undefined,
): Promise<ExportedProgram> {
  const plan = planOf(present.model, present.tensors, fitted);
  const { files, tensors, hasSample, checked } = await targets[target](plan);
  const known = await checkOf(present);
  return {
    files: {
      ...files,
      ...(tensors ? { 'model.safetensors': encodeSafetensors(tensors) } : {}),
      ...(checked ? checked(known) : { 'check.safetensors': encodeSafetensors(known) }),
    },
    hasSample,
  };
}
