import { pictures } from '../../train/session.js';
import { areLines, LinePairs, Pictures } from '../../ui/pictures.js';

/** Sequences beside one another in the view. */
const sequenceColumns = 5;

/** Shows fixed test examples, and the model's reconstructions of them as it learns. */
export function Reconstructions() {
  const shown = pictures.value;
  if (!shown) return null;
  const isSequence = areLines(shown.originals);
  return (
    <section class="panel stack" aria-labelledby="reconstructions">
      <div>
        <h2 id="reconstructions">Reconstructions</h2>
        <p class="soft small">
          {isSequence
            ? 'Sequences that the model is not trained on as wide, pale lines, and what it draws of them as thin ones.'
            : 'Images that the model is not trained on, and below each what it draws of it.'}
        </p>
      </div>
      {isSequence ? (
        <figure class="line-pairs">
          <LinePairs
            {...shown}
            columns={sequenceColumns}
            label="Test sequences, and the same as the model draws them"
          />
        </figure>
      ) : (
        <figure class="reconstructions">
          <figcaption>Image</figcaption>
          <Pictures images={shown.originals} label="Test images" />
          <figcaption>Drawn</figcaption>
          <Pictures images={shown.made} label="The same images as the model draws them" />
        </figure>
      )}
    </section>
  );
}
