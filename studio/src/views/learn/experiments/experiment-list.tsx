import { titleOf } from '../../../data/store.js';
import { t } from '../../../language/language.js';
import { isBusy } from '../../../train/session.js';
import './experiments.css';
import { experiments } from './experiments.js';
import { dataOfExperiments, runExperiment } from './run-experiment.js';

/** The experiments, each with a button that starts it. */
export function ExperimentList() {
  return (
    <section class="panel stack" aria-labelledby="experiments">
      <div>
        <h2 id="experiments">{t('Experiments')}</h2>
        <p class="soft small">
          {t(
            'Each trains one to three small networks here, in about half a minute, and ends with a question. Data: {data}.',
            {
              data: titleOf(dataOfExperiments()),
            },
          )}
        </p>
      </div>
      <ul class="experiments">
        {experiments.map((experiment) => (
          <li key={experiment.name}>
            <h3>{t(experiment.title)}</h3>
            <p class="small">{t(experiment.text)}</p>
            <button
              type="button"
              disabled={isBusy.value}
              aria-label={t('Start: {title}', { title: t(experiment.title) })}
              onClick={() => runExperiment(experiment)}
            >
              {t('Start')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
