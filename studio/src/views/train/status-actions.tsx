import { addressOf } from '../../app/route.js';
import { t } from '../../language/language.js';
import { latestPlaces } from '../../runs/live.js';
import type { KeptRun } from '../../storage/database.js';
import {
  canGoOn,
  goOn,
  isBusy,
  leave,
  pause,
  phase,
  takesOver,
  unkept,
  whenSafe,
} from '../../train/session.js';
import { takeRunOver } from '../../train/watching.js';
import { DownloadButton } from './download-button.js';

/** Epochs that are added to a run that has all of its own. */
const moreEpochs = 10;

/** The next steps that a training may take. */
export function StatusActions({ kept }: { kept: KeptRun }) {
  const at = phase.value;
  const { epochs } = kept.config.training as { epochs: number };
  const place = latestPlaces.value[kept.id] ?? kept.position;
  const isThere = place !== undefined || kept.metrics.length > 0;
  return (
    <div class="row">
      {isBusy.value && (
        <button type="button" class="primary" disabled={at === 'halting'} onClick={pause}>
          {t('Pause')}
        </button>
      )}
      {(at === 'paused' || (at === 'failed' && canGoOn.value)) && (
        <button type="button" class="primary" onClick={() => goOn(kept)}>
          {t('Go on')}
        </button>
      )}
      {at === 'elsewhere' && (
        <button type="button" class="primary" disabled={takesOver.value} onClick={takeRunOver}>
          {takesOver.value ? t('Waiting for the other tab…') : t('Go on here')}
        </button>
      )}
      {at === 'done' && (
        <button type="button" onClick={() => goOn(kept, epochs + moreEpochs)}>
          {t('Train {n} epochs more', { n: moreEpochs })}
        </button>
      )}
      {isThere && unkept.value === undefined && (
        <a class="button" href={addressOf('explore', `kept:${kept.id}`)}>
          {t('Explore')}
        </a>
      )}
      {isThere && <DownloadButton id={kept.id} name={kept.name} />}
      {!isBusy.value && (
        <button type="button" onClick={() => whenSafe(leave)}>
          {t('New run')}
        </button>
      )}
    </div>
  );
}
