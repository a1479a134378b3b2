import type { CardLines } from '../data/info.js';
import { t, translated } from '../language/language.js';

/** Shows how data was read, and why: a line for each subject. */
export function DataCard({ lines }: { lines: CardLines }) {
  return (
    <dl class="data-card" aria-label={t('How the data was read')}>
      {lines.map(([subject, text], i) => (
        <div key={i}>
          <dt>{translated(subject)}</dt>
          <dd>{translated(text)}</dd>
        </div>
      ))}
    </dl>
  );
}
