import { signal } from '@preact/signals';
import { formatCount } from '../../../../src/report/number.js';
import { isBusy, phase, run } from '../../train/session.js';
import { firstSettings, type TrainSettings } from '../../train/settings.js';
import { Notice } from '../../ui/notice.js';
import { Term } from '../../ui/term.js';
import { DataChoice } from './data-choice.js';
import { usePlanning } from './planning.js';
import { FixedFields, LiveFields, liveLabels, PresetField } from './settings-fields.js';

/** The settings of the next run. */
const settings = signal<TrainSettings>(firstSettings);

const change = (given: Partial<TrainSettings>) => {
  settings.value = { ...settings.value, ...given };
};

/** Another network brings its own values of all other options but the device. */
const choosePreset = (preset: string) => {
  const { data, device } = settings.value;
  settings.value = { data, preset, ...(device ? { device } : {}) };
};

/** Chooses the data, the network and how it trains; while it trains, some of it may change. */
export function SettingsForm() {
  const isLive = phase.value !== 'idle';
  const kept = run.value?.settings;
  const shown = isLive && kept ? kept : settings.value;
  const { plan, isPlanned, problem, begin } = usePlanning(shown);
  const values = plan?.settings;
  const canSteer = phase.value === 'train';
  return (
    <form
      class="panel stack settings"
      aria-label="Settings"
      onSubmit={(event) => {
        event.preventDefault();
        // Not the settings that are shown: a field may have changed since the form was last drawn.
        begin(settings.value);
      }}
    >
      <h2>{isLive ? 'Settings of this run' : 'New run'}</h2>
      <DataChoice value={shown.data} disabled={isLive} onChange={(data) => change({ data })} />
      <PresetField
        value={values?.preset ?? shown.preset}
        disabled={isLive}
        onChange={choosePreset}
      />
      {isPlanned && plan?.because && <p class="soft small">Chosen for {plan.because}.</p>}
      <FixedFields values={values} disabled={isLive} onChange={change} />
      <LiveFields
        values={values}
        disabled={isLive && !canSteer}
        steers={isLive}
        onChange={change}
      />
      {canSteer && <p class="soft small">{liveLabels} may be changed while it trains.</p>}
      <p class="row parameter-count">
        <Term name="parameters" />
        <strong class="number">{plan ? formatCount(plan.summary.parameters) : '…'}</strong>
      </p>
      {problem && <Notice kind="error">{problem}</Notice>}
      {!isLive && (
        <button type="submit" class="primary" disabled={!isPlanned || isBusy.value}>
          Start training
        </button>
      )}
    </form>
  );
}
