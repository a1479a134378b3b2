import { t } from '../../../language/language.js';
import type { Exploration } from '../exploration.js';
import { lookOf } from './looks.js';
import type { MapState } from './map-state.js';
import { PointMark } from './point-mark.js';

/** The classes with their colours; each is a switch for its points. */
export function Legend({ exploration, state }: { exploration: Exploration; state: MapState }) {
  const data = exploration.data.value;
  const grouping = exploration.grouping.value;
  const labels = grouping?.labels ?? data?.labels;
  if (!labels) return null;
  const names = grouping?.names ?? data?.info.classNames;
  const classes = state.classes.value;
  const hidden = state.hidden.value;
  const toggle = (label: number) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    state.hidden.value = next;
  };
  return (
    <fieldset class="legend">
      <legend class="visually-hidden">{t('Classes on the map')}</legend>
      {classes.map((label) => (
        <button
          key={label}
          type="button"
          class="quiet"
          aria-pressed={!hidden.has(label)}
          onClick={() => toggle(label)}
        >
          <PointMark look={lookOf(exploration, label)} />
          {names?.[label] ?? label}
        </button>
      ))}
      <button
        type="button"
        class="quiet"
        onClick={() => state.showClasses(hidden.size === 0 ? [] : undefined)}
      >
        {hidden.size === 0 ? t('Hide all') : t('Show all classes')}
      </button>
    </fieldset>
  );
}
