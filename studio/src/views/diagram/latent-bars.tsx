import { t } from '../../language/language.js';
import { tickText } from '../../ui/number.js';

/** Latents that are drawn; more would be too thin to see. */
const most = 16;

/** Values from −reach to reach are drawn; values beyond end at the edge. */
const reach = 3;

/** Latents whose numbers are written out. */
const fewNumbers = 2;

const place = (value: number) => 50 + (48 * Math.max(-reach, Math.min(reach, value))) / reach;

const rounded = (value: number) => tickText(Number(value.toFixed(2)));

/** Latents as bars from 0, each with a line of two standard deviations where it has a variance. */
export function LatentBars({
  name,
  values,
  logVariance,
}: {
  name: string;
  values: ArrayLike<number> | undefined;
  logVariance?: ArrayLike<number> | undefined;
}) {
  if (!values) return <span class="diagram-nothing soft small">{t('not drawn')}</span>;
  const shown = Array.from({ length: Math.min(most, values.length) }, (_, i) => values[i]!);
  const sigma = logVariance && shown.map((_, i) => Math.exp(logVariance[i]! / 2));
  const row = 80 / shown.length;
  const words = (numbers: readonly number[]) =>
    numbers.slice(0, fewNumbers).map(rounded).join(', ');
  const more = values.length > fewNumbers ? ' …' : '';
  return (
    <>
      <svg class="diagram-bars" viewBox="0 0 100 80" aria-hidden="true">
        <line x1={50} x2={50} y1={0} y2={80} />
        {shown.map((value, i) => {
          const [from, to] = [Math.min(50, place(value)), Math.max(50, place(value))];
          const [top, height] = [i * row + row * 0.2, row * 0.6];
          return (
            <g key={i}>
              <rect x={from} y={top} width={Math.max(1, to - from)} height={height} />
              {sigma && (
                <line
                  class="deviation"
                  x1={place(value - sigma[i]!)}
                  x2={place(value + sigma[i]!)}
                  y1={(i + 0.5) * row}
                  y2={(i + 0.5) * row}
                />
              )}
            </g>
          );
        })}
      </svg>
      <span class="small number">
        {name} {words(shown)}
        {more}
        {sigma && (
          <>
            <br />σ {words(sigma)}
            {more}
          </>
        )}
      </span>
    </>
  );
}
