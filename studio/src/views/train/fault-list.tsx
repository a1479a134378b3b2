import { t } from '../../language/language.js';
import type { Fault } from '../../ui/faults.js';

/** The faults of a form, beside the button that does nothing because of them, with ways to the fields. */
export function FaultList({ faults }: { faults: ReadonlyMap<string, Fault> }) {
  if (faults.size === 0) return null;
  return (
    <div class="notice error small" role="status">
      <p>{t('Training can start when this is right:')}</p>
      <ul class="fault-list">
        {[...faults.values()].map(({ id, word, text }) => (
          <li key={id}>
            <button type="button" class="link" onClick={() => document.getElementById(id)?.focus()}>
              {word}
            </button>
            : {text}
          </li>
        ))}
      </ul>
    </div>
  );
}
