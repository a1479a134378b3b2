import { useSignal } from '@preact/signals';
import { route, settleAddress } from '../app/route.js';
import { t } from '../language/language.js';

/** Copies the address of the present view. */
export function CopyLink() {
  const told = useSignal<'copied' | 'failed' | undefined>(undefined);
  const copy = async () => {
    settleAddress();
    try {
      await navigator.clipboard.writeText(location.href);
      told.value = 'copied';
    } catch {
      told.value = 'failed';
    }
  };
  const isOwn = route.value.runs.some((id) => id.startsWith('kept:'));
  return (
    <div class="copy-link">
      <button type="button" onClick={copy}>
        {t('Copy link')}
      </button>
      <span class="small soft" role="status">
        {told.value === 'copied' &&
          (isOwn
            ? t('Copied. It opens in this browser only: a run is kept here.')
            : t('Copied: it opens what you see now.'))}
        {told.value === 'failed' &&
          t('The browser copies nothing here. Take the address from its address bar.')}
      </span>
    </div>
  );
}
