import { useEffect, useMemo } from 'preact/hooks';
import { amount, t, translated } from '../../../language/language.js';
import { rich } from '../../../language/rich.js';
import { Notice } from '../../../ui/notice.js';
import { numberText } from '../../../ui/number.js';
import { saveFile } from '../../../ui/save-file.js';
import { RowTable } from '../../../ui/tables/row-table.js';
import { Term } from '../../../ui/term.js';
import type { Exploration, ShownData } from '../exploration.js';
import { markedCells } from './looked-at.js';
import { NoRows } from './no-rows.js';
import { OtherFile } from './other-file.js';
import { RankedRows, type Ranking } from './row-scores.js';

/** The rows that the model finds strangest. */
export function AnomaliesPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!exploration.hasElbo) {
    return <p>{t('This model gives no bound on log p(x), by which rows are ranked.')}</p>;
  }
  return (
    <>
      {data ? (
        <Anomalies key={data.info.data} exploration={exploration} data={data} />
      ) : (
        <NoRows exploration={exploration} />
      )}
      <OtherFile
        exploration={exploration}
        words={t(
          'Drop another file with the same columns to rank its rows. It stays in this browser.',
        )}
      />
    </>
  );
}

/** The rankings of data: they outlast a look at another panel. */
const known = new WeakMap<ShownData, RankedRows>();

function Anomalies({ exploration, data }: { exploration: Exploration; data: ShownData }) {
  const ranked = useMemo(() => {
    const found = known.get(data) ?? new RankedRows(exploration, data);
    known.set(data, found);
    return found;
  }, [exploration, data]);
  useEffect(() => {
    const stop = new AbortController();
    ranked.run(stop.signal);
    return () => stop.abort();
  }, [ranked]);
  const { count, source } = ranked;
  const ranking = ranked.ranking.value;
  const save = async ({ scores, order }: Ranking) => {
    try {
      const tables = await exploration.tables;
      const text = await tables.ranking(exploration.id, source, scores, order);
      saveFile(text, `${data.info.title}-scores.csv`, 'text/csv');
    } catch (error) {
      ranked.problem.value = (error as Error).message;
    }
  };
  return (
    <>
      <p class="small">
        {rich(
          'A row’s score is an estimate of −log p(x) by {draws} draws, in {nats}: a high one is unlike what the model has learnt. Marked cells are those that make it high.',
          { draws: amount(ranked.draws), nats: <Term name="nats" /> },
        )}
      </p>
      {ranked.problem.value && <Notice kind="error">{ranked.problem.value}</Notice>}
      {!ranking && !ranked.problem.value && (
        <label class="small">
          {t('Scored {done} of {count} rows', { done: ranked.done.value, count })}
          <progress max={count} value={ranked.done.value} />
        </label>
      )}
      {ranking && (
        <>
          <p class="small number" role="status">
            {t('Half of the {count} rows of {data} are below {middle} nats. The strangest:', {
              count,
              data: data.info.title,
              middle: numberText(ranking.middle),
            })}
          </p>
          <RowTable
            label={t('The strangest rows')}
            lead={[t('Row'), t('Score')]}
            columns={exploration.table!.map(({ name }) => name)}
            rows={ranking.first.from.map((from, i) => ({
              key: i,
              lead: [translated(from), numberText(ranking.scores.values[ranking.order[i]!]!)],
              cells: markedCells(ranking.first, i),
            }))}
          />
          <div>
            <button type="button" onClick={() => save(ranking)}>
              {t('Download all scores')}
            </button>
          </div>
        </>
      )}
    </>
  );
}
