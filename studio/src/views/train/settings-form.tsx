import { useState } from 'preact/hooks';
import { formatCount } from '../../../../src/report/number.js';
import { unavailable } from '../../data/available.js';
import { dataEntry } from '../../data/store.js';
import { t, translated } from '../../language/language.js';
import { choose, choosePreset, chosen } from '../../train/chosen.js';
import { isBusy, phase, run, runValues } from '../../train/session.js';
import { FaultsOfForm, noFaults } from '../../ui/faults.js';
import { later } from '../../ui/later.js';
import { Notice } from '../../ui/notice.js';
import { Term } from '../../ui/term.js';
import { DataChoice } from './data-choice.js';
import { FaultList } from './fault-list.js';
import { PlannedNetwork } from './planned-network.js';
import { usePlanning } from './planning.js';
import { FixedFields, LiveFields, ownLayers, PresetField } from './settings-fields.js';

const EstimatedTime = later(async () => (await import('./estimate.js')).EstimatedTime);

const AllSettings = later(async () => (await import('./all-settings/all-settings.js')).AllSettings);

/** Chooses the data, the network and how it trains; while it trains, some of it may change. */
export function SettingsForm() {
  const isLive = phase.value !== 'idle';
  const kept = run.value?.settings;
  const shown = isLive && kept ? kept : chosen.value;
  const planning = usePlanning(shown);
  const { plan, isPlanned, problem, begin } = planning;
  const own = isLive ? runValues.value : undefined;
  const values = own ?? plan?.settings;
  const parameters = (isLive ? run.value?.parameters : undefined) ?? plan?.summary.parameters;
  const [faults] = useState(noFaults);
  const [isOpen, setIsOpen] = useState(false);
  const entry = dataEntry(shown.data);
  const isThere = !unavailable.value.has(shown.data);
  const canStart = plan !== undefined && problem === undefined && isThere && !isBusy.value;
  const form = (
    <form
      class="panel stack settings"
      aria-label={t('Settings')}
      data-planned={isPlanned}
      onSubmit={(event) => {
        event.preventDefault();
        // Takes the latest settings, not the shown ones: a field may have changed since the form was last drawn.
        if (canStart && faults.value.size === 0) begin(chosen.value);
      }}
    >
      <h2>{isLive ? t('Settings of this run') : t('New run')}</h2>
      <DataChoice value={shown.data} disabled={isLive} onChange={(data) => choose({ data })} />
      {(own === undefined || own.preset !== undefined) && (
        <PresetField
          value={shown.more?.model?.encoder ? ownLayers : (values?.preset ?? shown.preset)}
          disabled={isLive}
          onChange={choosePreset}
        />
      )}
      {isPlanned && plan?.because && (
        <p class="soft small">{t('Chosen for {data}.', { data: translated(plan.because) })}</p>
      )}
      {problem && <Notice kind="error">{problem}</Notice>}
      {!isLive && (
        <>
          <button type="submit" class="primary" disabled={!canStart || faults.value.size > 0}>
            {t('Start training')}
          </button>
          <FaultList faults={faults.value} />
          {canStart && isPlanned && entry && faults.value.size === 0 && (
            <EstimatedTime plan={plan} data={entry} />
          )}
        </>
      )}
      <p class="row parameter-count">
        <Term name="parameters" />
        <strong class="number">{parameters === undefined ? '…' : formatCount(parameters)}</strong>
      </p>
      {plan && <PlannedNetwork plan={plan} />}
      <FixedFields
        values={values}
        trainedOn={plan?.trainedOn}
        disabled={isLive}
        onChange={choose}
      />
      {!isLive && (
        <>
          <LiveFields values={values} disabled={false} steers={false} onChange={choose} />
          <button type="button" onClick={() => setIsOpen(true)}>
            {t('All settings')}
          </button>
        </>
      )}
    </form>
  );
  return (
    <FaultsOfForm.Provider value={faults}>
      {form}
      {isOpen && plan && !isLive && (
        <AllSettings planning={planning} onClose={() => setIsOpen(false)} />
      )}
    </FaultsOfForm.Provider>
  );
}
