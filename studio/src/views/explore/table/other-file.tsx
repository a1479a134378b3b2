import { useSignal } from '@preact/signals';
import { DropFiles, withoutPlace } from '../../../ui/drop-files.js';
import { filesFromDrop } from '../../../ui/dropped-files.js';
import { Notice } from '../../../ui/notice.js';
import type { Exploration } from '../exploration.js';

/** Takes a file with the columns of the model; the view then shows its rows. */
export function OtherFile({ exploration, words }: { exploration: Exploration; words: string }) {
  const problem = useSignal<string | undefined>(undefined);
  const take = async (given: DataTransfer | FileList) => {
    const files = filesFromDrop(given);
    problem.value = undefined;
    try {
      const { data } = await exploration.service.addData(await files, {
        read: exploration.reading,
        model: exploration.id,
        isPassing: true,
      });
      exploration.passing = data;
      await exploration.load(data);
    } catch (error) {
      problem.value = withoutPlace((error as Error).message);
    }
  };
  return (
    <>
      <DropFiles isTable words={words} onFiles={take} />
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
    </>
  );
}
