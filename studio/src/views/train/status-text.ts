import { t } from '../../language/language.js';
import type { KeptRun, Position } from '../../storage/database.js';
import type { Phase } from '../../train/session.js';

/**
 * The state of a training in words.
 * @param isUnkept whether the browser does not keep the latest state
 */
export function statusText(phase: Phase, kept: KeptRun, isUnkept: boolean): string {
  switch (phase) {
    case 'data':
      return t('Loading the data…');
    case 'compile':
      return t('Preparing the first step…');
    case 'train':
      return t('Training');
    case 'halting':
      return t('Pausing after the steps under way…');
    case 'paused':
      return `${pausedText(kept.position)} ${
        isUnkept
          ? t('It can go on until the page is closed: it is not kept in this browser.')
          : t('It is kept in this browser, and can go on after the page was closed.')
      }`;
    case 'done':
      return `${doneText(kept)} ${
        isUnkept
          ? t('It is there until the page is closed: it is not kept in this browser. Download it.')
          : t('It is kept in this browser.')
      }`;
    case 'failed':
      return t('Stopped');
    case 'elsewhere':
      return t('Another tab trains this run, and this one shows it.');
    default:
      return '';
  }
}

function pausedText(position: Position | undefined): string {
  if (!position) return t('Paused.');
  const { epoch, step, steps } = position;
  if (step > 0)
    return t('Paused in epoch {epoch}, after {step} of {steps} steps.', { epoch, step, steps });
  return epoch === 1
    ? t('Paused before the first step.')
    : t('Paused after epoch {epoch}.', { epoch: epoch - 1 });
}

function doneText({ config, metrics }: KeptRun): string {
  const { epochs } = config.training as { epochs: number };
  const n = metrics.length;
  return n < epochs
    ? t('Done after {n} of {all} epochs, for it improved no more.', { n, all: epochs })
    : t('Done.');
}
