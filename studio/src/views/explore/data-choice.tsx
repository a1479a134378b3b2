import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { TableColumn } from '../../../../src/data/column.js';
import { ownData, publishedData, refreshData } from '../../data/store.js';
import { DropFiles, withoutPlace } from '../../ui/drop-files.js';
import { filesFromDrop } from '../../ui/dropped-files.js';
import { Notice } from '../../ui/notice.js';
import type { Exploration } from './exploration.js';

/** Whether rows of one table are read as those of another. */
function isAlike(a: readonly TableColumn[] = [], b: readonly TableColumn[] = []): boolean {
  const meaning = (table: readonly TableColumn[]) =>
    JSON.stringify(
      table.map(({ name, kind, categories, date, rare }) => [name, kind, categories, date, rare]),
    );
  return meaning(a) === meaning(b);
}

/** Chooses the images on the map: the run's own, or others of the same shape. */
export function DataChoice({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  const chosen = exploration.dataName.value;
  const shape = exploration.info.config.input.join();
  const { things } = exploration;
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
      {data?.part === 'test' ? `Test ${things}` : things[0]!.toUpperCase() + things.slice(1)}
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
    told.value = 'Reading the files…';
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
        No {exploration.things} are on the map. {told.value ?? exploration.dataProblem.value}
      </Notice>
      <DropFiles onFiles={take} />
    </>
  );
}
