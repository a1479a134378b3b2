import { Tensor } from 'onnxruntime-common';
import { encodeNpy } from '../../../../src/data/codecs/npy.js';
import type { Numbers } from '../../model/api.js';
import { Pictures } from '../../ui/pictures.js';
import type { Compared, SharedImages } from './comparison.js';

/** Saves the exact numbers of images as an .npy file. */
function download(name: string, { data, dims }: Numbers): void {
  const tensor = new Tensor('float32', data as Float32Array, dims);
  const bytes = encodeNpy(tensor) as Uint8Array<ArrayBuffer>;
  const address = URL.createObjectURL(new Blob([bytes]));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Shows the same images, and each run's reconstructions of them. */
export function ReconstructionsOfRuns({
  runs,
  shared,
}: {
  runs: readonly Compared[];
  shared: SharedImages;
}) {
  return (
    <section class="panel stack" aria-labelledby="same-images">
      <h2 id="same-images">The same images by each run</h2>
      <div class="made-rows">
        <h3>{shared.title}</h3>
        <Pictures images={shared.images} label={shared.title} class="made" />
        {runs.map(({ id, run, made, problem }) => (
          <div key={id} class="made-row">
            <div class="row spread">
              <h3>{run!.name}</h3>
              {made && (
                <button
                  type="button"
                  class="quiet small"
                  aria-label={`Save .npy of ${run!.name}`}
                  title="The exact numbers of these reconstructions"
                  onClick={() => download(`${run!.name}-reconstructions.npy`, made)}
                >
                  Save .npy
                </button>
              )}
            </div>
            {made ? (
              <Pictures images={made} label={`Reconstructions by ${run!.name}`} class="made" />
            ) : (
              <p class="soft small">{problem ?? 'Reconstructing …'}</p>
            )}
          </div>
        ))}
      </div>
    </section>
  );
}
