import { t } from '../../language/language.js';
import { pictures } from '../../train/session.js';
import { areLines, LinePairs, Pictures } from '../../ui/pictures.js';

/** Sequences beside one another in the view. */
const sequenceColumns = 5;

/** Shows fixed examples, and the model's reconstructions of them as it learns. */
export function Reconstructions() {
  const shown = pictures.value;
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
        </figure>
      )}
    </section>
  );
}
