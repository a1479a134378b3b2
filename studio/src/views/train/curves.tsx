import { useSignal } from '@preact/signals';
import type { EpochMetrics } from '../../../../src/training/index.js';
import { said, t } from '../../language/language.js';
import { listed } from '../../language/listed.js';
import { optionTerm } from '../../train/fields.js';
import { frame } from '../../train/learning.js';
import { changes, lossUnit, metrics, trace } from '../../train/session.js';
import { Chart, type Series } from '../../ui/chart.js';
import { ChartControls, useLook } from '../../ui/chart-controls.js';
import { tickText } from '../../ui/number.js';
import { chartWords } from './chart-words.js';
import { curveColumns } from './curve-columns.js';
import { Latents } from './loss/latents.js';
import { LossTold } from './loss/loss-told.js';

/** Draws the loss and its parts over the epochs. */
export function Curves() {
  const look = useLook();
  const { x, losses, kls } = seriesOf();
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
        {kls && (
          <Chart
            label={chartWords(t('KL by epochs.'), x, kls, t('nats'))}
            x={x}
            xLabel={t('Epochs')}
            series={kls}
            unit={t('nats')}
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

/** The lines of the charts of the run that is shown. */
function seriesOf(): { x: readonly number[]; losses: readonly Series[]; kls?: readonly Series[] } {
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
  const kl = trained('kl');
  if (kl.every((value) => value === null)) return { x, losses };
  const own = { label: t('KL'), colour: '--series-4', values: kl, marked };
  return { x, losses, kls: [own, ...validation('kl')] };
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
