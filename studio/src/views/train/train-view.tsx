import { useEffect } from 'preact/hooks';
import { ThreadsNotice } from '../../offline/threads-notice.js';
import { guardWork } from '../../train/leaving.js';
import { goOn, marginals, phase, restore, run } from '../../train/session.js';
import { hearOthers } from '../../train/watching.js';
import { later } from '../../ui/later.js';
import { Intro } from '../learn/intro.js';
import { KeptRuns } from './kept-runs.js';
import { Reconstructions } from './reconstructions.js';
import { SettingsForm } from './settings-form.js';
import { Status } from './status.js';
import { SteeringPanel } from './steering-panel.js';
import './train.css';

const Curves = later(async () => (await import('./curves.js')).Curves);
const LearningPanel = later(
  async () => (await import('./learning/learning-panel.js')).LearningPanel,
);
const Synthetic = later(async () => (await import('./synthetic.js')).Synthetic);

guardWork();
hearOthers(goOn);

/** Trains a model in this page. */
export function TrainView() {
  useEffect(() => {
    restore();
  }, []);
  const isNew = phase.value === 'idle' || run.value === undefined;
  return (
    <div class={`train ${isNew ? 'new' : 'live'}`}>
      <SettingsForm />
      <div class="stack">
        <ThreadsNotice />
        {isNew ? (
          <Intro />
        ) : (
          <>
            <Status />
            <LearningPanel />
            <SteeringPanel settings={run.value!.settings} />
            <Reconstructions />
            {marginals.value && <Synthetic marginals={marginals.value} />}
            <Curves />
          </>
        )}
        <KeptRuns />
      </div>
    </div>
  );
}
