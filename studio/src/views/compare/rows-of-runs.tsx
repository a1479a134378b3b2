import { t } from '../../language/language.js';
import type { Cells } from '../../model/tables/api.js';
import { RowTable, type TableRow } from '../../ui/tables/row-table.js';
import type { Compared } from './comparison.js';

/** Shows the same rows of a table, and each run's reconstructions of them. */
export function RowsOfRuns({
  title,
  runs,
  columns,
  cells,
}: {
  title: string;
  runs: readonly Compared[];
  columns: readonly string[];
  cells: Cells;
}) {
  const rows = cells.flatMap((texts, row): TableRow[] => [
    {
      key: `${row}`,
      lead: [t('As it is')],
      cells: texts.map((text) => (text === '' ? { text, mark: 'gap' } : { text })),
    },
    ...runs.flatMap(({ id, run, cells: made }): TableRow[] =>
      made
        ? [{ key: `${row} ${id}`, lead: [run!.name], cells: made[row]!.map((text) => ({ text })) }]
        : [],
    ),
  ]);
  return (
    <section class="panel stack" aria-labelledby="same-rows">
      <h2 id="same-rows">{t('The same rows by each run')}</h2>
      <RowTable
        label={t('Rows of {data}, and what each run makes of them', { data: title })}
        lead={[t('Run')]}
        columns={columns}
        rows={rows}
      />
    </section>
  );
}
