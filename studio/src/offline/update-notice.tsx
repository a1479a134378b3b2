import { useEffect } from 'preact/hooks';
import { t } from '../language/language.js';
import { Notice } from '../ui/notice.js';
import { keepPage, newVersion, useNewVersion } from './update.js';

/** Keeps the page for use without a network, and tells when there is a newer version of it. */
export function UpdateNotice() {
  useEffect(() => {
    // The page works without it as long as there is a network.
    keepPage().catch(() => undefined);
  }, []);
  const version = newVersion.value;
  if (!version) return null;
  return (
    <Notice>
      <div class="row">
        <span>
          {t('There is a new version of this page. Kept runs and data stay as they are.')}
        </span>
        <button type="button" onClick={() => useNewVersion(version)}>
          {t('Use the new version')}
        </button>
      </div>
    </Notice>
  );
}
