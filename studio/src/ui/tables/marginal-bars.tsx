import { type Bar, dateOf, type Marginal } from '../../../../src/data/quality/marginals.js';
import { t } from '../../language/language.js';
import { tickText } from '../number.js';
import './marginal-bars.css';

/** A histogram's size in its own units; it is stretched to its panel. */
const [width, height] = [200, 60];

/** Small pictures of how the values of each column are spread, real ones against synthetic ones. */
export function MarginalBars({
  marginals,
  scores,
}: {
  marginals: readonly Marginal[];
  /** Scores for how alike a column is, in the place of the overlap of its bars. */
  scores?: ReadonlyMap<string, number | null>;
}) {
  return (
    <div class="stack">
      <p class="row small marginal-key">
        <span class="swatch real" /> {t('Real')}
        <span class="swatch synthetic" /> {t('Synthetic')}
      </p>
      <ul class="marginals">
        {marginals.map((marginal) => (
          <li key={marginal.column.name}>
            <Panel marginal={marginal} score={scores?.get(marginal.column.name)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

/** The share of the values that real and synthetic bars have in common. */
const overlapOf = (bars: readonly Bar[]) =>
  bars.reduce((sum, { real, synthetic }) => sum + Math.min(real, synthetic), 0);

function Panel({ marginal, score }: { marginal: Marginal; score?: number | null | undefined }) {
  const { column, bars } = marginal;
  const { real, synthetic } = marginal.missing;
  const alike =
    score == null ? t('{share} alike', { share: percent(overlapOf(bars)) }) : score.toFixed(3);
  return (
    <figure class="marginal">
      <figcaption>
        <strong title={column.name}>{column.name}</strong>
        <span class="soft number">{alike}</span>
      </figcaption>
      {bars[0]?.name === undefined ? (
        <Histogram marginal={marginal} alike={alike} />
      ) : (
        <NamedBars bars={bars} />
      )}
      {real + synthetic > 0 && (
        <span class="soft small">
          {t('missing: {real}, synthetic {synthetic}', {
            real: percent(real),
            synthetic: percent(synthetic),
          })}
        </span>
      )}
    </figure>
  );
}

/** The text of a value of a column of numbers or dates. */
function endText({ column }: Marginal, value: number): string {
  if (column.date) return new Date(dateOf(column, value)).toISOString().slice(0, 10);
  return tickText(Number(value.toPrecision(4)));
}

/** Real values as filled bars, synthetic ones as a line over them. */
function Histogram({ marginal, alike }: { marginal: Marginal; alike: string }) {
  const { column, bars } = marginal;
  const most = Math.max(1e-9, ...bars.flatMap((bar) => [bar.real, bar.synthetic]));
  const step = width / Math.max(1, bars.length);
  const y = (share: number) => height - (share / most) * (height - 2);
  const line = bars.map(
    ({ synthetic }, i) => `${i * step},${y(synthetic)} ${(i + 1) * step},${y(synthetic)}`,
  );
  const [low, high] = [bars[0]?.from ?? 0, bars.at(-1)?.to ?? 0].map((value) =>
    endText(marginal, value),
  );
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('{column} from {low} to {high}, real and synthetic: {alike}', {
          column: column.name,
          low: low!,
          high: high!,
          alike,
        })}
      >
        {bars.map(({ real }, i) => (
          <rect
            key={i}
            class="real"
            x={i * step}
            width={step}
            y={y(real)}
            height={height - y(real)}
          />
        ))}
        <polyline class="synthetic" points={line.join(' ')} />
      </svg>
      <span class="ends soft small number">
        <span>{low}</span>
        <span>{high}</span>
      </span>
    </>
  );
}

/** The share of each category, real ones over synthetic ones. */
function NamedBars({ bars }: { bars: readonly Bar[] }) {
  const most = Math.max(1e-9, ...bars.flatMap((bar) => [bar.real, bar.synthetic]));
  return (
    <table class="named-bars">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{t('Value')}</th>
          <th scope="col">{t('Bars')}</th>
          <th scope="col">{t('Real, synthetic')}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ name, real, synthetic }) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {name}
            </th>
            <td>
              <span class="real" style={{ width: `${(100 * real) / most}%` }} />
              <span class="synthetic" style={{ width: `${(100 * synthetic) / most}%` }} />
            </td>
            <td class="number">
              {percent(real)}, {percent(synthetic)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
