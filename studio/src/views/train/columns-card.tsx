import { columnKinds, type TableColumn } from '../../../../src/data/column.js';
import { describeColumn } from '../../../../src/report/card-lines.js';
import { said, t } from '../../language/language.js';
import type { ColumnChoice } from '../../train/giving.js';
import './columns-card.css';

const titles: Readonly<Record<ColumnChoice, string>> = {
  continuous: said('Continuous'),
  count: said('Count'),
  ordinal: said('Ordinal'),
  binary: said('Binary'),
  categorical: said('Categorical'),
  date: said('Date'),
  constant: said('Constant'),
  id: said('Id (not learnt)'),
  out: said('Leave out'),
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
  /** The columns that are there now. */
  table: readonly TableColumn[];
  disabled: boolean;
  onChange(name: string, choice: ColumnChoice): void;
}) {
  return (
    <ul class="columns-card" aria-label={t('Columns of the table')}>
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
                    {t(titles[each])}
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
