import type { ComponentChildren } from 'preact';
import { said, t } from '../../language/language.js';
import './row-table.css';

/** A cell of a table of rows. */
export interface RowCell {
  readonly text: string;
  /** `gap`: there is no value; `odd`: an unusual one; `filled`: a value in the place of a gap. */
  readonly mark?: 'gap' | 'odd' | 'filled' | undefined;
  /** The mark in words. */
  readonly note?: string;
  /** The model's value for it, under the text. */
  readonly below?: string;
}

/** A row, with the cells that lead it. */
export interface TableRow {
  readonly key: string | number;
  /** Cells before the others, the first of which names the row. */
  readonly lead: readonly ComponentChildren[];
  readonly cells: readonly RowCell[];
}

const marks = { gap: said('missing'), odd: said('odd'), filled: said('filled') };

/** Rows of a table, with gaps and odd cells marked. It scrolls in itself where it is wide. */
export function RowTable({
  label,
  lead,
  columns,
  rows,
}: {
  /** The table in words. */
  label: string;
  /** Headers of the cells before the others. */
  lead: readonly string[];
  columns: readonly string[];
  rows: readonly TableRow[];
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must do too
    <section class="row-table" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {[...lead, ...columns].map((name, i) => (
              <th key={i} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {row.lead.map((each, i) =>
                i === 0 ? (
                  <th key={i} scope="row">
                    {each}
                  </th>
                ) : (
                  <td key={i}>{each}</td>
                ),
              )}
              {row.cells.map((cell, i) => (
                <Cell key={i} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ cell: { text, mark, note, below } }: { cell: RowCell }) {
  return (
    <td class={mark ?? ''} {...(note ? { title: note } : {})}>
      {mark === 'gap' && text === '' ? <span class="soft">{t(marks.gap)}</span> : text}
      {mark && mark !== 'gap' && <span class="visually-hidden"> ({note ?? t(marks[mark])})</span>}
      {below !== undefined && <span class="below soft small">{below}</span>}
    </td>
  );
}
