import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { tellFirstViewShown } from '../../app/first-view.js';
import { theme } from '../../app/theme.js';
import { t } from '../../language/language.js';
import { tickText } from '../../ui/number.js';
import { fitted, type Place, toPlane, toScreen, type Viewport } from '../explore/map/viewport.js';
import { drawGrid } from './decoded-grid.js';
import { drawOver } from './map-over.js';
import { model, nearby, showsPoints, walkTo, z } from './play.js';

/** CSS pixels that an arrow key walks. */
const stepSize = 10;

const arrows: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The place of the walk in words, with the digits about it. */
export function placeInWords(): string {
  const [x, y] = z.value.map((value) => tickText(Number(value.toFixed(2))));
  const place = t('z₁ {x}, z₂ {y}', { x: x!, y: y! });
  const about = nearby.value.map(([label, count]) => `${label} (${count})`).join(', ');
  return t('{place}. The nearest test digits: {about}', { place, about });
}

/** A map of the latents of a model that comes with the page: drag on it to decode. */
export function PlayMap() {
  const box = useRef<HTMLDivElement>(null);
  const [grid, over] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  const view = useSignal<Viewport | undefined>(undefined);
  const help = useId();
  useLayoutEffect(() => {
    // The reference is gone before the observer is, when the map leaves the page.
    const element = box.current!;
    const fit = () => {
      const { clientWidth, clientHeight } = element;
      const mean = model.value?.posteriors.mean;
      if (mean && clientWidth > 0) view.value = fitted(mean, clientWidth, clientHeight);
    };
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    const stop = model.subscribe(fit);
    return () => {
      observer.disconnect();
      stop();
    };
  }, []);
  useSignalEffect(() => {
    const [made, seen] = [model.value, view.value];
    if (!made || !seen) return;
    const stop = drawGrid(grid.current!, made, seen);
    tellFirstViewShown();
    return stop;
  });
  useSignalEffect(() => {
    theme.value;
    if (view.value) drawOver(over.current!, view.value);
  });
  useEffect(() => listen(box.current!, () => view.value), []);
  return (
    <div class="play-map-frame">
      <div
        ref={box}
        class={`play-map ${showsPoints.value ? 'dimmed' : ''}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked on with keys
        tabIndex={0}
        role="application"
        data-tour="map"
        aria-label={t('Map of the latents')}
        aria-describedby={help}
      >
        <canvas ref={grid} />
        <canvas ref={over} />
      </div>
      <p id={help} class="visually-hidden">
        {t('Arrow keys walk on the map and decode where you stand.')} {placeInWords()}
      </p>
    </div>
  );
}

/** Walks by pointer and keys. Returns a function that ends it. */
function listen(box: HTMLDivElement, view: () => Viewport | undefined): () => void {
  const walk = (event: PointerEvent) => {
    const [seen, { left, top }] = [view(), box.getBoundingClientRect()];
    if (seen) walkTo(toPlane(seen, [event.clientX - left, event.clientY - top]));
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    box.setPointerCapture(event.pointerId);
    walk(event);
  };
  const onMove = (event: PointerEvent) => {
    if (box.hasPointerCapture(event.pointerId)) walk(event);
  };
  const onKey = (event: KeyboardEvent) => {
    const [step, seen] = [arrows[event.key], view()];
    if (!step || !seen || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [x, y] = toScreen(seen, z.value);
    const within = (at: number, size: number) => Math.min(size, Math.max(0, at));
    walkTo(
      toPlane(seen, [
        within(x + stepSize * step[0], seen.width),
        within(y + stepSize * step[1], seen.height),
      ]),
    );
  };
  box.addEventListener('pointerdown', onDown);
  box.addEventListener('pointermove', onMove);
  box.addEventListener('keydown', onKey);
  return () => {
    box.removeEventListener('pointerdown', onDown);
    box.removeEventListener('pointermove', onMove);
    box.removeEventListener('keydown', onKey);
  };
}
