import type { Tensor } from 'onnxruntime-common';
import type { Value, Values } from '../../graph/index.js';
import type { LayerObserver } from '../../nn/index.js';
import { checkLatents } from '../model/checks.js';
import type { Present } from '../model/engine.js';
import type { LabelOptions } from '../model/examples.js';
import type { Tensors } from '../samplers/index.js';

/** The outputs of all layers that `run` applies, by their paths. */
function observed(run: (observe: LayerObserver) => unknown): Values {
  const outputs: Record<string, Value> = {};
  run((path, _, output) => {
    outputs[path] = output;
  });
  return outputs;
}

export async function encoderOutputs(
  { engine, model, tensors }: Present,
  images: Tensor,
  { labels }: LabelOptions,
): Promise<Tensors> {
  return engine.mapAll(tensors, 'encoder outputs', images, labels, (batch, scope) =>
    observed((observe) => model.network.encode(batch, scope, observe)),
  );
}

export async function decoderOutputs(
  { engine, model, tensors }: Present,
  z: Tensor,
  { labels }: LabelOptions,
): Promise<Tensors> {
  checkLatents(z, model.latentShape);
  return engine.mapLatents(tensors, 'decoder outputs', z, labels, ({ z, label }, scope) =>
    observed((observe) => model.network.decode({ z: z!, labels: label }, scope, observe)),
  );
}
