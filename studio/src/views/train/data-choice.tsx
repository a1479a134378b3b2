import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { ColumnKind, TableColumn } from '../../../../src/data/column.js';
import type { AddedData, AddOptions, DataName } from '../../data/info.js';
import { addData, ownData, publishedData, refreshData } from '../../data/store.js';
import { runs } from '../../runs/store.js';
import { DataCard } from '../../ui/data-card.js';
import { DropFiles, withoutPlace } from '../../ui/drop-files.js';
import type { Files } from '../../ui/dropped-files.js';
import { ChoiceField } from '../../ui/fields.js';
import { later } from '../../ui/later.js';
import { Notice } from '../../ui/notice.js';
import type { ColumnChoice } from './columns-card.js';

const ColumnsCard = later(async () => (await import('./columns-card.js')).ColumnsCard);

const sizes = ['as they are', '28', '32', '64'] as const;

type Size = (typeof sizes)[number];

/** Files that were given, and how their columns are read. */
interface Given {
  readonly files: Files;
  readonly size: Size;
  /** Kinds that the user chose, by the names of columns. */
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  readonly without: readonly string[];
}

/** What was read, as the page tells it. */
interface Told {
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** Data that was read, with the columns that were first found in it. */
interface Read {
  readonly given: Given;
  readonly added: AddedData;
  readonly found: readonly TableColumn[];
}

function optionsOf({ size, kinds, without }: Given, before: Read | undefined): AddOptions {
  const resize = size === 'as they are' ? {} : { resize: Number(size), crop: 'center' as const };
  const columns = Object.keys(kinds).length > 0 ? { columns: kinds } : {};
  // A run that was trained on the data as it was read before must find it so.
  const replaces = before?.added.data;
  const isUsed = runs.value?.some(({ kept }) => kept?.data === replaces) ?? true;
  return { read: { ...resize, ...columns }, without, ...(replaces && !isUsed ? { replaces } : {}) };
}

function toldOf({ title, train, shape, table, skipped, problem }: AddedData): Told {
  const count = train.size.toLocaleString('en');
  const examples = table
    ? `${count} rows of ${table.length} ${table.length === 1 ? 'column' : 'columns'}`
    : `${count} examples of ${shape.join(' × ')}`;
  const lines = [
    `${title}: ${examples}${train.hasLabels ? ', with labels' : ''}.`,
    ...(skipped.length > 0
      ? [
          `${skipped.length} could not be read and were left out, the first ${skipped[0]!.name}: ${skipped[0]!.reason}.`,
        ]
      : []),
    ...(problem ? [problem] : []),
  ];
  return { kind: lines.length > 1 ? 'warning' : 'info', text: lines.join(' ') };
}

/** Reads files that are given, and again when their columns are to be read otherwise. */
function useFiles(onChange: (data: DataName) => void) {
  const told = useSignal<Told | undefined>(undefined);
  const read = useSignal<Read | undefined>(undefined);
  const isReading = useSignal(false);
  const take = async (given: Given, before?: Read) => {
    isReading.value = true;
    try {
      const added = await addData(given.files, optionsOf(given, before));
      told.value = toldOf(added);
      read.value = { given, added, found: before?.found ?? added.table ?? [] };
      onChange(added.data);
    } catch (error) {
      told.value = { kind: 'error', text: withoutPlace((error as Error).message) };
    } finally {
      isReading.value = false;
    }
  };
  const drop = async (files: Promise<Files>, size: Size) => {
    told.value = { kind: 'info', text: 'Reading the files…' };
    read.value = undefined;
    await take({ files: await files, size, kinds: {}, without: [] });
  };
  const choose = (name: string, choice: ColumnChoice) => {
    const before = read.value;
    if (!before) return;
    const { given } = before;
    const { [name]: _, ...kinds } = given.kinds;
    const without = given.without.filter((each) => each !== name);
    const next =
      choice === 'out'
        ? { kinds, without: [...without, name] }
        : { kinds: { ...kinds, [name]: choice }, without };
    take({ ...given, ...next }, before);
  };
  return { told: told.value, read: read.value, isReading: isReading.value, drop, choose };
}

/** The lines of a card but for those on columns, which have a card of their own. */
const otherLines = ({ card, table }: AddedData) =>
  table ? card.filter(([subject]) => subject !== 'column') : card;

/** Chooses the examples to train on, or takes the user's own. */
export function DataChoice({
  value,
  disabled,
  onChange,
}: {
  value: DataName;
  disabled: boolean;
  onChange(data: DataName): void;
}) {
  const size = useSignal<Size>('as they are');
  const { told, read, isReading, drop, choose } = useFiles(onChange);
  const sizeId = useId();
  useEffect(() => {
    refreshData().catch(() => undefined);
  }, []);
  const choices = [...publishedData, ...ownData.value];
  return (
    <>
      <ChoiceField
        term="data"
        value={value}
        choices={[
          ...choices.map(({ data, title }) => [data, title] as const),
          ...(choices.some(({ data }) => data === value)
            ? []
            : [[value, 'Data that is no longer kept'] as const]),
        ]}
        disabled={disabled}
        onChange={onChange}
      />
      {!disabled && (
        <details class="own-data">
          <summary>Your own data</summary>
          <div class="stack">
            <DropFiles onFiles={(files) => drop(files, size.value)} />
            <div class="field">
              <label for={sizeId} class="field-label">
                Size of pictures, in pixels
              </label>
              <select
                id={sizeId}
                value={size.value}
                onChange={(event) => {
                  size.value = event.currentTarget.value as Size;
                }}
              >
                {sizes.map((each) => (
                  <option key={each} value={each}>
                    {each === 'as they are'
                      ? 'As they are'
                      : `${each} × ${each}, cut in the middle`}
                  </option>
                ))}
              </select>
            </div>
            {told && <Notice kind={told.kind}>{told.text}</Notice>}
            {read?.added.table && (
              <ColumnsCard
                found={read.found}
                table={read.added.table}
                disabled={isReading}
                onChange={choose}
              />
            )}
            {read && <DataCard lines={otherLines(read.added)} />}
          </div>
        </details>
      )}
    </>
  );
}
