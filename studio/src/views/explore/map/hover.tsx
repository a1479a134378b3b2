import type { ComponentChildren } from 'preact';
import { t } from '../../../language/language.js';
import { Pictures } from '../../../ui/pictures.js';
import { type Exploration, rowsOf } from '../exploration.js';
import type { MapState } from './map-state.js';

/** The image under the pointer. */
export function Hover({
  exploration,
  state,
  describe,
}: {
  exploration: Exploration;
  state: MapState;
  describe: ((index: number) => ComponentChildren) | undefined;
}) {
  const [hover, data, view] = [state.hover.value, exploration.data.value, state.view.value];
  if (!hover || !data || !view) return null;
  const [x, y] = hover.at;
  const label = data.labels?.[hover.index];
  const place = data.places[hover.index];
  const name = label === undefined ? '' : (data.info.classNames?.[label] ?? String(label));
  return (
    <div
      class="map-hover"
      style={{
        left: `${Math.min(x + 14, view.width - 90)}px`,
        top: `${y > view.height - 130 ? y - 118 : y + 14}px`,
      }}
    >
      {describe?.(hover.index) ?? (
        <>
          <Pictures
            images={rowsOf(data.images, [hover.index])}
            label={t('Image {place}', { place: String(place) })}
          />
          <span>
            {name} <span class="soft">#{place}</span>
          </span>
        </>
      )}
    </div>
  );
}
