import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { TableColumn } from '../../../../src/data/column.js';
import { ownData, publishedData, refreshData } from '../../data/store.js';
import { t, translated } from '../../language/language.js';
import { DropFiles, withoutPlace } from '../../ui/drop-files.js';
import { filesFromDrop } from '../../ui/dropped-files.js';
import { Notice } from '../../ui/notice.js';
import type { Exploration } from './exploration.js';
import { wordOf } from './things.js';

/** Tells whether rows of two tables are read alike. */
function isAlike(a: readonly TableColumn[] = [], b: readonly TableColumn[] = []): boolean {
  const meaning = (table: readonly TableColumn[]) =>
    JSON.stringify(
      table.map(({ name, kind, categories, date, rare }) => [name, kind, categories, date, rare]),
    );
  return meaning(a) === meaning(b);
}

const labelOf = {
  test: (things: string) => t('Test {things}', { things }),
  train: (things: string) => t('All {things}', { things }),
};

/** Chooses the images on the map: the run's own, or others of the same shape. */
export function DataChoice({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  const chosen = exploration.dataName.value;
  const shape = exploration.info.config.input.join();
  const things = wordOf(exploration.things);
  useEffect(() => {
    refreshData().catch(() => undefined);
  }, []);
  const known = [...publishedData, ...ownData.value];
  const names = new Set([
    exploration.ownData,
    chosen,
    ...known
      .filter((each) => each.shape.join() === shape && isAlike(each.table, exploration.table))
      .map((each) => each.data),
  ]);
  const title = (name: string) =>
    known.find((each) => each.data === name)?.title.replace(/: .*/, '') ??
    (data?.info.data === name ? data.info.title : name);
  return (
    <label class="field">
      {data ? labelOf[data.part](things) : t('Data')}
      <select
        value={chosen}
        onChange={(event) => {
          exploration.load(event.currentTarget.value);
        }}
      >
        {[...names].map((name) => (
          <option key={name} value={name}>
            {title(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Takes the images that the page cannot read by itself, as the run's training read them. */
export function MissingData({ exploration }: { exploration: Exploration }) {
  const told = useSignal<string | undefined>(undefined);
  const take = async (given: DataTransfer | FileList) => {
    const files = filesFromDrop(given);
    told.value = t('Reading the files…');
    try {
      const { data } = await exploration.service.addData(await files, {
        read: exploration.reading,
        model: exploration.id,
      });
      await refreshData().catch(() => undefined);
      await exploration.load(data);
      told.value = undefined;
    } catch (error) {
      told.value = withoutPlace((error as Error).message);
    }
  };
  return (
    <>
      <Notice kind="warning">
        {t('No {things} are on the map. {reason}', {
          things: wordOf(exploration.things),
          reason: translated(told.value ?? exploration.dataProblem.value ?? ''),
        })}
      </Notice>
      <DropFiles onFiles={take} />
    </>
  );
}
