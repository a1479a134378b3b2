import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOf, go, nameRuns, route } from '../../app/route.js';
import { t, translated } from '../../language/language.js';
import { rich } from '../../language/rich.js';
import { startModelWorker } from '../../model/client.js';
import { runs, runsProblem } from '../../runs/store.js';
import { CopyLink } from '../../ui/copy-link.js';
import { Empty } from '../../ui/empty.js';
import { later } from '../../ui/later.js';
import { Notice } from '../../ui/notice.js';
import './compare.css';
import {
  type Compared,
  judge,
  loadShared,
  measure,
  openRun,
  type SharedImages,
} from './comparison.js';
import { CurvesOfRuns } from './curves-of-runs.js';
import type { Judging } from './judge-button.js';
import { NumbersOfRuns } from './numbers-of-runs.js';
import { ReconstructionsOfRuns } from './reconstructions-of-runs.js';

const SweepLines = later(async () => (await import('./sweep-lines.js')).SweepLines);
const RowsOfRuns = later(async () => (await import('./rows-of-runs.js')).RowsOfRuns);

/** Runs at most: the curves of more cannot be told apart. */
const most = 6;

/** Shows several runs side by side. */
export function CompareView() {
  const list = runs.value;
  const chosen = route.value.runs;
  if (list === undefined) return <Empty title={t('Looking for runs')} />;
  if (list.length === 0 && chosen.length === 0) {
    return (
      <Empty title={t('There are no runs to compare yet')}>
        {runsProblem.value && <p>{translated(runsProblem.value)}</p>}
        <p>
          {rich(
            'A run is a model that was trained. {train}, or start {command} with a folder of runs.',
            {
              train: <a href={addressOf('train')}>{t('Train some here')}</a>,
              command: <code>vaekit studio</code>,
            },
          )}
        </p>
      </Empty>
    );
  }
  // The newest two are shown when there is no choice.
  const ids = chosen.length > 0 ? chosen.slice(0, most) : list.slice(0, 2).map(({ id }) => id);
  const toggle = (id: string) =>
    go('compare', ...(ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]));
  // The address may name runs that are not listed: these can be left out too.
  const unlisted = ids.filter((id) => list.every((run) => run.id !== id)).map(unlistedRun);
  // Sweeps that a run is compared of are shown whole.
  const shown = list.filter(({ id, sweep }) => sweep !== undefined && ids.includes(id));
  const sweeps = [...new Set(shown.map(({ sweep }) => sweep!))];
  return (
    <div class="stack">
      <h1 class="visually-hidden">{t('Compare')}</h1>
      <fieldset class="panel run-choice">
        <legend>{t('Runs to compare, up to {most}', { most })}</legend>
        {[...list, ...unlisted].map(({ id, name, place }) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              checked={ids.includes(id)}
              disabled={ids.includes(id) ? ids.length === 1 : ids.length >= most}
              onChange={() => toggle(id)}
            />
            {name}
            {place === 'kept' && <span class="soft small">{t('in this browser')}</span>}
            {place === 'unlisted' && <span class="soft small">{t('not found')}</span>}
          </label>
        ))}
        <CopyLink />
      </fieldset>
      {chosen.length > most && (
        <Notice kind="warning">
          {t('The address names {n} runs. The first {most} are shown.', { n: chosen.length, most })}
        </Notice>
      )}
      {sweeps.map((folder) => (
        <SweepLines key={folder} folder={folder} chosen={ids} most={most} />
      ))}
      <Comparison key={ids.join('\n')} ids={ids} />
    </div>
  );
}

const unlistedRun = (id: string) =>
  ({ id, name: id.replace(/^\w+:/, ''), place: 'unlisted' }) as const;

function Comparison({ ids }: { ids: readonly string[] }) {
  const compared = useSignal<readonly Compared[]>([]);
  const shared = useSignal<SharedImages | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const judging = useSignal<Judging | undefined>(undefined);
  // Files would lack runs without a word as long as runs are opened and measured.
  const isWhole = useSignal(false);
  useEffect(() => {
    if (route.peek().runs.length === 0) nameRuns(...ids);
    const client = startModelWorker();
    let current = true;
    const load = async () => {
      for (const id of ids) {
        const run = await openRun(client, id);
        if (!current) return;
        compared.value = [...compared.value, run];
      }
      const first = compared.value.find(({ info }) => info);
      if (!first) return;
      const images = await loadShared(client, first);
      if (!current) return;
      shared.value = images;
      for (const [i, run] of compared.value.entries()) {
        const measured = await measure(client, run, images);
        if (!current) return;
        compared.value = compared.value.with(i, measured);
      }
      judging.value = async ({ id }, onMeasure) => {
        const place = compared.value.findIndex((each) => each.id === id);
        const found = await judge(client, compared.value[place]!, images, onMeasure);
        if (current) compared.value = compared.value.with(place, found);
      };
    };
    load()
      .catch((error: Error) => {
        if (current) problem.value = error.message;
      })
      .finally(() => {
        isWhole.value = true;
      });
    return () => {
      current = false;
      client.stop();
    };
  }, []);
  const all = compared.value;
  const opened = all.filter(({ run }) => run);
  return (
    <>
      {all.map(
        ({ id, run, problem }) =>
          problem && (
            <Notice key={id} kind="error">
              {run ? `${run.name}: ${translated(problem)}` : problem}
            </Notice>
          ),
      )}
      {problem.value && (
        <Notice kind="warning">
          {t('No reconstructions: {reason}', { reason: translated(problem.value) })}
        </Notice>
      )}
      {all.length < ids.length && <p class="soft">{t('Opening runs …')}</p>}
      {opened.length > 0 && (
        <>
          <div class="compare">
            <NumbersOfRuns runs={opened} isWhole={isWhole.value} judge={judging.value} />
            <CurvesOfRuns runs={opened} isWhole={isWhole.value} />
          </div>
          {shared.value?.rows && (
            <RowsOfRuns runs={opened} title={shared.value.title} {...shared.value.rows} />
          )}
          {shared.value && !shared.value.rows && (
            <ReconstructionsOfRuns runs={opened} isWhole={isWhole.value} shared={shared.value} />
          )}
        </>
      )}
    </>
  );
}
