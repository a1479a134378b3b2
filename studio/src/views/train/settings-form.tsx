import { signal } from '@preact/signals';
import { Fragment } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatCount } from '../../../../src/report/number.js';
import { dataEntry } from '../../data/store.js';
import { helper } from '../../model/helper.js';
import { runs } from '../../runs/store.js';
import { formFields } from '../../train/fields.js';
import { changes, isBusy, phase, run, start, steer } from '../../train/session.js';
import { firstSettings, type Plan, type TrainSettings } from '../../train/settings.js';
import { hasWebGpu } from '../../train/webgpu.js';
import { ListField } from '../../ui/fields.js';
import { Notice } from '../../ui/notice.js';
import { Term } from '../../ui/term.js';
import { DataChoice } from './data-choice.js';
import { OptionField } from './option-field.js';

/** The settings of the next run. */
const settings = signal<TrainSettings>(firstSettings);

/** The fields that may change while a model trains. */
const live = formFields.filter((field) => field.live);

/** What a run of these settings is called: `mnist-dense`, or `mnist-dense-2` when there is one. */
function nameFor(data: string, preset: string, title: string): string {
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
  const kept = run.value?.settings;
  const shown = isLive && kept ? kept : settings.value;
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
  const planned = formFields.filter(
    ({ path, live, name }) =>
      path !== 'preset' &&
      !live &&
      (name !== 'device' || hasWebGpu.value || values?.device === 'webgpu'),
  );
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
      {formFields
        .filter(({ path }) => path === 'preset')
        .map((field) => (
          <OptionField
            key={field.name}
            field={field}
            value={values?.preset ?? shown.preset}
            disabled={fixed}
            onChange={(preset) => {
              const { data, device } = settings.value;
              settings.value = { data, preset: String(preset), ...(device ? { device } : {}) };
            }}
          />
        ))}
      {isPlanned && plan?.because && <p class="soft small">Chosen for {plan.because}.</p>}
      <div class="fields">
        {planned.map((field) => (
          <Fragment key={field.name}>
            <OptionField
              field={field}
              value={values?.[field.name]}
              disabled={fixed}
              onChange={(value) => set({ [field.name]: value })}
            />
            {field.name === 'latent' && (
              <ListField
                term="hidden"
                value={values?.hidden}
                disabled={fixed || !values?.hidden}
                onChange={(hidden) => set({ hidden })}
              />
            )}
          </Fragment>
        ))}
      </div>
      <fieldset class="fields" disabled={fixed && !canSteer}>
        <legend class="visually-hidden">May change while it trains</legend>
        {live.map((field) => (
          <OptionField
            key={field.name}
            field={field}
            value={(isLive ? changes.value[field.name] : undefined) ?? values?.[field.name]}
            disabled={(fixed && !canSteer) || values?.[field.name] === undefined}
            onChange={(value) =>
              isLive ? steer({ [field.name]: Number(value) }) : set({ [field.name]: value })
            }
          />
        ))}
      </fieldset>
      {canSteer && (
        <p class="soft small">
          {live.map(({ field }) => field.label).join(' and ')} may be changed while it trains.
        </p>
      )}
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
