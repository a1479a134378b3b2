import { writeFileAtomic } from '#files';
import { take } from '../data/changes/split.js';
import { elementsOf } from '../data/codecs/elements.js';
import { encodeNpy, encodeNpyHeader } from '../data/codecs/npy.js';
import type { Dataset } from '../data/dataset.js';
import { openAtomic } from '../data/files/atomic-file.node.js';
import type { VAE } from '../vae/index.js';
import { piecesOf } from '../vae/model/examples.js';
import { draws, type SampleOptions } from './sheets.js';

const tell = (path: string, dims: readonly number[]) => {
  process.stdout.write(`Written: ${path} [${dims.join(', ')}]\n`);
};

/** Writes draws of the prior as an .npy file, [N, ...shape] of float32. */
export async function writeSamples(vae: VAE, options: SampleOptions, path: string): Promise<void> {
  const drawn = await draws(vae, options).images();
  await writeFileAtomic(path, encodeNpy(drawn));
  tell(path, drawn.dims);
}

/**
 * Writes reconstructions as an .npy file, [N, ...shape] of float32, in the order of the data. Of large
 * data, only some examples are in memory at a time.
 * @param count of the first examples; of all when left out
 */
export async function writeReconstructions(
  vae: VAE,
  data: Dataset,
  count: number | undefined,
  path: string,
): Promise<void> {
  const shown = count === undefined ? data : take(data, Math.min(count, data.size));
  const dims = [shown.size, ...shown.shape];
  const file = await openAtomic(path);
  try {
    await file.add(encodeNpyHeader('float32', dims));
    const model = { shape: vae.config.input, classes: vae.classes };
    for await (const { images, labels } of piecesOf(shown, undefined, model)) {
      const made = await vae.reconstruct(images, { labels });
      await file.add(elementsOf(made, 'reconstructions').bytes);
    }
    await file.commit();
  } finally {
    await file.discard();
  }
  tell(path, dims);
}
