import { t } from '../../language/language.js';
import type { DiagramValues } from './diagram-model.js';

/** The codes of an example as a grid: one colour a code, and its number where there is room. */
export function CodeGrid({ codes, count }: { codes: DiagramValues['codes']; count: number }) {
  if (!codes) return <span class="diagram-nothing soft small">{t('none chosen')}</span>;
  const { indices, columns } = codes;
  const rows = Math.ceil(indices.length / columns);
  return (
    <svg
      class="diagram-codes"
      viewBox={`0 0 ${columns} ${rows}`}
      role="img"
      aria-label={t('Codes, row by row: {codes}', { codes: Array.from(indices).join(' ') })}
    >
      {Array.from(indices, (code, i) => (
        <g key={i} transform={`translate(${i % columns} ${Math.floor(i / columns)})`}>
          {/* The golden angle keeps the hues of neighbouring codes apart. */}
          <rect
            width={1}
            height={1}
            fill={`hsl(${(code * 137.5) % 360} 55% ${45 + (30 * code) / count}%)`}
          />
        </g>
      ))}
    </svg>
  );
}
