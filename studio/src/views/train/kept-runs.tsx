import { useSignal } from '@preact/signals';
import { addressOf } from '../../app/route.js';
import { type RunEntry, removeRun, runs, runsProblem } from '../../runs/store.js';
import { isBusy, leave, run, show, unitOfLoss } from '../../train/session.js';
import { Notice } from '../../ui/notice.js';

/** The runs that the browser keeps. */
export function KeptRuns() {
  const kept = runs.value?.filter((entry) => entry.kept) ?? [];
  if (runsProblem.value) return <Notice kind="warning">{runsProblem.value}</Notice>;
  if (kept.length === 0) return null;
  return (
    <section class="panel stack" aria-labelledby="kept-runs">
      <h2 id="kept-runs">Runs in this browser</h2>
      <ul class="run-list">
        {kept.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
      </ul>
    </section>
  );
}

function Row({ entry }: { entry: RunEntry }) {
  const asked = useSignal(false);
  const kept = entry.kept!;
  const last = kept.metrics.at(-1);
  const isShown = run.value?.id === kept.id;
  const loss = last?.val_loss ?? last?.loss;
  return (
    <li>
      <div>
        <strong>{kept.name}</strong>
        <span class="soft small">
          {' '}
          {kept.metrics.length} {kept.metrics.length === 1 ? 'epoch' : 'epochs'}
          {loss === undefined
            ? ''
            : `, ${last?.val_loss === undefined ? 'loss' : 'validation'} ${loss.toFixed(2)} ${unitOfLoss(kept)}`.trimEnd()}
          {kept.state === 'unfinished' ? ', paused' : ''} ·{' '}
          {new Date(kept.modified).toLocaleString(undefined, {
            dateStyle: 'medium',
            timeStyle: 'short',
          })}
        </span>
      </div>
      <div class="row">
        {asked.value ? (
          <>
            <span>Remove it for good?</span>
            <button
              type="button"
              onClick={async () => {
                if (isShown) leave();
                await removeRun(entry.id);
              }}
            >
              Remove {kept.name}
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => {
                asked.value = false;
              }}
            >
              Keep
            </button>
          </>
        ) : (
          <>
            <button type="button" class="quiet" disabled={isBusy.value} onClick={() => show(kept)}>
              Show
            </button>
            <a class="button quiet" href={addressOf('explore', entry.id)}>
              Explore
            </a>
            <button
              type="button"
              class="quiet"
              aria-label={`Remove ${kept.name}`}
              disabled={isBusy.value && isShown}
              onClick={() => {
                asked.value = true;
              }}
            >
              Remove
            </button>
          </>
        )}
      </div>
    </li>
  );
}
