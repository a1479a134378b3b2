import { keep } from './session.js';
import { isAtRisk, isBusy } from './state.js';

/**
 * Keeps the state of a training when the page may close soon, and asks before it closes while a model
 * trains or while the browser keeps nothing of it.
 */
export function guardWork(): void {
  const save = () => {
    if (isBusy.value) keep().catch(() => undefined);
  };
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save();
  });
  addEventListener('pagehide', save);
  addEventListener('beforeunload', (event) => {
    if (!isAtRisk.value) return;
    // The worker keeps it while the user is asked.
    save();
    event.preventDefault();
  });
}
