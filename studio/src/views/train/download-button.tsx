import { useSignal } from '@preact/signals';
import { t } from '../../language/language.js';
import { zip } from '../../train/session.js';
import { Notice } from '../../ui/notice.js';
import { saveFile } from '../../ui/save-file.js';

/** Saves a run as a zip archive of its folder, which `vaekit` opens. */
export function DownloadButton({ id, name }: { id: string; name: string }) {
  const problem = useSignal<string | undefined>(undefined);
  const save = async () => {
    try {
      saveFile(await zip(id), `${name}.zip`, 'application/zip');
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
        title={t('A zip of the run folder, which vaekit opens on the command line')}
      >
        {t('Download')}
      </button>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
    </>
  );
}
