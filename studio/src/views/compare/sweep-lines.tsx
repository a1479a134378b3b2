import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type ParallelAxis, parallelAxes } from '../../../../src/report/parallel-axes.js';
import { shortNames, valueText } from '../../../../src/report/setting-text.js';
import { addressOf } from '../../app/route.js';
import { t, translated } from '../../language/language.js';
import { type OpenedSweep, openSweep, type SweptRun } from '../../runs/sweeps.js';
import { Notice } from '../../ui/notice.js';
import { tickText } from '../../ui/number.js';
import { colourOf } from './curves-of-runs.js';
import './sweep-lines.css';

/** Units of the picture: from one axis to the next, their length, and the room around them. */
const [between, height, above, left, right] = [150, 240, 34, 20, 90] as const;

/** Lines of the worst and of the best run are as strong as this. */
const [faintest, strongest] = [0.25, 1] as const;

/** A line from axis to axis. */
const pathOf = (axes: readonly ParallelAxis[], line: number) =>
  axes
    .map(({ places }, i) => {
      return `${i === 0 ? 'M' : 'L'}${left + i * between} ${above + (1 - places[line]!) * height}`;
    })
    .join('');

/** A run in words: its settings and its number. */
function wordsOf({ name, settings, value }: SweptRun, metric: string): string {
  const paths = Object.keys(settings);
  const names = shortNames(paths);
  const words = paths.map((path, i) => `${names[i]} ${valueText(settings[path])}`);
  return `${name}: ${words.join(', ')}, ${metric} ${tickText(value)}`;
}

/** Runs with the best last, so that it is drawn over the others. */
function inOrder({ runs, better }: OpenedSweep): readonly SweptRun[] {
  const sign = better === 'less' ? 1 : -1;
  return runs.toSorted((a, b) => sign * (b.value - a.value));
}

/** Axes with their names and marks. */
function Axes({ axes }: { axes: readonly ParallelAxis[] }) {
  return (
    <g>
      {axes.map(({ name, marks }, i) => (
        <g key={name} transform={`translate(${left + i * between} ${above})`}>
          <line class="axis" y2={height} />
          <text
            class="title"
            x={i === 0 ? -left : 0}
            y={-16}
            text-anchor={i === 0 ? 'start' : 'middle'}
          >
            {name}
          </text>
          {marks.map(({ at, text }) => (
            <text key={text} x={7} y={(1 - at) * height} dy="0.32em">
              {text}
            </text>
          ))}
        </g>
      ))}
    </g>
  );
}

/**
 * The runs of a sweep as lines over their settings and the number that they are compared by; a line
 * leads to the comparison with or without its run.
 * @param chosen ids of the runs that are compared, in their order
 * @param most runs that can be
 */
export function SweepLines({
  folder,
  chosen,
  most,
}: {
  folder: string;
  chosen: readonly string[];
  most: number;
}) {
  const sweep = useSignal<OpenedSweep | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    openSweep(folder).then(
      (opened) => {
        sweep.value = opened;
      },
      (error: Error) => {
        problem.value = error.message;
      },
    );
  }, []);
  if (problem.value) return <Notice kind="warning">{translated(problem.value)}</Notice>;
  if (!sweep.value || sweep.value.runs.length === 0) return null;
  const { metric } = sweep.value;
  const runs = inOrder(sweep.value);
  const axes = parallelAxes(runs, metric);
  const width = left + (axes.length - 1) * between + right;
  const toggled = (id: string) =>
    chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen.slice(0, most - 1), id];
  return (
    <section class="panel stack" aria-labelledby={`sweep-${folder}`}>
      <h2 id={`sweep-${folder}`}>
        {folder === '' ? t('Runs of the sweep') : t('Runs of the sweep {name}', { name: folder })}
      </h2>
      <p class="small soft">
        {t(
          'A line a run, over its settings and {metric}: the stronger, the better. Choose a line to compare its run, or to leave it out.',
          { metric },
        )}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must do too */}
      <section class="scroll" tabIndex={0} aria-label={t('Runs of the sweep')}>
        <svg class="sweep-lines" viewBox={`0 0 ${width} ${above + height + 12}`} width={width}>
          <title>{t('Runs of the sweep')}</title>
          {runs.map((run, i) => {
            const place = chosen.indexOf(run.id);
            const rank = runs.length === 1 ? 1 : i / (runs.length - 1);
            const strength = faintest + rank * (strongest - faintest);
            const path = pathOf(axes, i);
            return (
              <a
                key={run.id}
                href={addressOf('compare', ...toggled(run.id))}
                aria-label={wordsOf(run, metric)}
                class={place < 0 ? '' : 'chosen'}
              >
                <title>{wordsOf(run, metric)}</title>
                <path class="reach" d={path} />
                <path
                  d={path}
                  style={
                    place < 0 ? { strokeOpacity: strength } : { stroke: `var(${colourOf(place)})` }
                  }
                />
              </a>
            );
          })}
          <Axes axes={axes} />
        </svg>
      </section>
    </section>
  );
}
