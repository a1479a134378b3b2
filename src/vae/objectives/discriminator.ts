import { z } from 'zod';
import { add, leakyRelu, mean, negate, softplus, type Value } from '../../graph/index.js';
import { adam, dense, type Layer, layer } from '../../nn/index.js';
import type { Player } from '../../step/index.js';
import type { ObjectiveContext } from './objective.js';

/** Options of a network that tells latents apart. */
export const discriminatorOptions = {
  hidden: z.int().min(1).describe('Units in each hidden layer of the discriminator.'),
  layers: z.int().min(1).describe('Hidden layers of the discriminator.'),
};

/** The function after each hidden layer: leaky ReLU, of slope 0.2 below 0. */
const leaky = layer('leakyRelu', (x: Value) => leakyRelu(x, 0.2));

/** The layers of a discriminator of latents [batch, latent]: a logit an example, [batch, 1]. */
function discriminatorLayers(hidden: number, layers: number): readonly Layer[] {
  return [...Array.from({ length: layers }, () => [dense(hidden), leaky]).flat(), dense(1)];
}

/** The path of its parameters, and the name of the player that owns them. */
export const discriminator = 'discriminator';

/** The player that moves a discriminator, by Adam of a short memory. */
export function discriminatorPlayer(options: Parameters<typeof adam>[0]): Player {
  return { name: discriminator, owns: [discriminator], optimizer: adam(options) };
}

/** A discriminator as a function of latents; all calls of it are of the same network. */
export function judgeOf(
  network: ObjectiveContext['network'],
  hidden: number,
  layers: number,
): (latents: Value) => Value {
  return (latents) => network(discriminator, discriminatorLayers(hidden, layers), latents);
}

/** The loss of a discriminator, a scalar in nats, by its logits that should say yes and no. */
export function tellingApart(yes: Value, no: Value): Value {
  return add(saysYes(yes), saysNo(no));
}

/** −log σ(logit): the loss of logits that should say yes, a scalar in nats. */
export function saysYes(logits: Value): Value {
  return mean(softplus(negate(logits)));
}

/** −log (1 − σ(logit)): the loss of logits that should say no, a scalar in nats. */
export function saysNo(logits: Value): Value {
  return mean(softplus(logits));
}
