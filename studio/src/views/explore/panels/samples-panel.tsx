import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { amount, t } from '../../../language/language.js';
import { rich } from '../../../language/rich.js';
import type { Numbers } from '../../../model/api.js';
import { ExportButton } from '../../../ui/export/export-button.js';
import { pictureExports } from '../../../ui/export/picture-exports.js';
import { Pictures } from '../../../ui/pictures.js';
import { Term } from '../../../ui/term.js';
import { tie } from '../address/tie.js';
import type { Exploration } from '../exploration.js';
import { wordOf } from '../things.js';
import { WithSampler } from './with-sampler.js';

/** Number of samples shown, and number beside one another: lines need more room. */
const layouts = {
  images: { count: 48, columns: 8 },
  sequences: { count: 24, columns: 4 },
};

/** Images decoded from draws of the prior, or of a sampler that is fitted to the latents. */
export function SamplesPanel({ exploration }: { exploration: Exploration }) {
  return (
    <WithSampler exploration={exploration}>
      {(fits) => <Samples key={fits} exploration={exploration} />}
    </WithSampler>
  );
}

function Samples({ exploration }: { exploration: Exploration }) {
  const seed = useSignal(0);
  const images = useSignal<Numbers | undefined>(undefined);
  useEffect(
    () =>
      tie([
        {
          name: 'draw',
          text: () => (seed.value === 0 ? undefined : String(seed.value)),
          take(text = '0') {
            seed.value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
          },
        },
      ]),
    [],
  );
  const { classes } = exploration.info;
  const { count, columns } = layouts[exploration.things === 'sequences' ? 'sequences' : 'images'];
  useSignalEffect(() => {
    const label = classes === undefined ? undefined : exploration.label.value;
    let current = true;
    exploration.service.sample(exploration.id, count, { seed: seed.value, label }).then(
      (made) => {
        if (current) images.value = made;
      },
      (error: Error) => {
        if (current) exploration.problem.value = error.message;
      },
    );
    return () => {
      current = false;
    };
  });
  return (
    <>
      <p class="small">
        {rich(
          '{count} {things} decoded from draws of the {prior}: what the model invents by itself.',
          {
            count: amount(count),
            things: wordOf(exploration.things),
            prior: <Term name="prior">{t('prior')}</Term>,
          },
        )}{' '}
        {classes !== undefined && t('All have the chosen class.')}
      </p>
      {images.value && (
        <Pictures
          class="samples"
          images={images.value}
          columns={columns}
          gap={1}
          label={t('{count} samples from the prior', { count })}
        />
      )}
      <div class="row">
        <button
          type="button"
          onClick={() => {
            seed.value++;
          }}
        >
          {t('Draw others')}
        </button>
        <ExportButton
          name={`${exploration.run.name}-samples`}
          what={t('the samples')}
          disabled={!images.value}
          exports={pictureExports(() => images.value!, columns, exploration.things === 'sequences')}
        />
      </div>
    </>
  );
}
