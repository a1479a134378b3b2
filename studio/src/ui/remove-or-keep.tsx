import type { Signal } from '@preact/signals';
import { t } from '../language/language.js';

/** The answers to the question if something is removed for good. */
export function RemoveOrKeep({
  name,
  asked,
  onRemove,
}: {
  name: string;
  /** True while the question is asked. */
  asked: Signal<boolean>;
  onRemove(): void;
}) {
  return (
    <>
      <button type="button" onClick={onRemove}>
        {t('Remove {name}', { name })}
      </button>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          asked.value = false;
        }}
      >
        {t('Keep')}
      </button>
    </>
  );
}
