import { type Signal, signal, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { isLearnt } from '../../../../../src/data/column.js';
import type { QualityReport } from '../../../../../src/data/quality/index.js';
import { t } from '../../../language/language.js';
import type { Quality } from '../../../model/tables/api.js';
import { Notice } from '../../../ui/notice.js';
import { numberText } from '../../../ui/number.js';
import { saveFile } from '../../../ui/save-file.js';
import { MarginalBars } from '../../../ui/tables/marginal-bars.js';
import { RowTable } from '../../../ui/tables/row-table.js';
import type { Exploration, ShownData } from '../exploration.js';
import { NoRows } from './no-rows.js';

/** Pairs of columns that are listed, the least alike first. */
const listedPairs = 12;

/** Measures how good drawn rows are beside real ones. */
export function QualityPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!exploration.info.hasPrior) return <p>{t('This model has no prior to draw rows from.')}</p>;
  if (!data) return <NoRows exploration={exploration} />;
  return <Measure key={data.info.data} exploration={exploration} data={data} />;
}

/** The reports on data: they outlast a look at another panel. */
const known = new WeakMap<ShownData, Signal<Quality | undefined>>();

function Measure({ exploration, data }: { exploration: Exploration; data: ShownData }) {
  const target = useSignal('');
  const quality = useMemo(() => {
    const found = known.get(data) ?? signal<Quality | undefined>(undefined);
    known.set(data, found);
    return found;
  }, [data]);
  const problem = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const measure = async () => {
    isBusy.value = true;
    problem.value = undefined;
    try {
      const { id, ownData } = exploration;
      const name = data.info.data;
      const tables = await exploration.tables;
      quality.value = await tables.quality(id, name, name === ownData, target.value || undefined);
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <>
      <p class="small">
        {t(
          'Draws as many rows as the model was trained on, and compares them with the real ones by the measures of SDMetrics. Every score is from 0 to 1; more is better.',
        )}
      </p>
      <div class="row actions">
        <label class="field format">
          <span class="field-label">{t('Column to predict')}</span>
          <select
            value={target.value}
            onChange={(event) => {
              target.value = event.currentTarget.value;
            }}
          >
            <option value="">{t('None')}</option>
            {exploration.table!.filter(isLearnt).map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="primary" disabled={isBusy.value} onClick={measure}>
          {isBusy.value ? t('Measuring…') : t('Measure quality')}
        </button>
      </div>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {quality.value && <Report exploration={exploration} quality={quality.value} />}
    </>
  );
}

const scoreText = (score: number | null | undefined) => (score == null ? '–' : score.toFixed(3));

const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;

/** Measures with their scores, and words about each. */
function measures({
  score,
  columnShapes,
  columnPairTrends,
  coverage,
  boundaries,
  missingValues,
  newRows,
  privacy,
  usefulness,
}: QualityReport): readonly (readonly [name: string, score: string, about: string])[] {
  const { overfitting, baseline } = privacy;
  const learnt = (of: 'synthetic' | 'real') => {
    const scores = usefulness![of];
    return 'accuracy' in scores
      ? ([scoreText(scores.accuracy), t('accuracy')] as const)
      : ([scoreText(scores.r2), 'R²'] as const);
  };
  return [
    [t('Overall'), scoreText(score), t('mean of column shapes and pair trends')],
    [t('Column shapes'), scoreText(columnShapes.score), t('each column by itself')],
    [t('Pair trends'), scoreText(columnPairTrends.score), t('columns two by two')],
    [t('Coverage'), scoreText(coverage.score), t('ranges and categories that come up')],
    [t('Boundaries'), scoreText(boundaries.score), t('values within the real range')],
    [t('Missing values'), scoreText(missingValues.score), t('as many gaps')],
    [
      t('New rows'),
      scoreText(newRows.score),
      t('{matched} of {rows} match a real row', { matched: newRows.matched, rows: newRows.rows }),
    ],
    [
      t('Distance to real rows'),
      scoreText(baseline.score),
      t('median {synthetic}, of random rows {random}', {
        synthetic: numberText(baseline.synthetic),
        random: numberText(baseline.random),
      }),
    ],
    [
      t('Privacy of training'),
      scoreText(overfitting?.score),
      overfitting
        ? t('{share} are closer to rows of training than to held-out ones', {
            share: percent(overfitting.closerToTraining),
          })
        : t('no rows were held out from training'),
    ],
    ...(usefulness
      ? (['synthetic', 'real'] as const).map((of) => {
          const [value, is] = learnt(of);
          const about = t('{measure} of a {learner}', {
            measure: is,
            learner: usefulness.learner === 'classifier' ? t('classifier') : t('regressor'),
          });
          const name =
            of === 'real'
              ? t('{column}, learnt of real rows', { column: usefulness.target })
              : t('{column}, learnt of synthetic rows', { column: usefulness.target });
          return [name, value, about] as const;
        })
      : []),
  ];
}

function Report({ exploration, quality }: { exploration: Exploration; quality: Quality }) {
  const { report, marginals } = quality;
  const scores = new Map(report.columnShapes.columns.map(({ column, score }) => [column, score]));
  const pairs = report.columnPairTrends.pairs
    .filter(({ score }) => score !== null)
    .toSorted((a, b) => Number(b.counts) - Number(a.counts) || a.score! - b.score!)
    .slice(0, listedPairs);
  const save = () =>
    saveFile(
      `${JSON.stringify(report, null, 2)}\n`,
      `${exploration.run.name}-quality.json`,
      'application/json',
    );
  return (
    <>
      <dl class="measures" aria-label={t('Scores of the synthetic rows')}>
        {measures(report).map(([name, score, about]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong class="number">{score}</strong> <span class="soft small">{about}</span>
            </dd>
          </div>
        ))}
      </dl>
      <h2>{t('Columns')}</h2>
      <MarginalBars marginals={marginals} scores={scores} />
      {pairs.length > 0 && (
        <>
          <h2>{t('Pairs of columns, least alike first')}</h2>
          <RowTable
            label={t('Pairs of columns, least alike first')}
            lead={[t('Pair')]}
            columns={[t('Alike'), t('Real r or V'), t('Synthetic r'), t('By')]}
            rows={pairs.map(({ columns, score, real, synthetic, metric }) => ({
              key: columns.join(' × '),
              lead: [columns.join(' × ')],
              cells: [
                { text: scoreText(score) },
                { text: scoreText(real) },
                { text: scoreText(synthetic) },
                {
                  text:
                    metric === 'CorrelationSimilarity'
                      ? t('correlation r')
                      : t('shares; V is Cramér’s'),
                },
              ],
            }))}
          />
        </>
      )}
      <div>
        <button type="button" onClick={save}>
          {t('Download report')}
        </button>
      </div>
    </>
  );
}
