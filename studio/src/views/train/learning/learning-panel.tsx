import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { classLook } from '../../../../../src/report/class-colours.js';
import { t } from '../../../language/language.js';
import type { Frame, Watched } from '../../../model/learning/frames.js';
import { learning, lookedAt } from '../../../train/learning.js';
import { isBusy } from '../../../train/session.js';
import { PointMark } from '../../explore/map/point-mark.js';
import { MovingMap } from './moving-map.js';
import './learning.css';

/** Milliseconds that a replay takes in all, and of one frame at the most. */
const replayed = 8000;
const mostOfFrame = 400;

/** The latents as they move while the model learns, and a replay of it. */
export function LearningPanel() {
  const { watched, frames } = learning.value ?? { frames: [] };
  const isPlaying = useSignal(false);
  const last = frames.length - 1;
  const at = Math.min(lookedAt.value ?? last, last);
  const frame = frames[at];
  const milliseconds = Math.min(mostOfFrame, replayed / Math.max(1, frames.length));
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setTimeout(() => {
      if (at >= last - 1) isPlaying.value = false;
      lookedAt.value = at >= last - 1 ? undefined : at + 1;
    }, milliseconds);
    return () => clearTimeout(timer);
  }, [isPlaying.value, at, last]);
  if (!watched || !frame) return null;
  return (
    <section class="panel stack" aria-labelledby="learning">
      <div>
        <h2 id="learning">{t('Watch it learn')}</h2>
        <p class="soft small">{explanations(watched)}</p>
      </div>
      {watched.map !== 'none' && (
        <>
          <MovingMap {...{ watched, frames, frame, milliseconds }} />
          <Classes watched={watched} />
        </>
      )}
      {frames.length > 1 && (
        <div class="row replay">
          <button
            type="button"
            onClick={() => {
              if (!isPlaying.value && at === last) lookedAt.value = 0;
              isPlaying.value = !isPlaying.value;
            }}
          >
            {isPlaying.value ? t('Stop') : t('Replay')}
          </button>
          <input
            type="range"
            aria-label={t('Moment of the training')}
            aria-valuetext={momentOf(frame)}
            min={0}
            max={last}
            value={at}
            onInput={(event) => {
              const { valueAsNumber } = event.currentTarget;
              isPlaying.value = false;
              lookedAt.value = valueAsNumber === last ? undefined : valueAsNumber;
            }}
          />
          <span class="number small">{momentOf(frame)}</span>
          {isBusy.value && lookedAt.value !== undefined && (
            <button
              type="button"
              class="quiet"
              onClick={() => {
                isPlaying.value = false;
                lookedAt.value = undefined;
              }}
            >
              {t('Back to now')}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

const momentOf = ({ epochs, step }: Frame) =>
  step === 0
    ? t('before the first step')
    : t('after {epochs} epochs', { epochs: epochs < 10 ? epochs.toFixed(1) : epochs.toFixed(0) });

function explanations({ map, count }: Watched): string {
  if (map === 'none') {
    return t('This model has codes in the place of a plane: the replay shows what it draws.');
  }
  if (map === 'line') {
    return t(
      'Each point is an example by its one latent, from left to right; {count} of them. The circles are 1, 2 and 3 standard deviations of the prior.',
      { count },
    );
  }
  const shared = { count };
  return map === 'latents'
    ? t(
        'Each point is an example by its two latents; {count} of them. The circles are 1, 2 and 3 standard deviations of the prior.',
        shared,
      )
    : t(
        'Each point is an example, seen along the two directions in which the latents vary most; {count} of them. The circles are 1, 2 and 3 standard deviations of the prior.',
        shared,
      );
}

/** The classes with their colours. */
function Classes({ watched: { labels, classNames } }: { watched: Watched }) {
  if (!labels) return null;
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  return (
    <ul class="class-list small" aria-label={t('Classes')}>
      {classes.map((label) => (
        <li key={label}>
          <PointMark look={classLook(label, 'onDark')} /> {classNames?.[label] ?? label}
        </li>
      ))}
    </ul>
  );
}
