/** Files of a run that are shared with it, beside its pictures: no checkpoint, log or table of rows. */
const known = [
  'config.json',
  'parameters.safetensors',
  'sampler.safetensors',
  'encoder.onnx',
  'decoder.onnx',
  'metrics.jsonl',
  'timing.jsonl',
  'health.json',
  'judge.json',
  'quality.json',
];

/** Pictures that a run makes of itself. */
const pictures = ['loss', 'reconstructions', 'samples', 'latent', 'manifold', 'quality'];

const picture = /^[^./\\][^/\\]*\.(?:png|jpe?g|webp|avif)$/i;
const checkpoint = /^checkpoints\/step-\d+\.safetensors$/;

/** The model card, by the name that the Hub shows it under. */
export const cardFile = 'README.md';

/** Tells whether a file is shared with its run. */
export function isShared(name: string, withCheckpoints: boolean): boolean {
  if (known.includes(name) || picture.test(name)) return true;
  return withCheckpoints && checkpoint.test(name);
}

/** Tells whether a repository's file is from an earlier push: it is removed once the run has it no more. */
export function isOfPush(name: string): boolean {
  const own = pictures.some((each) => name === `${each}.png`);
  return known.includes(name) || own || checkpoint.test(name);
}
