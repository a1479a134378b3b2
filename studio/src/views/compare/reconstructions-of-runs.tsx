import { Tensor } from 'onnxruntime-common';
import { encodeNpy } from '../../../../src/data/codecs/npy.js';
import { t, translated } from '../../language/language.js';
import type { Numbers } from '../../model/api.js';
import { ExportButton } from '../../ui/export/export-button.js';
import { Pictures } from '../../ui/pictures.js';
import { saveFile } from '../../ui/save-file.js';
import { type Compared, knows, type SharedImages, titleOf } from './comparison.js';

/** Saves the exact numbers of images as an .npy file. */
function download(name: string, { data, dims }: Numbers): void {
  const tensor = new Tensor('float32', data as Float32Array, dims);
  saveFile(encodeNpy(tensor) as Uint8Array<ArrayBuffer>, name);
}

/** The images and each run's reconstructions of them under one another, with their names, as a picture. */
async function comparisonPng(runs: readonly Compared[], shared: SharedImages): Promise<Blob> {
  const { canvasOf, pngOf, stacked } = await import('../../ui/export/files.js');
  const rows = [
    { title: titleOf(shared), images: shared.images },
    ...runs.flatMap(({ run, made }) => (made ? [{ title: run!.name, images: made }] : [])),
  ];
  return pngOf(stacked(rows.map(({ title, images }) => ({ title, canvas: canvasOf(images) }))));
}

/**
 * Shows the same images, and each run's reconstructions of them.
 * @param isWhole whether each run has reconstructed them
 */
export function ReconstructionsOfRuns({
  runs,
  isWhole,
  shared,
}: {
  runs: readonly Compared[];
  isWhole: boolean;
  shared: SharedImages;
}) {
  return (
    <section class="panel stack" aria-labelledby="same-images">
      <div class="row spread">
        <h2 id="same-images">{t('The same images by each run')}</h2>
        <ExportButton
          name="reconstructions"
          what={t('the reconstructions')}
          disabled={!isWhole}
          exports={{ png: () => comparisonPng(runs, shared) }}
        />
      </div>
      <div class="made-rows">
        <h3>{titleOf(shared)}</h3>
        <Pictures images={shared.images} label={titleOf(shared)} class="made" />
        {runs.map(({ id, run, made, problem }, i) => (
          <div key={id} class="made-row">
            <div class="row spread">
              <h3>
                {run!.name}{' '}
                {knows(runs[i]!, shared) && (
                  <span class="soft small">{t('trained on some of these images')}</span>
                )}
              </h3>
              {made && (
                <button
                  type="button"
                  class="quiet small"
                  aria-label={t('Save .npy of {run}', { run: run!.name })}
                  title={t('The exact numbers of these reconstructions')}
                  onClick={() => download(`${run!.name}-reconstructions.npy`, made)}
                >
                  {t('Save .npy')}
                </button>
              )}
            </div>
            {made ? (
              <Pictures
                images={made}
                label={t('Reconstructions by {run}', { run: run!.name })}
                class="made"
              />
            ) : (
              <p class="soft small">{problem ? translated(problem) : t('Reconstructing …')}</p>
            )}
          </div>
        ))}
      </div>
    </section>
  );
}
