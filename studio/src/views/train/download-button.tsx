import { useSignal } from '@preact/signals';
import { zip } from '../../train/session.js';
import { Notice } from '../../ui/notice.js';

/** Saves a run as a zip archive of its folder, which `vaekit` opens. */
export function DownloadButton({ id, name }: { id: string; name: string }) {
  const problem = useSignal<string | undefined>(undefined);
  const save = async () => {
    try {
      const bytes = await zip(id);
      const address = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }));
      Object.assign(document.createElement('a'), {
        href: address,
        download: `${name}.zip`,
      }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      problem.value = undefined;
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <>
      <button
        type="button"
        onClick={save}
        title="A zip of the run folder, which vaekit opens on the command line"
      >
        Download
      </button>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
    </>
  );
}
