import { useEffect, useState } from 'preact/hooks';
import type { DataEntry } from '../../data/store.js';
import { counted, t } from '../../language/language.js';
import { startModelWorker } from '../../model/client.js';
import type { Measured } from '../../model/measure.js';
import { choose, choosePreset } from '../../train/chosen.js';
import { aboutDuration, estimate, longSeconds } from '../../train/estimate.js';
import { titleOfValue } from '../../train/fields.js';
import type { Plan } from '../../train/settings.js';
import { hasWebGpu } from '../../train/webgpu.js';
import { Notice } from '../../ui/notice.js';
import { factsOf } from './planning.js';

/** Settings rest for so long before a step is measured, in milliseconds. */
const rest = 1500;

/** Steps that were measured, by all that their time depends on. */
const known = new Map<string, Measured>();

/** Settings that the time of a step depends on, as a key. */
function keyOf({ config: { model, training } }: Plan): string {
  const { batchSize, optimizer, device, threads, accumulate, binarize, augment } = training;
  return JSON.stringify([
    model,
    [batchSize, optimizer, device, threads, accumulate, binarize, augment],
  ]);
}

/** Measures a step of a plan by a worker of its own, once nothing changes; a change ends it at once. */
function useMeasured(plan: Plan, data: DataEntry) {
  const key = keyOf(plan);
  const [made, setMade] = useState<{ readonly key: string; readonly problem?: string }>();
  useEffect(() => {
    if (known.has(key)) return;
    const stopping = new AbortController();
    const measure = async () => {
      const client = startModelWorker();
      stopping.signal.addEventListener('abort', client.stop);
      try {
        known.set(key, await client.service.measureStep(plan.config, factsOf(data)));
        setMade({ key });
      } catch (error) {
        if (!stopping.signal.aborted) setMade({ key, problem: (error as Error).message });
      } finally {
        client.stop();
      }
    };
    const timer = setTimeout(measure, rest);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [key]);
  const problem = made?.key === key ? made.problem : undefined;
  return { measured: known.get(key), problem };
}

/** Tells how long a planned training will take here; of a long one, with ways to a shorter. */
export function EstimatedTime({ plan, data }: { plan: Plan; data: DataEntry }) {
  const { measured, problem } = useMeasured(plan, data);
  if (problem) return <Notice kind="error">{problem}</Notice>;
  if (!measured) return <p class="soft small">{t('How long will it take? A step is measured…')}</p>;
  const { seconds, fewerEpochs } = estimate(plan, measured);
  const epochs = counted(Number(plan.settings.epochs), { one: '{n} epoch', other: '{n} epochs' });
  const words = t('About {time} for {epochs} on this machine.', {
    time: aboutDuration(seconds),
    epochs,
  });
  const faster = seconds > waitedSeconds && (
    <OtherDevice plan={plan} data={data} seconds={seconds} />
  );
  if (seconds <= longSeconds) {
    return (
      <div class="stack small">
        <p class="soft">{words}</p>
        {faster}
      </div>
    );
  }
  return (
    <Notice kind="warning">
      <p>{words}</p>
      <div class="row">
        {fewerEpochs && (
          <button type="button" onClick={() => choose({ epochs: fewerEpochs })}>
            {counted(fewerEpochs, { one: 'Train {n} epoch', other: 'Train {n} epochs' })}
          </button>
        )}
        <Cheaper plan={plan} />
        {faster}
      </div>
    </Notice>
  );
}

/** Another device is tried for trainings that take longer, in seconds. */
const waitedSeconds = 30;

/** Another device is offered where the training takes less than this part of the time there. */
const worthwhile = 0.8;

/** Offers the processor or the graphics processor, whichever is not chosen, where a step there takes less time. */
function OtherDevice(props: { plan: Plan; data: DataEntry; seconds: number }) {
  const isThere = hasWebGpu.value || props.plan.settings.device === 'webgpu';
  return isThere ? <MeasuredDevice {...props} /> : null;
}

function MeasuredDevice({ plan, data, seconds }: { plan: Plan; data: DataEntry; seconds: number }) {
  const device = plan.settings.device === 'webgpu' ? 'cpu' : 'webgpu';
  const training = { ...plan.config.training, device };
  // A device that cannot do it is no problem: the other one is chosen.
  const { measured } = useMeasured({ ...plan, config: { ...plan.config, training } }, data);
  if (!measured) return null;
  const there = estimate(plan, measured).seconds;
  if (there > worthwhile * seconds) return null;
  const time = aboutDuration(there);
  return (
    <button type="button" onClick={() => choose({ device })}>
      {device === 'cpu'
        ? t('Use the processor: about {time}', { time })
        : t('Use the graphics processor: about {time}', { time })}
    </button>
  );
}

/** Networks for pictures, each with less work than the one before. */
const networks = ['resnet', 'vq', 'conv', 'mlp', 'dense'];

/** Likelihoods that give many numbers for each value, and so make every step long. */
const costly = ['categorical', 'discretizedLogistic'];

/** Settings with less work. */
function Cheaper({ plan: { settings, config } }: { plan: Plan }) {
  const { preset, likelihood } = settings;
  const { input } = config.model as { input: readonly number[] };
  const smaller = input.length === 3 ? networks[networks.indexOf(preset) + 1] : undefined;
  return (
    <>
      {costly.includes(String(likelihood)) && (
        <button type="button" onClick={() => choose({ likelihood: undefined })}>
          {t('Use a likelihood with less work')}
        </button>
      )}
      {smaller && preset !== 'dense' && (
        <button type="button" onClick={() => choosePreset(smaller)}>
          {t('Use a smaller network: {name}', { name: titleOfValue('preset', smaller) })}
        </button>
      )}
    </>
  );
}
