import { type ColumnKind, columnKinds, type TableColumn } from '../../../../src/data/column.js';
import { describeColumn } from '../../../../src/report/card-lines.js';
import './columns-card.css';

/** The way a column is read: its kind, or not at all. */
export type ColumnChoice = ColumnKind | 'out';

const titles: Readonly<Record<ColumnChoice, string>> = {
  continuous: 'Continuous',
  count: 'Count',
  ordinal: 'Ordinal',
  binary: 'Binary',
  categorical: 'Categorical',
  date: 'Date',
  constant: 'Constant',
  id: 'Id (not learnt)',
  out: 'Leave out',
};

/** The columns of a table as they were found, each with a choice of its kind. */
export function ColumnsCard({
  found,
  table,
  disabled,
  onChange,
}: {
  /** All columns, as they were found. */
  found: readonly TableColumn[];
  /** Those that are there now. */
  table: readonly TableColumn[];
  disabled: boolean;
  onChange(name: string, choice: ColumnChoice): void;
}) {
  return (
    <ul class="columns-card" aria-label="Columns of the table">
      {found.map((first) => {
        const column = table.find(({ name }) => name === first.name);
        const choice: ColumnChoice = column?.kind ?? 'out';
        const kinds = columnKinds.filter((kind) => kind !== 'constant' || choice === kind);
        return (
          <li key={first.name}>
            <label>
              <span class="column-name">{first.name}</span>
              <select
                value={choice}
                disabled={disabled}
                onChange={(event) =>
                  onChange(first.name, event.currentTarget.value as ColumnChoice)
                }
              >
                {[...kinds, 'out' as const].map((each) => (
                  <option key={each} value={each}>
                    {titles[each]}
                  </option>
                ))}
              </select>
            </label>
            <span class="soft small">{column && describeColumn(column).join('; ')}</span>
          </li>
        );
      })}
    </ul>
  );
}
