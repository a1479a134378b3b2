import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../../../language/language.js';
import { drawImages, Pictures } from '../../../ui/pictures.js';
import { type Exploration, rowsOf } from '../exploration.js';

/** The picked image, and the image decoded where the walk stands, over a corner of the map. */
export function Inset({ exploration }: { exploration: Exploration }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const decoded = exploration.decoded.value;
    // Drawn at once, not with the next change of the page: it must not be a frame late.
    if (decoded && canvas.current) drawImages(canvas.current, decoded);
  });
  const [data, picked] = [exploration.data.value, exploration.picked.value];
  const label = picked === undefined ? undefined : data?.labels?.[picked];
  return (
    <div class="map-inset">
      {data && picked !== undefined && (
        <figure>
          <Pictures
            images={rowsOf(data.images, [picked])}
            label={t('Image {place}', { place: String(data.places[picked]) })}
          />
          <figcaption>
            {label === undefined
              ? t('Image {place}', { place: String(data.places[picked]) })
              : (data.info.classNames?.[label] ?? label)}
          </figcaption>
        </figure>
      )}
      <figure>
        <canvas
          ref={canvas}
          class={exploration.things === 'images' ? 'pixels' : ''}
          role="img"
          aria-label={t('Decoded image')}
          data-decoded
        />
        <figcaption>{t('decoded')}</figcaption>
      </figure>
    </div>
  );
}
