import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../../language/language.js';
import { importRun } from '../../runs/open-zip.js';
import { show, whenSafe } from '../../train/session.js';
import { Notice } from '../../ui/notice.js';

/** Opens the zip archive of a run, which is kept in this browser from then on. */
export function OpenRun() {
  const problem = useSignal<string | undefined>(undefined);
  const opens = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const open = async (file: File) => {
    problem.value = undefined;
    opens.value = true;
    try {
      const kept = await importRun(file, file.name);
      if (kept) whenSafe(() => show(kept));
      else
        problem.value = t(
          '{name} holds no run. Choose a zip that was downloaded here, or one of a run folder.',
          { name: file.name },
        );
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      opens.value = false;
      field.current!.value = '';
    }
  };
  return (
    <>
      <button
        type="button"
        class="quiet"
        disabled={opens.value}
        onClick={() => field.current!.click()}
      >
        {opens.value ? t('Opening the run…') : t('Open a run (.zip)')}
      </button>
      <input
        ref={field}
        type="file"
        hidden
        accept=".zip,application/zip"
        aria-label={t('Zip archive of a run')}
        onChange={({ currentTarget: { files } }) => files?.[0] && open(files[0])}
      />
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
    </>
  );
}
