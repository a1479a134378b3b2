import { useEffect } from 'preact/hooks';
import { phase, restore, run } from '../../train/session.js';
import { Curves } from './curves.js';
import { Intro } from './intro.js';
import { KeptRuns } from './kept-runs.js';
import { Reconstructions } from './reconstructions.js';
import { SettingsForm } from './settings-form.js';
import { Status } from './status.js';
import './train.css';

/** Trains a model in this page. */
export function TrainView() {
  useEffect(() => {
    restore();
  }, []);
  const isNew = phase.value === 'idle' || run.value === undefined;
  return (
    <div class="train">
      <SettingsForm />
      <div class="stack">
        {isNew ? (
          <Intro />
        ) : (
          <>
            <Status />
            <Curves />
            <Reconstructions />
          </>
        )}
        <KeptRuns />
      </div>
    </div>
  );
}
