import { t } from '../../language/language.js';
import { rich } from '../../language/rich.js';
import { later } from '../../ui/later.js';
import { Term } from '../../ui/term.js';

const ExperimentList = later(
  async () => (await import('./experiments/experiment-list.js')).ExperimentList,
);

const FirstMinute = later(async () => (await import('./first-minute.js')).FirstMinute);

/** Tells the purpose of the page, with a model to play with at once. */
export function Intro() {
  return (
    <div class="stack">
      <section class="panel stack intro">
        <h1>{t('Images from two numbers')}</h1>
        <p>
          {rich(
            'A {vae} squeezes every image into a few numbers, its {latents}, and makes it again from them. This one has two, so all that it can draw lies on a map: drag across it.',
            {
              vae: <Term name="vae">{t('variational autoencoder')}</Term>,
              latents: <Term name="latent">{t('latents')}</Term>,
            },
          )}
        </p>
        <FirstMinute />
      </section>
      <ExperimentList />
    </div>
  );
}
