import { said, t } from '../../language/language.js';
import type { KeptRun } from '../../storage/database.js';
import {
  lossUnit,
  metrics,
  phase,
  problem,
  progress,
  run,
  secondsLeft,
  unkept,
} from '../../train/session.js';
import { durationText } from '../../ui/duration.js';
import { Notice } from '../../ui/notice.js';
import { Term } from '../../ui/term.js';
import type { TermName } from '../../ui/terms.js';
import { LeaveQuestion } from './leave-question.js';
import { StatusActions } from './status-actions.js';
import { statusText } from './status-text.js';

/** Shows the state of the training, with buttons for its next steps. */
export function Status() {
  const kept = run.value!;
  const now = progress.value;
  const last = metrics.value.at(-1);
  const latest = now?.metrics ?? last;
  return (
    <section class="panel stack" aria-labelledby="run-name">
      <div class="row status-head">
        <div>
          <h1 id="run-name">{kept.name}</h1>
          <p class="soft" role="status">
            {statusText(phase.value, kept, unkept.value !== undefined)}
          </p>
        </div>
        <StatusActions kept={kept} />
      </div>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {unkept.value && <Notice kind="warning">{unkept.value}</Notice>}
      <LeaveQuestion kept={kept} />
      <StepsDone kept={kept} />
      <dl class="figures">
        <Figure term="epoch" value={epochText(kept)} />
        <Figure term="step" value={stepText()} unit={t('ms/step')} />
        <Figure
          term="timeLeft"
          value={secondsLeft.value === undefined ? undefined : durationText(secondsLeft.value)}
        />
        <Figure term="loss" value={nats(latest?.loss)} unit={t(lossUnit.value)} />
        <Figure term="validation" value={nats(last?.val_loss)} unit={t(lossUnit.value)} />
        <Figure term="kl" value={nats(latest?.kl)} unit={t(said('nats'))} />
      </dl>
    </section>
  );
}

/** The epoch under way while it trains, else how many are done. */
function epochText({ config }: KeptRun): string {
  const { epochs } = config.training as { epochs: number };
  const n = progress.value?.epoch ?? metrics.value.length;
  return t('{n} of {all}', { n: String(n), all: String(epochs) });
}

/** Shows how much of the training is done. */
function StepsDone({ kept }: { kept: KeptRun }) {
  const { epochs } = kept.config.training as { epochs: number };
  const { epoch, step, steps } = progress.value ??
    kept.position ?? { epoch: metrics.value.length + 1, step: 0, steps: 1 };
  const all = epochs * Math.max(steps, 1);
  const done = phase.value === 'done' ? all : (epoch - 1) * steps + step;
  return <progress aria-label={t('Steps done')} value={done} max={all} />;
}

/** Milliseconds of a step: of present steps, else of the last epoch's. */
function stepText(): string | undefined {
  const last = metrics.value.at(-1);
  const value = progress.value?.millisecondsPerStep ?? (last && (1000 * last.seconds) / last.steps);
  if (value === undefined || !Number.isFinite(value)) return undefined;
  return value < 100 ? value.toPrecision(3) : value.toFixed(0);
}

const nats = (value: number | undefined) => value?.toFixed(2);

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
