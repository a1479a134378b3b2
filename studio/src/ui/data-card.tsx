import type { CardLines } from '../data/info.js';

/** How data was read, and why: a line for each subject. */
export function DataCard({ lines }: { lines: CardLines }) {
  return (
    <dl class="data-card" aria-label="How the data was read">
      {lines.map(([subject, text], i) => (
        <div key={i}>
          <dt>{subject}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
