import { amount, t } from '../../language/language.js';
import type { RunContent } from '../../runs/content.js';
import { latestPlaces } from '../../runs/live.js';
import type { Position } from '../../storage/database.js';
import { held } from '../../train/watching.js';
import { Notice } from '../../ui/notice.js';

/** Epochs done, with the part of the one under way. */
const epochsAt = ({ epoch, step, steps }: Position) => epoch - 1 + (steps > 0 ? step / steps : 0);

const text = (epochs: number) => amount(Math.floor(epochs * 10) / 10);

/** Says of a run that trains how old its shown state is, and offers a newer one. */
export function LiveNote({ run, onNewest }: { run: RunContent; onNewest(): void }) {
  const id = run.id.replace(/^kept:/, '');
  const isTrained = held.value.has(id);
  const newest = latestPlaces.value[id];
  if (!run.position || run.id === id) return null;
  const shown = epochsAt(run.position);
  const isOlder = newest !== undefined && epochsAt(newest) > shown;
  if (!isTrained && !isOlder) return null;
  return (
    <Notice>
      <p class="row">
        <span>
          {isTrained
            ? t('This model still trains: here it is as it was after {n} epochs.', {
                n: text(shown),
              })
            : t('Here the model is as it was after {n} epochs; it was trained on since.', {
                n: text(shown),
              })}
        </span>
        {isOlder && (
          <button type="button" onClick={onNewest}>
            {t('Show it after {n} epochs', { n: text(epochsAt(newest)) })}
          </button>
        )}
      </p>
    </Notice>
  );
}
