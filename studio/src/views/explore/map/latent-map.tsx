import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../../language/language.js';
import type { Exploration } from '../exploration.js';
import { Gestures } from './gestures.js';
import { Hover } from './hover.js';
import { Inset } from './inset.js';
import { Legend } from './legend.js';
import { onKey } from './map-keys.js';
import './map.css';
import { mapOf } from './map-state.js';
import { MapText } from './map-text.js';
import { Tools } from './tools.js';

/** The latent map: images decoded across a plane, under points of the data's images. */
export function LatentMap({
  exploration,
  describe,
}: {
  exploration: Exploration;
  /** Describes the example under the pointer, in the place of its image. */
  describe?: (index: number) => ComponentChildren;
}) {
  const state = mapOf(exploration);
  const box = useRef<HTMLDivElement>(null);
  const [images, points, overlay] = [useCanvas(), useCanvas(), useCanvas()];
  const pans = useSignal(false);
  const [help, text] = [useId(), useId()];

  useLayoutEffect(() => {
    // The reference is gone before the observer is, when the map leaves the page.
    const element = box.current!;
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = element;
      if (clientWidth > 0) state.resize(clientWidth, clientHeight);
    });
    observer.observe(element);
    const stop = state.draw({
      images: images.current!,
      points: points.current!,
      overlay: overlay.current!,
    });
    return () => {
      observer.disconnect();
      stop();
    };
  }, [state]);
  useEffect(() => new Gestures(box.current!, state, exploration, pans).listen(), [state]);

  return (
    <div class="map-frame">
      <div
        ref={box}
        class={`map ${pans.value ? 'pans' : ''}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked on with keys
        tabIndex={0}
        role="application"
        aria-label={t('Latent map of {run}', { run: exploration.run.name })}
        aria-describedby={`${text} ${help}`}
        onKeyDown={(event) => onKey(event, state)}
      >
        <canvas ref={images} />
        <canvas ref={points} />
        <canvas ref={overlay} />
        {!describe && <Inset exploration={exploration} />}
        <Hover exploration={exploration} state={state} describe={describe} />
      </div>
      <p class="small soft touch-help">
        {t('Tap to go to a place, or drag the mark. Two fingers move and zoom the map.')}
      </p>
      <MapText id={text} map={state} exploration={exploration} />
      <p id={help} class="visually-hidden">
        {t(
          'Arrow keys walk on the map and decode where you stand; with Shift they move the map. Plus and minus zoom, 0 shows all.',
        )}
      </p>
      <Tools state={state} pans={pans} exploration={exploration} />
      <Legend exploration={exploration} state={state} />
    </div>
  );
}

const useCanvas = () => useRef<HTMLCanvasElement>(null);
