/** The player that owns every parameter which no other player names. */
export const mainPlayer = 'model';

/** Names a tensor of a step's state: in the program, in checkpoints and in messages alike. */
export interface StateKey {
  /** The player whose parameter it belongs to. */
  readonly player: string;
  /** `parameters`, `state` (kept by layers themselves), or the update stage that remembers it. */
  readonly kind: string;
  /** The stage's memory of that name; empty where a stage has one memory alone. */
  readonly slot: string;
  /** A parameter; in the program, a group of parameters that lie together. */
  readonly parameter: string;
}

/**
 * The key as text: `optimizer/m/encoder.0.weight`, and for another player than `model`
 * `discriminator:optimizer/m/discriminator.0.weight`.
 */
export function keyText({ player, kind, slot, parameter }: StateKey): string {
  const owner = player === mainPlayer ? '' : `${player}:`;
  return `${owner}${kind}/${slot === '' ? '' : `${slot}/`}${parameter}`;
}

/** Names of the inputs that a program is fed at each step, beside its state. */
export const feedName = {
  /** int64 scalar: steps of a call. */
  iterations: 'iterations',
  images: 'images',
  labels: 'labels',
  noise: (name: string) => `noise/${name}`,
  /** A number of the objective, such as β. */
  schedule: (name: string) => `schedule/${name}`,
  /** A number of an update's stage. */
  number: (player: string, stage: string, name: string) =>
    keyText({ player, kind: 'number', slot: stage, parameter: name }),
} as const;

/** The name under which a call puts out the next value of a state's tensor. */
export const nextOf = (name: string) => `${name}.next`;
