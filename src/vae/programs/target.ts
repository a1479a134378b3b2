import type { Tensor } from 'onnxruntime-common';

/** The ecosystems that programs are written for, by the names that users give. */
export const programTargets = ['torch', 'keras', 'transformers.js', 'onnxruntime-web'] as const;

export type ProgramTarget = (typeof programTargets)[number];

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A program of another ecosystem. */
export interface Program {
  /** The content of its files, by name. */
  readonly files: Files;
  /** The tensors of `model.safetensors`; undefined for programs that keep them elsewhere. */
  readonly tensors?: Readonly<Record<string, Tensor>>;
  /** Tells whether it draws examples: not where the model has no prior, or one that cannot be exported. */
  readonly hasSample: boolean;
  /** The files of inputs and outputs that it compares with; `check.safetensors` when left out. */
  checked?(known: Readonly<Record<string, Tensor>>): Files;
}
