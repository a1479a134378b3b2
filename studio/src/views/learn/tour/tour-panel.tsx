import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../../language/language.js';
import { deeds } from '../play.js';
import { steps } from './steps.js';
import { at, follow, last, leave, show, step } from './tour.js';
import './tour.css';

/** The button that opens the tour, or goes on with it. */
export function TourButton() {
  if (step.value) return null;
  const place = last.value;
  const isNew = place === 0 || place === steps.length - 1;
  return (
    <div class="row">
      <button type="button" class="primary" onClick={() => show(isNew ? 0 : place)}>
        {isNew
          ? t('Take the two-minute tour')
          : t('Go on with the tour at step {step} of {steps}', {
              step: place + 1,
              steps: steps.length,
            })}
      </button>
      {!isNew && (
        <button type="button" onClick={() => show(0)}>
          {t('From the beginning')}
        </button>
      )}
    </div>
  );
}

/** The step of the tour that is shown, over the part of the page that it points at. */
export function TourPanel() {
  const heading = useRef<HTMLHeadingElement>(null);
  const now = step.value;
  useEffect(follow, []);
  useEffect(() => {
    if (!now) return;
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: 'start' });
    return pointAt(now.target, () => heading.current?.focus());
  }, [now]);
  if (!now) return null;
  const place = at.value;
  const isDone = now.isDone(deeds.value);
  return (
    <section class="tour stack-tight" aria-labelledby="tour-step">
      <p class="small soft">
        {t('Step {step} of {steps}', { step: place + 1, steps: steps.length })}
      </p>
      <h2 id="tour-step" ref={heading} tabIndex={-1}>
        {t(now.title)}
      </h2>
      <p>{t(now.text)}</p>
      <p class="small number tour-live">{now.live()}</p>
      <p class={`tour-task ${isDone ? 'done' : ''}`}>
        <span aria-hidden="true">{isDone ? '✓' : '→'}</span> {t(now.task)}{' '}
        <strong role="status">{isDone ? t('Done.') : ''}</strong>
      </p>
      <div class="row">
        <button type="button" disabled={place === 0} onClick={() => show(place - 1)}>
          {t('Back')}
        </button>
        {place < steps.length - 1 ? (
          <button type="button" class={isDone ? 'primary' : ''} onClick={() => show(place + 1)}>
            {t('Next')}
          </button>
        ) : (
          <button type="button" class={isDone ? 'primary' : ''} onClick={leave}>
            {t('End the tour')}
          </button>
        )}
        <button type="button" class="quiet" onClick={() => focusOn(now.target)}>
          {t('Go there')}
        </button>
        {place < steps.length - 1 && (
          <button type="button" class="quiet" onClick={leave}>
            {t('Leave the tour')}
          </button>
        )}
      </div>
      <p class="visually-hidden">{t('Escape leads back from there to this step.')}</p>
    </section>
  );
}

const partOf = (target: string) => document.querySelector<HTMLElement>(`[data-tour="${target}"]`);

/** Moves the focus to the first thing of a part that can have it. */
function focusOn(target: string): void {
  const part = partOf(target);
  (part?.matches('button, [tabindex]') ? part : part?.querySelector('button'))?.focus();
  part?.scrollIntoView({ block: 'center' });
}

/**
 * Marks a part of the page; Escape in it leads back.
 * @returns ends it
 */
function pointAt(target: string, back: () => void): () => void {
  const onKey = (event: KeyboardEvent) => {
    const part = partOf(target);
    if (event.key === 'Escape' && part?.contains(document.activeElement)) back();
  };
  document.body.dataset.tourAt = target;
  document.addEventListener('keydown', onKey);
  return () => {
    delete document.body.dataset.tourAt;
    document.removeEventListener('keydown', onKey);
  };
}
