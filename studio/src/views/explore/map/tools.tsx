import type { Signal } from '@preact/signals';
import { t } from '../../../language/language.js';
import { ExportButton, type Exports } from '../../../ui/export/export-button.js';
import { numberText } from '../../../ui/number.js';
import type { Exploration } from '../exploration.js';
import type { MapState } from './map-state.js';

/** The map as files. */
function exportsOf(map: MapState, exploration: Exploration): Exports {
  const files = () => import('./export-map.js');
  return {
    png: async () => (await files()).mapPng(map, exploration),
    svg: async () => (await files()).mapSvg(map, exploration),
    ...(exploration.data.value
      ? { csv: async () => (await files()).mapCsv(map, exploration) }
      : {}),
  };
}

/** Switches and buttons under the map, and the place of the walk. */
export function Tools({
  state,
  pans,
  exploration,
}: {
  state: MapState;
  pans: Signal<boolean>;
  exploration: Exploration;
}) {
  const [x, y] = exploration.place.value;
  const [nameX, nameY] = state.names.value;
  return (
    <div class="map-tools">
      <fieldset class="segments">
        <legend class="visually-hidden">{t('What dragging does')}</legend>
        <label>
          <input
            type="radio"
            name="drag"
            checked={!pans.value}
            onChange={() => {
              pans.value = false;
            }}
          />
          {t('Walk')}
        </label>
        <label>
          <input
            type="radio"
            name="drag"
            checked={pans.value}
            onChange={() => {
              pans.value = true;
            }}
          />
          {t('Move map')}
        </label>
      </fieldset>
      <div class="map-zoom">
        <button
          type="button"
          aria-label={t('Zoom out')}
          title={t('Zoom out')}
          onClick={() => state.zoom(0.7)}
        >
          −
        </button>
        <button
          type="button"
          aria-label={t('Zoom in')}
          title={t('Zoom in')}
          onClick={() => state.zoom(1.4)}
        >
          +
        </button>
        <button type="button" onClick={() => state.fit()}>
          {t('Show all')}
        </button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={state.showsPoints.value}
          onChange={(event) => {
            state.showsPoints.value = event.currentTarget.checked;
          }}
        />
        {t('Points')}
      </label>
      {exploration.things !== 'rows' && (
        <label class="check">
          <input
            type="checkbox"
            checked={state.showsImages.value}
            onChange={(event) => {
              state.showsImages.value = event.currentTarget.checked;
            }}
          />
          {t('Decoded grid')}
        </label>
      )}
      <ExportButton
        name={`${exploration.run.name}-map`}
        what={t('the map')}
        exports={exportsOf(state, exploration)}
      />
      <output class="number small soft" data-place>
        {nameX} {numberText(x)}, {nameY} {numberText(y)}
      </output>
    </div>
  );
}
