import { t } from '../../language/language.js';
import type { Numbers } from '../../model/numbers.js';
import { frame, learning, lookedAt } from '../../train/learning.js';
import { pictures, type Pictures as ShownPictures } from '../../train/session.js';
import { areLines, LinePairs, Pictures } from '../../ui/pictures.js';

/** Sequences beside one another in the view. */
const sequenceColumns = 5;

interface Shown extends ShownPictures {
  /** Examples that the model draws from the prior. */
  readonly samples?: Numbers;
}

/** The pictures of the moment that is looked at; for the latest moment, the pictures that came last. */
function shownPictures(): Shown | undefined {
  const now = frame.value;
  const { originals, areNew = false } = learning.value?.watched ?? {};
  const of = (data: Uint8Array, { dims }: Numbers) =>
    data.length > 0 ? { data, dims } : undefined;
  const samples = now && originals && of(now.samples, originals);
  const then = now && originals && of(now.made, originals);
  const latest = lookedAt.value === undefined ? pictures.value : undefined;
  const shown = latest ?? (then && { originals: originals!, made: then, areNew }) ?? pictures.value;
  return shown && { ...shown, ...(samples ? { samples } : {}) };
}

/** Shows fixed examples, and the model's reconstructions of them as it learns. */
export function Reconstructions() {
  const shown = shownPictures();
  if (!shown) return null;
  const isSequence = areLines(shown.originals);
  return (
    <section class="panel stack" aria-labelledby="reconstructions">
      <div>
        <h2 id="reconstructions">{t('Reconstructions')}</h2>
        <p class="soft small">
          {shown.areNew
            ? t('The model is not trained on these examples.')
            : t('The model is trained on these examples: none are kept from training.')}{' '}
          {isSequence
            ? t('They are the wide, pale lines; thin ones are drawn by the model.')
            : t('Below each is what the model draws of it.')}
        </p>
      </div>
      {isSequence ? (
        <figure class="line-pairs">
          <LinePairs
            {...shown}
            columns={sequenceColumns}
            label={t('Sequences, and the same as the model draws them')}
          />
        </figure>
      ) : (
        <figure class="reconstructions">
          <figcaption>{t('Image')}</figcaption>
          <Pictures images={shown.originals} label={t('Images of the data')} />
          <figcaption>{t('Drawn')}</figcaption>
          <Pictures images={shown.made} label={t('The same images as the model draws them')} />
          {shown.samples && (
            <>
              <figcaption>{t('New')}</figcaption>
              <Pictures
                images={shown.samples}
                label={t('Images that the model draws from random latents')}
              />
            </>
          )}
        </figure>
      )}
    </section>
  );
}
