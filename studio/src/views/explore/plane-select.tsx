import { t } from '../../language/language.js';
import { nats } from '../../ui/number.js';
import type { Exploration, PlaneChoice } from './exploration.js';
import { latentName } from './map/map-state.js';

/** Chooses the two directions of the map, for more than two latents. */
export function PlaneSelect({ exploration }: { exploration: Exploration }) {
  const { kind, pair } = exploration.choice.value;
  const [usage, components] = [exploration.usage.value, exploration.components.value];
  const { latent } = exploration.info.config;
  const total = components?.variances.reduce((a, b) => a + b, 0) ?? 1;
  const order = Array.from({ length: latent }, (_, i) => i);
  if (usage && kind === 'latents') {
    order.sort((a, b) => usage.klPerLatent[b]! - usage.klPerLatent[a]!);
  }
  const name = (i: number) => {
    if (kind === 'components') {
      return t('component {n} ({share} %)', {
        n: i + 1,
        share: Math.round((100 * components!.variances[i]!) / total),
      });
    }
    return usage ? `${latentName(i)} (${usage.klPerLatent[i]!.toFixed(2)}${nats})` : latentName(i);
  };
  const choose = (next: Partial<PlaneChoice>) => {
    const [first, second] = next.pair ?? pair;
    // The same direction twice makes no plane: the other axis takes the former one of this.
    const apart: PlaneChoice['pair'] =
      first !== second ? [first, second] : first === pair[0] ? [pair[1], second] : [first, pair[0]];
    exploration.choose({ kind, ...next, pair: apart });
  };
  const axis = (at: 0 | 1) => (
    <label class="field">
      {at === 0 ? t('Right') : t('Up')}
      <select
        value={pair[at]}
        onChange={(event) => {
          const value = Number(event.currentTarget.value);
          choose({ pair: at === 0 ? [value, pair[1]] : [pair[0], value] });
        }}
      >
        {order.map((i) => (
          <option key={i} value={i}>
            {name(i)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <label class="field">
        <span>{t('Map of')}</span>
        <select
          value={kind}
          onChange={(event) => {
            const next = event.currentTarget.value as PlaneChoice['kind'];
            choose({
              kind: next,
              pair: next === 'components' || !usage ? [0, 1] : mostTelling(usage.klPerLatent),
            });
          }}
        >
          <option value="components" disabled={!components}>
            {t('principal components')}
          </option>
          <option value="latents">{t('latents')}</option>
        </select>
      </label>
      {axis(0)}
      {axis(1)}
    </>
  );
}

/** The two latents with the largest KL. */
function mostTelling(kl: readonly number[]): [number, number] {
  const order = kl.map((_, i) => i).sort((a, b) => kl[b]! - kl[a]!);
  return [order[0]!, order[1]!];
}
