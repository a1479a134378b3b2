import { useSignal, useSignalEffect } from '@preact/signals';
import { t, translated } from '../../../language/language.js';
import type { LookedAt } from '../../../model/tables/api.js';
import { RowTable } from '../../../ui/tables/row-table.js';
import type { Exploration, ShownData } from '../exploration.js';
import { markedCells } from './looked-at.js';
import { NoRows } from './no-rows.js';

const pageSize = 15;

/** Rows of the data, with the reconstruction of each. */
export function RowsPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!data) return <NoRows exploration={exploration} />;
  return <Rows key={data.info.data} exploration={exploration} data={data} />;
}

function Rows({ exploration, data }: { exploration: Exploration; data: ShownData }) {
  const start = useSignal(0);
  const looked = useSignal<LookedAt | undefined>(undefined);
  const size = data.info[data.part]!.size;
  useSignalEffect(() => {
    let current = true;
    const end = Math.min(start.value + pageSize, size);
    const places = Array.from({ length: end - start.value }, (_, i) => start.value + i);
    const look = async () => {
      const source = { data: data.info.data, part: data.part };
      const found = await (await exploration.tables).look(exploration.id, source, places);
      if (current) looked.value = found;
    };
    look().catch((error: Error) => {
      if (current) exploration.problem.value = error.message;
    });
    return () => {
      current = false;
    };
  });
  const found = looked.value;
  const page = (by: number) => {
    start.value = Math.max(0, Math.min(start.value + by * pageSize, size - 1));
  };
  return (
    <>
      <p class="small">
        {t(
          'Each cell over what the model makes of it, where that differs. Hatched cells are missing; marked ones are odd: far less likely than is usual for their column.',
        )}
      </p>
      {found && (
        <RowTable
          label={t('Rows of the data, and what the model makes of them')}
          lead={[t('Row')]}
          columns={exploration.table!.map(({ name }) => name)}
          rows={found.from.map((from, i) => ({
            key: i,
            lead: [translated(from)],
            cells: markedCells(found, i),
          }))}
        />
      )}
      <div class="row actions">
        <button type="button" disabled={start.value === 0} onClick={() => page(-1)}>
          {t('Back')}
        </button>
        <button type="button" disabled={start.value + pageSize >= size} onClick={() => page(1)}>
          {t('Next')}
        </button>
        <span class="small soft number">
          {t('{from} to {to} of {size}', {
            from: start.value + 1,
            to: Math.min(start.value + pageSize, size),
            size,
          })}
        </span>
      </div>
    </>
  );
}
