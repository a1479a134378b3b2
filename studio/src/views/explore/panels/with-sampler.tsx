import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../../../language/language.js';
import { rich } from '../../../language/rich.js';
import { later } from '../../../ui/later.js';
import { Term } from '../../../ui/term.js';
import type { Exploration } from '../exploration.js';

const SamplerChoice = later(async () => (await import('./sampler-choice.js')).SamplerChoice);

/**
 * The drawings of a model, where it has a prior or a sampler, above the choice of a sampler.
 * @param children draws anew for each number of fits
 */
export function WithSampler({
  exploration,
  children,
}: {
  exploration: Exploration;
  children: (fits: number) => ComponentChildren;
}) {
  const fits = useSignal(0);
  const { hasPrior } = exploration.info;
  const canDraw = hasPrior || fits.value > 0;
  return (
    <>
      {canDraw ? (
        children(fits.value)
      ) : (
        <p>
          {rich(
            'This model has no {prior} to draw from: its objective puts no shape on the latents. Fit a sampler to them.',
            { prior: <Term name="prior">{t('prior')}</Term> },
          )}
        </p>
      )}
      <details open={!hasPrior}>
        <summary>{t('Other samplers')}</summary>
        <SamplerChoice
          exploration={exploration}
          onFitted={() => {
            fits.value++;
          }}
        />
      </details>
    </>
  );
}
