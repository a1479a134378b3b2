import { t } from '../../language/language.js';
import type { Numbers } from '../../model/numbers.js';
import { Pictures } from '../../ui/pictures.js';

/** Values in a row of a layer's picture. */
const across = 32;

/** Channels of a layer that are shown. */
const mostChannels = 32;

/** The output of a layer for one example: a picture a channel where it has positions. */
export function LayerOutput({ output: { data, dims } }: { output: Numbers }) {
  const values = data as Float32Array;
  const on = values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  const [, channels = 1, ...positions] = dims;
  const words = { count: values.length, on };
  if (positions.length === 0) {
    return (
      <figure class="stack-tight">
        <figcaption class="small soft">
          {t('Its {count} values now; {on} are not 0', words)}
        </figcaption>
        <Pictures
          images={asOnePicture(values)}
          label={t('The values of the layer, the largest white')}
        />
      </figure>
    );
  }
  const [height, width] =
    positions.length === 1 ? [1, positions[0]!] : (positions as [number, number]);
  const shown = Math.min(mostChannels, channels);
  return (
    <figure class="stack-tight">
      <figcaption class="small soft">
        {t('Its {count} values now; {on} are not 0', words)}
        {'. '}
        {t('Feature maps of {shown} of {channels} channels, in each the largest value white', {
          shown,
          channels,
        })}
      </figcaption>
      <Pictures
        images={featureMaps(values, [shown, height, width])}
        columns={height === 1 ? 1 : 8}
        gap={1}
        label={t('The feature maps of the layer')}
      />
    </figure>
  );
}

/** Sizes of values over the largest, from 0 to 1. */
function sizes(values: Float32Array): Float32Array {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-12);
  return values.map((value) => Math.abs(value) / most);
}

/** Values that have no order, in rows. */
function asOnePicture(values: Float32Array): Numbers {
  const columns = Math.min(across, values.length);
  const data = new Float32Array(columns * Math.ceil(values.length / columns));
  data.set(sizes(values));
  return { data, dims: [1, 1, data.length / columns, columns] };
}

/** The first channels as pictures, each by its own largest value. */
function featureMaps(
  values: Float32Array,
  [shown, height, width]: readonly [number, number, number],
): Numbers {
  const pixels = height * width;
  const data = new Float32Array(shown * pixels);
  for (let i = 0; i < shown; i++) {
    data.set(sizes(values.subarray(i * pixels, (i + 1) * pixels)), i * pixels);
  }
  return { data, dims: [shown, 1, height, width] };
}
