import { useSignal } from '@preact/signals';
import { addressOf } from '../../app/route.js';
import { counted, current, t } from '../../language/language.js';
import { type RunEntry, removeRun, runs, runsProblem } from '../../runs/store.js';
import {
  isBusy,
  leave,
  lossUnit,
  metrics,
  run,
  show,
  unitOfLoss,
  whenSafe,
} from '../../train/session.js';
import { held } from '../../train/watching.js';
import { Notice } from '../../ui/notice.js';
import { RemoveOrKeep } from '../../ui/remove-or-keep.js';
import { OpenRun } from './open-run.js';
import { RunName } from './run-name.js';

/** The runs that the browser keeps. */
export function KeptRuns() {
  const kept = runs.value?.filter((entry) => entry.kept) ?? [];
  if (runsProblem.value) return <Notice kind="warning">{runsProblem.value}</Notice>;
  return (
    <section class="panel stack" aria-labelledby="kept-runs">
      <div class="row spread">
        <h2 id="kept-runs">{t('Runs in this browser')}</h2>
        <OpenRun />
      </div>
      {kept.length === 0 ? (
        <p class="soft">{t('There is none yet.')}</p>
      ) : (
        <ul class="run-list">
          {kept.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ entry }: { entry: RunEntry }) {
  const { id, name } = entry;
  const kept = entry.kept!;
  const renames = useSignal(false);
  const isShown = run.value?.id === kept.id;
  const isTrained = held.value.has(kept.id);
  return (
    <li>
      <div>
        <RunName entry={entry} renames={renames} />
        <span class="soft small"> {factsOf(entry, isShown, isTrained)}</span>
      </div>
      <div class="row">
        <button
          type="button"
          class="quiet"
          disabled={isBusy.value || isShown}
          aria-label={t('Show {name}', { name })}
          onClick={() => whenSafe(() => show(kept))}
        >
          {t('Show')}
        </button>
        <a class="button quiet" href={addressOf('explore', id)}>
          {t('Explore')}
        </a>
        <button
          type="button"
          class="quiet"
          aria-label={t('Rename {name}', { name })}
          onClick={() => {
            renames.value = true;
          }}
        >
          {t('Rename')}
        </button>
        <Remove entry={entry} disabled={isTrained} />
      </div>
    </li>
  );
}

/** Tells how far a run is trained, and how well. */
function factsOf({ kept: run }: RunEntry, isShown: boolean, isTrained: boolean): string {
  const kept = run!;
  const lines = isShown ? metrics.value : kept.metrics;
  const last = lines.at(-1);
  const unit = isShown ? lossUnit.value : unitOfLoss(kept);
  const score = (value: number) => `${value.toFixed(2)} ${t(unit)}`.trimEnd();
  const state = isTrained
    ? isShown && isBusy.value
      ? t('training')
      : t('training in another tab')
    : kept.problem !== undefined
      ? t('stopped')
      : kept.state === 'unfinished'
        ? t('paused')
        : t('done');
  const facts = [
    state,
    counted(lines.length, { one: '{n} epoch', other: '{n} epochs' }),
    ...(last?.val_loss === undefined
      ? []
      : [t('validation {value}', { value: score(last.val_loss) })]),
    ...(last && last.val_loss === undefined
      ? [t('loss {value}', { value: score(last.loss) })]
      : []),
  ];
  const when = new Date(kept.modified).toLocaleString(current.value.code, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return `${facts.join(', ')} · ${when}`;
}

/** Removes a run, once it is asked for twice. */
function Remove({ entry: { id, kept, name }, disabled }: { entry: RunEntry; disabled: boolean }) {
  const asked = useSignal(false);
  if (!asked.value) {
    return (
      <button
        type="button"
        class="quiet"
        aria-label={t('Remove {name}', { name })}
        disabled={disabled}
        onClick={() => {
          asked.value = true;
        }}
      >
        {t('Remove')}
      </button>
    );
  }
  return (
    <>
      <span>{t('Remove it for good?')}</span>
      <RemoveOrKeep
        name={name}
        asked={asked}
        onRemove={async () => {
          if (run.value?.id === kept!.id) leave();
          await removeRun(id);
        }}
      />
    </>
  );
}
