import { useSignal } from '@preact/signals';
import { csvLine } from '../../../../src/report/csv.js';
import { said, t } from '../../language/language.js';
import { Chart } from '../../ui/chart.js';
import { ChartControls, useLook } from '../../ui/chart-controls.js';
import { chartWords } from '../../ui/chart-words.js';
import { chartExports } from '../../ui/export/chart-exports.js';
import { ExportButton } from '../../ui/export/export-button.js';
import type { Compared } from './comparison.js';

const metrics = {
  val_loss: said('Validation loss'),
  loss: said('Training loss'),
  val_reconstruction: said('Validation reconstruction'),
  val_kl: said('Validation KL'),
} as const;

type Metric = keyof typeof metrics;

const colours = 4;

/** The colour of the i-th run; from the fifth on they come again, with dashes. */
export const colourOf = (i: number): string => `--series-${(i % colours) + 1}`;

/**
 * One metric of all runs by epochs.
 * @param isWhole whether all runs are opened
 */
export function CurvesOfRuns({ runs, isWhole }: { runs: readonly Compared[]; isWhole: boolean }) {
  const chosen = useSignal<Metric>('val_loss');
  const look = useLook();
  const lines = runs.map(({ run }) => run!.metrics);
  const x = [...new Set(lines.flatMap((each) => each.map(({ epoch }) => epoch)))].sort(
    (a, b) => a - b,
  );
  const metric = chosen.value;
  const series = runs.map(({ run }, i) => {
    const values = new Map(run!.metrics.map((line) => [line.epoch, line[metric]]));
    return {
      label: run!.name,
      colour: colourOf(i),
      values: x.map((epoch) => {
        const value = values.get(epoch);
        return typeof value === 'number' && Number.isFinite(value) ? value : null;
      }),
      marked: x.length <= 30,
      dashed: i >= colours,
    };
  });
  const unit = runs.every(({ info }) => info?.isInNats) ? 'nats' : '';
  const chart = {
    ...{ x, series, look, unit, xLabel: t('Epochs') },
    title: t('{value} by epochs', { value: t(metrics[metric]) }),
  };
  const csv = () =>
    [['epoch', ...series.map(({ label }) => label)]]
      .concat(x.map((at, i) => [at, ...series.map(({ values }) => values[i] ?? '')].map(String)))
      .map((row) => csvLine(row))
      .join('');
  const some = series.some(({ values }) => values.some((value) => value !== null));
  return (
    <section class="panel stack" aria-labelledby="curves">
      <div class="row spread">
        <h2 id="curves">{t('Curves')}</h2>
        <div class="row">
          <label class="row small">
            {t('Value')}
            <select
              value={metric}
              onChange={(event) => {
                chosen.value = event.currentTarget.value as Metric;
              }}
            >
              {Object.entries(metrics).map(([name, title]) => (
                <option key={name} value={name}>
                  {t(title)}
                </option>
              ))}
            </select>
          </label>
          <ChartControls look={look} />
          <ExportButton
            name={metric}
            what={t('the curves')}
            exports={chartExports([chart], csv)}
            disabled={!isWhole || !some}
          />
        </div>
      </div>
      {some ? (
        <Chart label={chartWords(chart.title, x, series, unit)} {...chart} height={260} />
      ) : (
        <p class="soft">{t('None of these runs has this value.')}</p>
      )}
    </section>
  );
}
