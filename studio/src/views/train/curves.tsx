import { useSignal } from '@preact/signals';
import type { EpochMetrics } from '../../../../src/training/index.js';
import { said, t } from '../../language/language.js';
import { listed } from '../../language/listed.js';
import { optionTerm } from '../../train/fields.js';
import { frame } from '../../train/learning.js';
import { changes, lossUnit, metrics, run, trace } from '../../train/session.js';
import { Chart, type Series } from '../../ui/chart.js';
import { ChartControls, useLook } from '../../ui/chart-controls.js';
import { tickText } from '../../ui/number.js';
import { chartWords } from './chart-words.js';
import { type CurveColumns, curveColumns } from './curve-columns.js';
import { Latents } from './loss/latents.js';
import { LossTold } from './loss/loss-told.js';
import { metricTerms, objectiveOf } from './loss/told.js';

/** Draws the loss and its parts over the epochs. */
export function Curves() {
  const look = useLook();
  const { x, losses, others, isKl } = seriesOf();
  const unitOfOthers = isKl ? t('nats') : '';
  const titleOfOthers = isKl ? t('KL by epochs.') : t('Other terms by epochs.');
  const unit = lossUnit.value;
  const marks = changes.value.map(({ epochs, name, value }) => ({
    x: epochs,
    text: `${t(optionTerm(name).word)} ${tickText(value)}`,
  }));
  return (
    <section class="panel stack" aria-labelledby="curves">
      <div class="row spread">
        <h2 id="curves">{t('Loss')}</h2>
        <ChartControls look={look} />
      </div>
      <LossTold />
      <div class="charts">
        <Chart
          label={chartWords(t('Loss by epochs.'), x, losses, unit)}
          x={x}
          xLabel={t('Epochs')}
          series={losses}
          unit={unit}
          look={look}
          marks={marks}
          group="training"
        />
        {others && (
          <Chart
            label={chartWords(titleOfOthers, x, others, unitOfOthers)}
            x={x}
            xLabel={t('Epochs')}
            series={others}
            unit={unitOfOthers}
            look={look}
            marks={marks}
            group="training"
          />
        )}
      </div>
      {marks.length > 0 && (
        <p class="soft small">
          {t('Changed while it trained: {list}.', {
            list: listed(
              marks.map(({ x, text }) =>
                t('{text} after {epochs} epochs', { text, epochs: x.toFixed(1) }),
              ),
            ),
          })}
        </p>
      )}
      {frame.value && <Latents frame={frame.value} />}
      {metrics.value.length > 0 && <Numbers lines={metrics.value} />}
    </section>
  );
}

interface Lines {
  readonly x: readonly number[];
  readonly losses: readonly Series[];
  /** Those of the other terms, if there are any. */
  readonly others?: readonly Series[];
  /** Whether the first of these is the KL, in nats. */
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

/** More values of epochs than this stand too close for marks. */
const mostMarked = 40;

const columns = [
  ['loss', said('Loss'), () => lossUnit.value],
  ['reconstruction', said('Reconstruction'), () => lossUnit.value],
  ['kl', said('KL'), () => t('nats')],
  ['val_loss', said('Validation'), () => lossUnit.value],
  ['seconds', said('Time'), () => 's'],
] as const;

/** The same as numbers, for the keyboard and screen readers. */
function Numbers({ lines }: { lines: readonly EpochMetrics[] }) {
  const opened = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        opened.value = event.currentTarget.open;
      }}
    >
      <summary>{t('All numbers')}</summary>
      {opened.value && <NumbersTable lines={lines} />}
    </details>
  );
}

function NumbersTable({ lines }: { lines: readonly EpochMetrics[] }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must do too */}
      <section class="scroll" tabIndex={0} aria-label={t('Numbers of all epochs')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Epoch')}</th>
              {columns.map(([name, title, unit]) => (
                <th key={name} scope="col">
                  {t(title)}
                  {unit() && ` (${unit()})`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.toReversed().map((line) => (
              <tr key={line.epoch}>
                <th scope="row">{line.epoch}</th>
                {columns.map(([name]) => (
                  <td key={name}>{line[name] === undefined ? '–' : line[name].toFixed(2)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
