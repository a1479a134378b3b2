import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { formatCount } from '../../../../src/report/number.js';
import type { PresetName } from '../../../../src/vae/config/presets.js';
import { dataEntry } from '../../data/store.js';
import { helper } from '../../model/helper.js';
import { runs } from '../../runs/store.js';
import { changes, isBusy, phase, run, start, steer } from '../../train/session.js';
import {
  deviceTitles,
  firstSettings,
  likelihoodTitles,
  type Plan,
  presetTitles,
  type TrainSettings,
} from '../../train/settings.js';
import { hasWebGpu } from '../../train/webgpu.js';
import { ChoiceField, ListField, NumberField } from '../../ui/fields.js';
import { Notice } from '../../ui/notice.js';
import { Term } from '../../ui/term.js';
import { DataChoice } from './data-choice.js';

/** The settings of the next run. */
const settings = signal<TrainSettings>(firstSettings);

const entries = <Key extends string>(titles: Readonly<Record<Key, string>>) =>
  Object.entries(titles) as [Key, string][];

/** What a run of these settings is called: `mnist-dense`, or `mnist-dense-2` when there is one. */
function nameFor(data: string, preset: PresetName, title: string): string {
  const base = `${(data.startsWith('kept:') ? title.replace(/: [^:]*$/, '') : data).replace(/[^\w.-]+/g, '_')}-${preset}`;
  const taken = new Set(runs.value?.map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Tells plans apart: by the settings, and by the data that these are for. */
function keyOf(settings: TrainSettings, data: ReturnType<typeof dataEntry>): string {
  return JSON.stringify([settings, data?.shape, data?.size]);
}

/** Chooses what is trained, and how; while it trains, what may change does. */
export function SettingsForm() {
  const [made, setMade] = useState<{ readonly for: string; readonly plan: Plan }>();
  const [problem, setProblem] = useState<string>();
  const isLive = phase.value !== 'idle';
  const live = run.value?.settings;
  const shown = isLive && live ? live : settings.value;
  const shape = dataEntry(shown.data);
  const wanted = keyOf(shown, shape);
  useEffect(() => {
    let current = true;
    if (!shape) return;
    helper()
      .service.plan(shown, shape.shape, shape.size)
      .then(
        (plan) => {
          if (!current) return;
          setMade({ for: wanted, plan });
          setProblem(undefined);
        },
        (error: Error) => current && setProblem(error.message),
      );
    return () => {
      current = false;
    };
  }, [wanted]);
  const set = (given: Partial<TrainSettings>) => {
    settings.value = { ...settings.value, ...given };
  };
  /** Starts what is wanted now: a field may have changed since the form was last drawn. */
  const begin = async () => {
    const now = settings.value;
    const entry = dataEntry(now.data);
    if (!entry) return;
    try {
      const planned =
        made?.for === keyOf(now, entry)
          ? made.plan
          : await helper().service.plan(now, entry.shape, entry.size);
      start(planned, now, nameFor(now.data, planned.settings.preset, entry.title));
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  // What was planned last stays in sight until what is wanted now is planned.
  const plan = made?.plan;
  const isPlanned = made?.for === wanted && problem === undefined;
  const values = plan?.settings;
  const canSteer = phase.value === 'train';
  const fixed = isLive;
  return (
    <form
      class="panel stack settings"
      aria-label="Settings"
      onSubmit={(event) => {
        event.preventDefault();
        begin();
      }}
    >
      <h2>{isLive ? 'Settings of this run' : 'New run'}</h2>
      <DataChoice value={shown.data} disabled={fixed} onChange={(data) => set({ data })} />
      <ChoiceField
        term="preset"
        value={values?.preset ?? shown.preset}
        choices={entries(presetTitles)}
        disabled={fixed}
        onChange={(preset: PresetName) => {
          const { data, device } = settings.value;
          settings.value = { data, preset, ...(device ? { device } : {}) };
        }}
      />
      {isPlanned && plan?.because && <p class="soft small">Chosen for {plan.because}.</p>}
      <div class="pair">
        <NumberField
          term="latent"
          value={values?.latent}
          least={1}
          most={512}
          whole
          disabled={fixed}
          onChange={(latent) => set({ latent })}
        />
        <ListField
          term="hidden"
          value={values?.hidden}
          disabled={fixed || !values?.hidden}
          onChange={(hidden) => set({ hidden })}
        />
      </div>
      <ChoiceField
        term="likelihood"
        value={values?.likelihood}
        choices={entries(likelihoodTitles)}
        disabled={fixed}
        onChange={(likelihood) => set({ likelihood })}
      />
      <div class="pair">
        <NumberField
          term="batch"
          value={values?.batchSize}
          least={1}
          most={4096}
          whole
          unit="images"
          disabled={fixed}
          onChange={(batchSize) => set({ batchSize })}
        />
        <NumberField
          term="epochs"
          value={values?.epochs}
          least={1}
          most={10_000}
          whole
          disabled={fixed}
          onChange={(epochs) => set({ epochs })}
        />
      </div>
      {(hasWebGpu.value || values?.device === 'webgpu') && (
        <ChoiceField
          term="device"
          value={values?.device}
          choices={entries(deviceTitles)}
          disabled={fixed}
          onChange={(device) => set({ device })}
        />
      )}
      <fieldset class="pair" disabled={fixed && !canSteer}>
        <legend class="visually-hidden">May change while it trains</legend>
        <NumberField
          term="learningRate"
          value={(isLive ? changes.value.learningRate : undefined) ?? values?.learningRate}
          least={0}
          most={10}
          disabled={fixed && !canSteer}
          onChange={(learningRate) => (isLive ? steer({ learningRate }) : set({ learningRate }))}
        />
        <NumberField
          term="beta"
          value={(isLive ? changes.value.beta : undefined) ?? values?.beta}
          least={0}
          most={1000}
          disabled={(fixed && !canSteer) || values?.beta === undefined}
          onChange={(beta) => (isLive ? steer({ beta }) : set({ beta }))}
        />
      </fieldset>
      {canSteer && <p class="soft small">Learning rate and β may be changed while it trains.</p>}
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
