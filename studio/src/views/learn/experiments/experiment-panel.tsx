import { addressOf } from '../../../app/route.js';
import { t } from '../../../language/language.js';
import { isBusy, pause } from '../../../train/session.js';
import './experiments.css';
import { type Experiment, experiments } from './experiments.js';
import { runExperiment } from './run-experiment.js';
import { type Experimenting, experimenting } from './state.js';

/** The experiment under way, over all views: its course, and at its end a question with an answer. */
export function ExperimentPanel() {
  const now = experimenting.value;
  const experiment = experiments.find(({ name }) => name === now?.name);
  if (!now || !experiment) return null;
  const close = () => {
    experimenting.value = undefined;
  };
  return (
    <section class="panel stack-tight experiment" aria-labelledby="experiment">
      <h2 id="experiment">{t('Experiment: {title}', { title: t(experiment.title) })}</h2>
      <div role="status">
        <Course experiment={experiment} now={now} />
      </div>
      {now.state === 'done' && (
        <>
          <details>
            <summary>{t('Answer')}</summary>
            <p>{t(experiment.answer)}</p>
          </details>
          <Links experiment={experiment} now={now} />
        </>
      )}
      <div class="row">
        {now.state === 'running' && (
          <button type="button" disabled={!isBusy.value} onClick={pause}>
            {t('Stop the experiment')}
          </button>
        )}
        {now.state === 'stopped' && (
          <button type="button" disabled={isBusy.value} onClick={() => runExperiment(experiment)}>
            {t('Start it again')}
          </button>
        )}
        {now.state !== 'running' && (
          <button type="button" class="quiet" onClick={close}>
            {t('Close the experiment')}
          </button>
        )}
      </div>
    </section>
  );
}

interface Part {
  readonly experiment: Experiment;
  readonly now: Experimenting;
}

/** Shows how far the experiment is. */
function Course({ experiment, now }: Part) {
  if (now.state === 'done') return <p>{t(experiment.question)}</p>;
  if (now.state === 'stopped') {
    return <p>{t('It was stopped before all runs were done. These are kept.')}</p>;
  }
  return (
    <p>
      {t(experiment.text)}{' '}
      {t('Training run {run} of {runs}: {title}.', {
        run: now.place + 1,
        runs: experiment.runs.length,
        title: t(experiment.runs[now.place]!.title),
      })}
    </p>
  );
}

/** Ways to the runs: the map of each, and all side by side. */
function Links({ experiment, now }: Part) {
  return (
    <p class="row">
      {now.runs.map((id, i) => (
        <a key={id} href={addressOf('explore', id)}>
          {t('Explore {title}', { title: t(experiment.runs[i]!.title) })}
        </a>
      ))}
      {now.runs.length > 1 && <a href={addressOf('compare', ...now.runs)}>{t('Compare all')}</a>}
    </p>
  );
}
