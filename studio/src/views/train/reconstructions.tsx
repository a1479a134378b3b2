import { pictures } from '../../train/session.js';
import { Pictures } from '../../ui/pictures.js';

/** Shows fixed test images, and the model's reconstructions of them as it learns. */
export function Reconstructions() {
  const shown = pictures.value;
  if (!shown) return null;
  return (
    <section class="panel stack" aria-labelledby="reconstructions">
      <div>
        <h2 id="reconstructions">Reconstructions</h2>
        <p class="soft small">
          Images that the model is not trained on, and below each what it draws of it.
        </p>
      </div>
      <figure class="reconstructions">
        <figcaption>Image</figcaption>
        <Pictures images={shown.originals} label="Test images" />
        <figcaption>Drawn</figcaption>
        <Pictures images={shown.made} label="The same images as the model draws them" />
      </figure>
    </section>
  );
}
