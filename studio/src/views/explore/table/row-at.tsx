import { useSignal, useSignalEffect } from '@preact/signals';
import { isLearnt } from '../../../../../src/data/column.js';
import { t } from '../../../language/language.js';
import type { Exploration } from '../exploration.js';

/** The row that is decoded where the walk stands, beside the row of data that was picked. */
export function RowAt({ exploration }: { exploration: Exploration }) {
  const decoded = useSignal<readonly string[]>([]);
  const picked = useSignal<readonly string[] | undefined>(undefined);
  useSignalEffect(() => {
    const values = exploration.decoded.value;
    if (!values) return;
    let current = true;
    const read = async () => {
      const [cells] = await (await exploration.tables).cells(exploration.id, values);
      if (current) decoded.value = cells!;
    };
    read().catch((error: Error) => {
      if (current) exploration.problem.value = error.message;
    });
    return () => {
      current = false;
    };
  });
  useSignalEffect(() => {
    const [data, index] = [exploration.data.value, exploration.picked.value];
    picked.value = undefined;
    if (!data || index === undefined) return;
    let current = true;
    const read = async () => {
      const source = { data: data.info.data, part: data.part };
      const place = data.places[index]!;
      const cells = await (await exploration.tables).row(exploration.id, source, place);
      if (current) picked.value = cells;
    };
    read().catch((error: Error) => {
      if (current) exploration.problem.value = error.message;
    });
    return () => {
      current = false;
    };
  });
  const place = exploration.data.value?.places[exploration.picked.value ?? -1];
  return (
    <table class="row-at">
      <caption class="visually-hidden">{t('The row where the walk stands')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('Column')}</th>
          {picked.value && <th scope="col">{t('Row {n}', { n: (place ?? 0) + 1 })}</th>}
          <th scope="col">{t('Decoded')}</th>
        </tr>
      </thead>
      <tbody>
        {exploration.table!.map((column, i) =>
          isLearnt(column) ? (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
              {picked.value && (
                <td>{picked.value[i] || <span class="soft">{t('missing')}</span>}</td>
              )}
              <td data-decoded-cell>{decoded.value[i]}</td>
            </tr>
          ) : null,
        )}
      </tbody>
    </table>
  );
}
