import { amount, t } from '../../../language/language.js';
import { rich } from '../../../language/rich.js';
import { ExportButton } from '../../../ui/export/export-button.js';
import { csvFile } from '../../../ui/export/picture-exports.js';
import { nats } from '../../../ui/number.js';
import { Term } from '../../../ui/term.js';
import type { Exploration } from '../exploration.js';
import { latentName } from '../map/map-state.js';
import { wordOf } from '../things.js';
import './latents.css';

/** Reach of the sliders where the prior is a standard normal distribution. */
const reach = 3;

/** Bounds of each latent's slider. */
function boundsOf(exploration: Exploration): [low: number, high: number][] {
  const { latent } = exploration.info.config;
  const bounds = Array.from({ length: latent }, (): [number, number] =>
    exploration.info.hasPrior || !exploration.data.value ? [-reach, reach] : [0, 0],
  );
  exploration.data.value?.mean.data.forEach((value, i) => {
    const bound = bounds[i % latent]!;
    if (value < bound[0]) bound[0] = value;
    if (value > bound[1]) bound[1] = value;
  });
  return bounds;
}

/** A slider a latent; the latents that say most come first. */
export function LatentsPanel({ exploration }: { exploration: Exploration }) {
  const [usage, z] = [exploration.usage.value, exploration.z.value];
  const kl = usage?.klPerLatent;
  const order = Array.from(z, (_, i) => i);
  if (kl) order.sort((a, b) => kl[b]! - kl[a]!);
  const most = kl ? Math.max(...kl, 1e-9) : 1;
  const bounds = boundsOf(exploration);
  const set = (latent: number, value: number) => {
    const next = Float32Array.from(exploration.z.value);
    next[latent] = value;
    exploration.standAt(next);
  };
  return (
    <>
      <p class="small">
        {kl
          ? rich(
              'Sorted by {kl}, the mean over {count} {things} in {nats}: those above change the most.',
              {
                kl: <Term name="kl" />,
                count: amount(usage.examples),
                things: wordOf(exploration.things),
                nats: <Term name="nats" />,
              },
            )
          : t('Each slider changes one latent; what is decoded follows.')}
      </p>
      <ul class="sliders">
        {order.map((latent) => {
          const [low, high] = bounds[latent]!;
          const kls = kl?.[latent];
          return (
            <li key={latent} class={usage?.collapsed.has(latent) ? 'collapsed' : ''}>
              <label>
                <span class="slider-name">{latentName(latent)}</span>
                <input
                  type="range"
                  min={low}
                  max={high}
                  step={(high - low) / 400 || 'any'}
                  value={z[latent]}
                  onInput={(event) => set(latent, event.currentTarget.valueAsNumber)}
                />
                <span class="number small">{z[latent]!.toFixed(2).replace('-', '−')}</span>
              </label>
              {kls !== undefined && (
                <span class="slider-kl small number">
                  <span class="bar" style={{ width: `${(100 * kls) / most}%` }} />
                  {usage?.collapsed.has(latent) ? (
                    <Term name="collapsed">{t('collapsed')}</Term>
                  ) : (
                    `${kls.toFixed(2)}${nats}`
                  )}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <div class="row">
        <button type="button" onClick={() => exploration.standAt(new Float32Array(z.length))}>
          {t('All to 0')}
        </button>
        {kl && (
          <ExportButton
            name={`${exploration.run.name}-latents`}
            what={t('the latents')}
            exports={{
              csv: () =>
                csvFile(() => [
                  ['latent', 'kl_nats', 'collapsed'],
                  ...order.map((i) => [`z${i + 1}`, kl[i]!, String(usage.collapsed.has(i))]),
                ]),
            }}
          />
        )}
      </div>
    </>
  );
}
