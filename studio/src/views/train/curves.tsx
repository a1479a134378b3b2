import { t } from '../../language/language.js';
import { listed } from '../../language/listed.js';
import { optionTerm } from '../../train/fields.js';
import { frame } from '../../train/learning.js';
import { changes, lossUnit, metrics, run, trace } from '../../train/session.js';
import { Chart, type Mark, type Series } from '../../ui/chart.js';
import { ChartControls, type Look, useLook } from '../../ui/chart-controls.js';
import { chartWords } from '../../ui/chart-words.js';
import { chartExports } from '../../ui/export/chart-exports.js';
import { ExportButton } from '../../ui/export/export-button.js';
import { tickText } from '../../ui/number.js';
import { type CurveColumns, curveColumns } from './curve-columns.js';
import { Latents } from './loss/latents.js';
import { LossTold } from './loss/loss-told.js';
import { metricTerms, objectiveOf } from './loss/told.js';
import { Numbers } from './numbers.js';
import { numbersCsv } from './numbers-file.js';

/** Draws the loss and its parts over the epochs. */
export function Curves() {
  const look = useLook();
  const marks = changes.value.map(({ epochs, name, value }) => ({
    x: epochs,
    text: `${t(optionTerm(name).word)} ${tickText(value)}`,
  }));
  const charts = chartsOf({ look, marks });
  return (
    <section class="panel stack" aria-labelledby="curves">
      <div class="row spread">
        <h2 id="curves">{t('Loss')}</h2>
        <div class="row">
          <ChartControls look={look} />
          <ExportButton
            name={`${run.value?.name}-curves`}
            what={t('the curves')}
            exports={chartExports(charts, () => numbersCsv(metrics.value))}
          />
        </div>
      </div>
      <LossTold />
      <div class="charts">
        {charts.map((chart) => (
          <Chart
            key={chart.title}
            label={chartWords(chart.title, chart.x, chart.series, chart.unit)}
            {...chart}
          />
        ))}
      </div>
      {marks.length > 0 && <Changed marks={marks} />}
      {frame.value && <Latents frame={frame.value} />}
      {metrics.value.length > 0 && <Numbers lines={metrics.value} />}
    </section>
  );
}

/** The numbers that were changed, in words. */
function Changed({ marks }: { marks: readonly Mark[] }) {
  const list = listed(
    marks.map(({ x, text }) => t('{text} after {epochs} epochs', { text, epochs: x.toFixed(1) })),
  );
  return <p class="soft small">{t('Changed while it trained: {list}.', { list })}</p>;
}

/** The charts of the run that is shown: its loss, and the terms beside the reconstruction. */
function chartsOf(shared: { readonly look: Look; readonly marks: readonly Mark[] }) {
  const { x, losses, others, isKl } = seriesOf();
  const common = { ...shared, x, xLabel: t('Epochs'), group: 'training' };
  const loss = {
    ...common,
    title: t('Loss by epochs'),
    series: losses,
    unit: lossUnit.value,
  };
  if (!others) return [loss];
  const title = isKl ? t('KL by epochs') : t('Other terms by epochs');
  return [loss, { ...common, title, series: others, unit: isKl ? t('nats') : '' }];
}

interface Lines {
  readonly x: readonly number[];
  readonly losses: readonly Series[];
  /** Series of the other terms, if there are any. */
  readonly others?: readonly Series[];
  /** Tells whether the first of these is the KL, in nats. */
  readonly isKl: boolean;
}

/** The lines of the charts of the run that is shown. */
function seriesOf(): Lines {
  const { x, trained, validated } = curveColumns(trace.value, metrics.value);
  const isValidated = metrics.value.some((line) => line.val_loss !== undefined);
  // One value makes no line.
  const marked = x.length === 1;
  const validation = (metric: string): Series[] =>
    isValidated
      ? [
          {
            label: t('Validation'),
            colour: '--series-2',
            values: validated(metric),
            marked: metrics.value.length <= mostMarked,
          },
        ]
      : [];
  const losses: Series[] = [
    { label: t('Loss'), colour: '--series-1', values: trained('loss'), marked },
    {
      ...{ label: t('Reconstruction'), colour: '--series-3', values: trained('reconstruction') },
      ...{ dashed: true, marked },
    },
    ...validation('loss'),
  ];
  const terms = termSeries(trained, marked);
  const isKl = terms[0]?.metric === 'kl';
  const others = [...terms.map(({ series }) => series), ...(isKl ? validation('kl') : [])];
  return { x, losses, ...(terms.length > 0 ? { others } : {}), isKl };
}

const termColours = ['--series-4', '--series-2', '--series-1', '--series-3'];

/** The lines of the terms beside the reconstruction. */
function termSeries(trained: CurveColumns['trained'], marked: boolean) {
  const { type } = objectiveOf(run.value?.config.model);
  return metricTerms(type)
    .map(({ metric, entry }) => ({ metric, entry, values: trained(metric) }))
    .filter(({ values }) => values.some((value) => value !== null))
    .map(({ metric, entry, values }, i) => {
      const look = { colour: termColours[i]!, dashed: i > 0, marked };
      return { metric, series: { label: t(entry.word), values, ...look } };
    });
}

/** Values of epochs that have marks, at most: more stand too close. */
const mostMarked = 40;
