import { useSignal } from '@preact/signals';
import { proxy } from 'comlink';
import { amount, counted, t, translated } from '../../../language/language.js';
import type { Filled, FillOptions } from '../../../model/tables/api.js';
import { Notice } from '../../../ui/notice.js';
import { RowTable } from '../../../ui/tables/row-table.js';
import type { Exploration, ShownData } from '../exploration.js';
import { NoRows } from './no-rows.js';
import { OtherFile } from './other-file.js';
import { SaveRows } from './save-rows.js';

/** Fills the gaps of the data, or of another file. */
export function GapsPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!exploration.hasPosterior) {
    return <p>{t('This model has no posterior of its latents, by which gaps are filled.')}</p>;
  }
  return (
    <>
      <p class="small">
        {t(
          'The model guesses what is missing in a row from the rest of it. What is there stays as it is.',
        )}
      </p>
      <OtherFile
        exploration={exploration}
        words={t('Drop a file with the same columns and with gaps. It stays in this browser.')}
      />
      {data ? (
        <Gaps key={data.info.data} exploration={exploration} data={data} />
      ) : (
        <NoRows exploration={exploration} />
      )}
    </>
  );
}

function Gaps({ exploration, data }: { exploration: Exploration; data: ShownData }) {
  const how = useSignal<FillOptions['how']>('best');
  const filled = useSignal<Filled | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const done = useSignal<{ readonly now: number; readonly total: number } | undefined>(undefined);
  const seed = useSignal(0);
  const { id } = exploration;
  const source = { data: data.info.data, part: data.part };
  const fill = async () => {
    isBusy.value = true;
    problem.value = undefined;
    try {
      const onProgress = proxy((now: number, total: number) => {
        done.value = { now, total };
      });
      const options = { how: how.value, seed: seed.value };
      filled.value = await (await exploration.tables).fill(id, source, options, onProgress);
      // Another draw is another imputation.
      seed.value++;
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      isBusy.value = false;
      done.value = undefined;
    }
  };
  return (
    <>
      <div class="row actions">
        <label class="field format">
          <span class="field-label">{t('Fill with')}</span>
          <select
            value={how.value}
            onChange={(event) => {
              how.value = event.currentTarget.value as FillOptions['how'];
            }}
          >
            <option value="best">{t('The best guess')}</option>
            <option value="draw">{t('A random draw')}</option>
          </select>
        </label>
        <button type="button" class="primary" disabled={isBusy.value} onClick={fill}>
          {isBusy.value ? t('Filling…') : t('Fill {data}', { data: data.info.title })}
        </button>
      </div>
      {how.value === 'draw' && (
        <p class="small soft">
          {t('Each time other values are drawn. Several such files show how sure the model is.')}
        </p>
      )}
      {done.value && (
        <label class="small">
          {t('Filled {now} of {total} rows with gaps', done.value)}
          <progress max={done.value.total} value={done.value.now} />
        </label>
      )}
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {filled.value && <FilledRows exploration={exploration} data={data} filled={filled.value} />}
    </>
  );
}

/** Tells the gaps in a line. */
function gapsText({ gaps }: Filled, { info, part }: ShownData): string {
  const total = gaps.reduce((sum, { count }) => sum + count, 0);
  const columns = gaps.map(({ name, count }) => `${name} ${amount(count)}`).join(', ');
  const of = { data: info.title, rows: info[part]!.size };
  if (total === 0) return t('{data}, {rows} rows: no gaps.', of);
  return counted(
    total,
    {
      one: '{data}, {rows} rows: {n} gap, in {columns}.',
      other: '{data}, {rows} rows: {n} gaps, in {columns}.',
    },
    { ...of, columns },
  );
}

function FilledRows({
  exploration,
  data,
  filled,
}: {
  exploration: Exploration;
  data: ShownData;
  filled: Filled;
}) {
  const source = { data: data.info.data, part: data.part };
  return (
    <>
      <p class="small" role="status">
        {gapsText(filled, data)}
      </p>
      {filled.first.length > 0 && (
        <RowTable
          label={t('The first rows that had gaps')}
          lead={[t('Row')]}
          columns={exploration.table!.map(({ name }) => name)}
          rows={filled.first.map(({ from, cells, filled: marks }, i) => ({
            key: i,
            lead: [translated(from)],
            cells: cells.map((text, place) => ({
              text,
              ...(marks[place] ? { mark: 'filled' as const } : {}),
            })),
          }))}
        />
      )}
      <div class="row actions">
        <SaveRows
          name={`${data.info.title.replace(/\.\w+$/, '')}-filled`}
          write={async (ending) =>
            (await exploration.tables).file(exploration.id, filled.values, ending, source)
          }
        />
      </div>
    </>
  );
}
