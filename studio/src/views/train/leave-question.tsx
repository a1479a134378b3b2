import { t } from '../../language/language.js';
import type { KeptRun } from '../../storage/database.js';
import { leaving } from '../../train/session.js';
import { Notice } from '../../ui/notice.js';
import { DownloadButton } from './download-button.js';

/** Asks before work is lost that no storage keeps. */
export function LeaveQuestion({ kept: { id, name } }: { kept: KeptRun }) {
  const work = leaving.value;
  if (!work) return null;
  const answer = (next?: () => void) => () => {
    leaving.value = undefined;
    next?.();
  };
  return (
    <Notice kind="error">
      <p>{t('This run is not kept in this browser: it is lost when you leave it.')}</p>
      <p class="row">
        <DownloadButton id={id} name={name} />
        <button type="button" onClick={answer()}>
          {t('Stay')}
        </button>
        <button type="button" class="quiet" onClick={answer(work)}>
          {t('Leave and lose it')}
        </button>
      </p>
    </Notice>
  );
}
