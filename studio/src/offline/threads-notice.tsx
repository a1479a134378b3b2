import { t } from '../language/language.js';
import { rich } from '../language/rich.js';
import { Notice } from '../ui/notice.js';
import { isSite, threadsWait } from './site.js';

/** Tells why the page computes with one thread, where it does. */
export function ThreadsNotice() {
  if (crossOriginIsolated) return null;
  if (threadsWait.value) {
    return (
      <Notice>
        <div class="row">
          <span>{t('Loaded again, the page computes with several threads.')}</span>
          <button type="button" onClick={() => location.reload()}>
            {t('Reload the page')}
          </button>
        </div>
      </Notice>
    );
  }
  // The service worker is still on its way.
  if (isSite) return null;
  return (
    <Notice>
      {rich(
        'This page runs with one thread, for its server does not isolate it from other sites. Larger networks train faster under {command}.',
        { command: <code>vaekit studio</code> },
      )}
    </Notice>
  );
}
