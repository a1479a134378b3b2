import { useSignal } from '@preact/signals';
import { formatNumber } from '../../../../src/report/number.js';
import type { EpochMetrics } from '../../../../src/training/index.js';
import { lossUnit, metrics, trace } from '../../train/session.js';
import { Chart, type Series } from '../../ui/chart.js';
import { ChartControls, useLook } from '../../ui/chart-controls.js';
import { curveColumns } from './curve-columns.js';

/** Draws the loss and its parts over the epochs. */
export function Curves() {
  const look = useLook();
  const { x, trained, validated } = curveColumns(trace.value, metrics.value);
  const isValidated = metrics.value.some((line) => line.val_loss !== undefined);
  const kl = trained('kl');
  const unit = lossUnit.value;
  const inUnit = (value: number) => `${formatNumber(value)} ${unit}`.trimEnd();
  // One value makes no line.
  const marked = x.length === 1;
  const validation = (metric: string): Series[] =>
    isValidated
      ? [
          {
            label: 'Validation',
            colour: '--series-2',
            values: validated(metric),
            marked: metrics.value.length <= mostMarked,
          },
        ]
      : [];
  const losses: Series[] = [
    { label: 'Loss', colour: '--series-1', values: trained('loss'), marked },
    {
      ...{ label: 'Reconstruction', colour: '--series-3', values: trained('reconstruction') },
      ...{ dashed: true, marked },
    },
    ...validation('loss'),
  ];
  const kls: Series[] = [
    { label: 'KL', colour: '--series-4', values: kl, marked },
    ...validation('kl'),
  ];
  const last = metrics.value.at(-1);
  const summary = last
    ? `after epoch ${last.epoch}: loss ${inUnit(last.loss)}${last.val_loss === undefined ? '' : `, validation ${inUnit(last.val_loss)}`}`
    : 'no epoch is done yet';
  return (
    <section class="panel stack" aria-labelledby="curves">
      <div class="row spread">
        <h2 id="curves">Loss</h2>
        <ChartControls look={look} />
      </div>
      <div class="charts">
        <Chart
          label={`Loss by epochs, ${summary}`}
          x={x}
          xLabel="Epochs"
          series={losses}
          unit={unit}
          look={look}
          group="training"
        />
        {kl.some((value) => value !== null) && (
          <Chart
            label="KL by epochs"
            x={x}
            xLabel="Epochs"
            series={kls}
            unit="nats"
            look={look}
            group="training"
          />
        )}
      </div>
      {metrics.value.length > 0 && <Numbers lines={metrics.value} />}
    </section>
  );
}

/** More values of epochs than this stand too close for marks. */
const mostMarked = 40;

const columns = [
  ['loss', 'Loss', () => lossUnit.value],
  ['reconstruction', 'Reconstruction', () => lossUnit.value],
  ['kl', 'KL', () => 'nats'],
  ['val_loss', 'Validation', () => lossUnit.value],
  ['seconds', 'Time', () => 's'],
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
      <summary>All numbers</summary>
      {opened.value && <NumbersTable lines={lines} />}
    </details>
  );
}

function NumbersTable({ lines }: { lines: readonly EpochMetrics[] }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must do too */}
      <section class="scroll" tabIndex={0} aria-label="Numbers of all epochs">
        <table>
          <thead>
            <tr>
              <th scope="col">Epoch</th>
              {columns.map(([name, title, unit]) => (
                <th key={name} scope="col">
                  {title}
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
