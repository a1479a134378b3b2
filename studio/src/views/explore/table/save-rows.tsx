import { useSignal } from '@preact/signals';
import type { TableEnding } from '../../../../../src/data/tables/columns/table-files.js';
import { t } from '../../../language/language.js';
import { Notice } from '../../../ui/notice.js';
import { saveFile } from '../../../ui/save-file.js';

const formats = [
  ['.csv', 'CSV'],
  ['.json', 'JSON'],
  ['.parquet', 'Parquet'],
] as const satisfies readonly (readonly [TableEnding, string])[];

/** Saves rows as a file of a format that is chosen. */
export function SaveRows({
  name,
  disabled = false,
  write,
}: {
  /** The name of the file, without its ending. */
  name: string;
  disabled?: boolean;
  write(ending: TableEnding): Promise<Uint8Array<ArrayBuffer>>;
}) {
  const ending = useSignal<TableEnding>('.csv');
  const problem = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const save = async () => {
    problem.value = undefined;
    isBusy.value = true;
    try {
      saveFile(await write(ending.value), `${name}${ending.value}`);
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <>
      <label class="field format">
        <span class="field-label">{t('File format')}</span>
        <select
          value={ending.value}
          onChange={(event) => {
            ending.value = event.currentTarget.value as TableEnding;
          }}
        >
          {formats.map(([each, title]) => (
            <option key={each} value={each}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button type="button" disabled={disabled || isBusy.value} onClick={save}>
        {isBusy.value ? t('Writing…') : t('Download rows')}
      </button>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
    </>
  );
}
