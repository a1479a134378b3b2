import { formatDuration } from '../../../../src/report/number.js';
import { addressOf } from '../../app/route.js';
import {
  canGoOn,
  goOn,
  leave,
  lossUnit,
  metrics,
  type Phase,
  pause,
  phase,
  problem,
  progress,
  run,
  unkept,
} from '../../train/session.js';
import { Notice } from '../../ui/notice.js';
import { Term } from '../../ui/term.js';
import type { TermName } from '../../ui/terms.js';
import { DownloadButton } from './download-button.js';

const words: Readonly<Record<Phase, string>> = {
  idle: '',
  data: 'Loading the data…',
  compile: 'Preparing the first step…',
  train: 'Training',
  halting: 'Pausing after the steps under way…',
  paused: 'Paused. It is kept in this browser, and can go on after the page was closed.',
  done: 'Done. It is kept in this browser.',
  failed: 'Stopped',
};

const unkeptWords: Partial<Record<Phase, string>> = {
  paused: 'Paused. It can go on until the page is closed: it is not kept in this browser.',
  done: 'Done. It is there until the page is closed: it is not kept in this browser. Download it.',
};

/** Shows the state of the training, with buttons for its next steps. */
export function Status() {
  const kept = run.value!;
  const now = progress.value;
  const last = metrics.value.at(-1);
  const latest = phase.value === 'done' ? last : (now?.metrics ?? last);
  const { epochs } = kept.config.training as { epochs: number };
  const explore = addressOf('explore', `kept:${kept.id}`);
  const at = phase.value;
  const canOpen = at === 'done' || at === 'paused' || metrics.value.length > 0;
  return (
    <section class="panel stack" aria-labelledby="run-name">
      <div class="row status-head">
        <div>
          <h1 id="run-name">{kept.name}</h1>
          <p class="soft" role="status">
            {(unkept.value === undefined ? undefined : unkeptWords[at]) ?? words[at]}
          </p>
        </div>
        <div class="row">
          {(at === 'train' || at === 'halting' || at === 'compile' || at === 'data') && (
            <button type="button" class="primary" disabled={at === 'halting'} onClick={pause}>
              Pause
            </button>
          )}
          {(at === 'paused' || (at === 'failed' && canGoOn.value)) && (
            <button type="button" class="primary" onClick={() => goOn(kept)}>
              Go on
            </button>
          )}
          {at === 'done' && (
            <button type="button" onClick={() => goOn(kept, epochs + 10)}>
              Train 10 epochs more
            </button>
          )}
          {canOpen && at !== 'train' && (
            <>
              {unkept.value === undefined && (
                <a class="button" href={explore}>
                  Explore
                </a>
              )}
              <DownloadButton id={kept.id} name={kept.name} />
            </>
          )}
          {(at === 'paused' || at === 'done' || at === 'failed') && (
            <button type="button" onClick={leave}>
              New run
            </button>
          )}
        </div>
      </div>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {unkept.value && <Notice kind="warning">{unkept.value}</Notice>}
      <progress
        aria-label="Steps done"
        value={now && at !== 'done' ? (now.epoch - 1) * now.steps + now.step : metrics.value.length}
        max={now && at !== 'done' ? now.epochs * now.steps : epochs}
      />
      <dl class="figures">
        <Figure
          term="epoch"
          value={`${Math.min(now?.epoch ?? metrics.value.length, epochs)} of ${epochs}`}
        />
        <Figure term="step" value={now && milliseconds(now.millisecondsPerStep)} unit="ms/step" />
        <Figure term="timeLeft" value={at === 'train' && now ? timeLeft(now) : undefined} />
        <Figure term="loss" value={nats(latest?.loss)} unit={lossUnit.value} />
        <Figure term="validation" value={nats(last?.val_loss)} unit={lossUnit.value} />
        <Figure term="kl" value={nats(latest?.kl)} unit="nats" />
      </dl>
    </section>
  );
}

const milliseconds = (value: number) => (value < 100 ? value.toPrecision(3) : value.toFixed(0));

const nats = (value: number | undefined) => value?.toFixed(2);

function timeLeft(now: NonNullable<typeof progress.value>): string {
  const steps = (now.epochs - now.epoch + 1) * now.steps - now.step;
  return formatDuration((steps * now.millisecondsPerStep) / 1000);
}

function Figure({
  term,
  value,
  unit = '',
}: {
  term: TermName;
  value: string | undefined;
  unit?: string;
}) {
  return (
    <div>
      <dt>
        <Term name={term} />
      </dt>
      <dd class="number">
        {value ?? '–'} {value !== undefined && <span class="unit">{unit}</span>}
      </dd>
    </div>
  );
}
