import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../../../language/language.js';
import type { Numbers } from '../../../../model/api.js';
import { drawImages } from '../../../../ui/pictures.js';
import { rowsOf } from '../../exploration.js';
import { frames } from './path-images.js';

/** Time from one end to the other, in seconds. */
export const seconds = 3;

/** Matches where the user wants less motion of all pages. */
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Goes to and fro between the first image and the last. */
export function PathAnimation({ images }: { images: Numbers }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const plays = useSignal(!still.matches);
  const frame = useSignal(0);
  useSignalEffect(() => {
    if (!plays.value) return;
    let request = 0;
    let position = frame.peek() / (frames - 1);
    let before: number | undefined;
    const next = (now: number) => {
      position = (position + (before === undefined ? 0 : (now - before) / 1000 / seconds)) % 2;
      before = now;
      frame.value = Math.round((position > 1 ? 2 - position : position) * (frames - 1));
      request = requestAnimationFrame(next);
    };
    request = requestAnimationFrame(next);
    return () => cancelAnimationFrame(request);
  });
  useEffect(() => {
    if (canvas.current) drawImages(canvas.current, rowsOf(images, [frame.value]));
  }, [images, frame.value]);
  return (
    <div class="animation">
      <canvas
        ref={canvas}
        class="pixels"
        role="img"
        aria-label={t('Image at this place of the path')}
      />
      <div class="stack-tight">
        <label class="small">
          {t('Place on the path')}
          <input
            type="range"
            min={0}
            max={frames - 1}
            value={frame.value}
            onInput={(event) => {
              plays.value = false;
              frame.value = event.currentTarget.valueAsNumber;
            }}
          />
        </label>
        <button
          type="button"
          onClick={() => {
            plays.value = !plays.value;
          }}
        >
          {plays.value ? t('Pause') : t('Play')}
        </button>
      </div>
    </div>
  );
}
