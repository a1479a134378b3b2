import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { numberText } from '../../../ui/number.js';
import { drawImages, Pictures } from '../../../ui/pictures.js';
import { type Exploration, rowsOf } from '../exploration.js';
import { classColour } from './colours.js';
import { MapState } from './map-state.js';
import type { Place } from './viewport.js';

/** Further than this a press is a drag, in CSS pixels. */
const still = 4;

const stepSize = 12;

/** The latent map: images decoded across a plane, under points of the data's images. */
export function LatentMap({ exploration }: { exploration: Exploration }) {
  const state = useMemo(() => new MapState(exploration), [exploration]);
  const box = useRef<HTMLDivElement>(null);
  const [images, points, overlay] = [useCanvas(), useCanvas(), useCanvas()];
  const pans = useSignal(false);
  const help = useId();

  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = box.current!;
      if (clientWidth > 0) state.resize(clientWidth, clientHeight);
    });
    observer.observe(box.current!);
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
  usePointers(box, state, exploration, pans);

  return (
    <div class="map-frame">
      <div
        ref={box}
        class={`map ${pans.value ? 'pans' : ''}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked on with keys
        tabIndex={0}
        role="application"
        aria-label={`Latent map of ${exploration.run.name}`}
        aria-describedby={help}
        onKeyDown={(event) => onKey(event, state)}
      >
        <canvas ref={images} />
        <canvas ref={points} />
        <canvas ref={overlay} />
        <Inset exploration={exploration} />
        <Hover exploration={exploration} state={state} />
      </div>
      <p id={help} class="visually-hidden">
        Arrow keys walk on the map and decode where you stand; with Shift they move the map. Plus
        and minus zoom, 0 shows all.
      </p>
      <Tools state={state} pans={pans} exploration={exploration} />
      <Legend exploration={exploration} state={state} />
    </div>
  );
}

const useCanvas = () => useRef<HTMLCanvasElement>(null);

function onKey(event: KeyboardEvent, state: MapState): void {
  const arrows: Readonly<Record<string, Place>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const [right, down] = arrows[event.key] ?? [];
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (right !== undefined && down !== undefined) {
    if (event.shiftKey) state.pan(-4 * stepSize * right, -4 * stepSize * down);
    else state.step(stepSize * right, stepSize * down);
  } else if (event.key === '+' || event.key === '=') state.zoom(1.25);
  else if (event.key === '-') state.zoom(0.8);
  else if (event.key === '0' || event.key === 'Home') state.fit();
  else return;
  event.preventDefault();
}

/** Walks, moves and zooms by mouse, pen and fingers. */
function usePointers(
  box: { readonly current: HTMLDivElement | null },
  state: MapState,
  exploration: Exploration,
  pans: { readonly value: boolean },
): void {
  useEffect(() => {
    const element = box.current!;
    const down = new Map<number, Place>();
    let moved = 0;
    let drags: 'walk' | 'pan' = 'walk';
    const at = (event: MouseEvent): Place => {
      const { left, top } = element.getBoundingClientRect();
      return [event.clientX - left - element.clientLeft, event.clientY - top - element.clientTop];
    };
    const onDown = (event: PointerEvent) => {
      element.setPointerCapture(event.pointerId);
      down.set(event.pointerId, at(event));
      state.hover.value = undefined;
      if (down.size > 1) return;
      moved = 0;
      drags = pans.value || event.button !== 0 || event.shiftKey ? 'pan' : 'walk';
      if (drags === 'pan') return;
      const index = state.find(at(event));
      if (index === undefined) state.walk(at(event));
      else exploration.pick(index);
    };
    const onMove = (event: PointerEvent) => {
      const now = at(event);
      const before = down.get(event.pointerId);
      if (!before) {
        const index = event.pointerType === 'touch' ? undefined : state.find(now);
        if (index !== state.hover.value?.index) {
          state.hover.value = index === undefined ? undefined : { index, at: now };
        }
        return;
      }
      const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
      if (down.size === 2) {
        const [other] = [...down]
          .filter(([id]) => id !== event.pointerId)
          .map(([, place]) => place);
        const length = (place: Place) => Math.hypot(place[0] - other![0], place[1] - other![1]);
        state.zoom(length(now) / Math.max(1, length(before)), other);
        down.set(event.pointerId, now);
        return;
      }
      moved += Math.hypot(dx, dy);
      if (drags === 'walk' && moved < still) return;
      down.set(event.pointerId, now);
      if (drags === 'pan') state.pan(dx, dy);
      else state.walk(now);
    };
    const onUp = (event: PointerEvent) => {
      down.delete(event.pointerId);
    };
    const onLeave = () => {
      state.hover.value = undefined;
    };
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      state.zoom(Math.exp(-event.deltaY * lines * 0.0015), at(event));
    };
    const noMenu = (event: Event) => event.preventDefault();
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    element.addEventListener('pointerleave', onLeave);
    element.addEventListener('wheel', onWheel, { passive: false });
    element.addEventListener('contextmenu', noMenu);
    return () => {
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
      element.removeEventListener('pointerleave', onLeave);
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('contextmenu', noMenu);
    };
  }, [state]);
}

/** What the place of the walk stands for, over the map's corner. */
function Inset({ exploration }: { exploration: Exploration }) {
  const canvas = useCanvas();
  useSignalEffect(() => {
    const decoded = exploration.decoded.value;
    // Drawn at once, not with the next change of the page: it must not be a frame late.
    if (decoded && canvas.current) drawImages(canvas.current, decoded);
  });
  const [data, picked] = [exploration.data.value, exploration.picked.value];
  const label = picked === undefined ? undefined : data?.labels?.[picked];
  return (
    <div class="map-inset">
      {data && picked !== undefined && (
        <figure>
          <Pictures images={rowsOf(data.images, [picked])} label={`Image ${data.places[picked]}`} />
          <figcaption>
            {label === undefined
              ? `image ${data.places[picked]}`
              : (data.info.classNames?.[label] ?? label)}
          </figcaption>
        </figure>
      )}
      <figure>
        <canvas ref={canvas} class="pixels" role="img" aria-label="Decoded image" data-decoded />
        <figcaption>decoded</figcaption>
      </figure>
    </div>
  );
}

/** The image under the pointer. */
function Hover({ exploration, state }: { exploration: Exploration; state: MapState }) {
  const [hover, data, view] = [state.hover.value, exploration.data.value, state.view.value];
  if (!hover || !data || !view) return null;
  const [x, y] = hover.at;
  const label = data.labels?.[hover.index];
  const name = label === undefined ? '' : (data.info.classNames?.[label] ?? String(label));
  return (
    <div
      class="map-hover"
      style={{
        left: `${Math.min(x + 14, view.width - 90)}px`,
        top: `${y > view.height - 130 ? y - 118 : y + 14}px`,
      }}
    >
      <Pictures
        images={rowsOf(data.images, [hover.index])}
        label={`Image ${data.places[hover.index]}`}
      />
      <span>
        {name} <span class="soft">#{hover.index}</span>
      </span>
    </div>
  );
}

function Tools({
  state,
  pans,
  exploration,
}: {
  state: MapState;
  pans: { value: boolean };
  exploration: Exploration;
}) {
  const [x, y] = exploration.place.value;
  const [nameX, nameY] = state.names.value;
  return (
    <div class="map-tools">
      <fieldset class="segments">
        <legend class="visually-hidden">What dragging does</legend>
        <label>
          <input
            type="radio"
            name="drag"
            checked={!pans.value}
            onChange={() => {
              pans.value = false;
            }}
          />
          Walk
        </label>
        <label>
          <input
            type="radio"
            name="drag"
            checked={pans.value}
            onChange={() => {
              pans.value = true;
            }}
          />
          Move map
        </label>
      </fieldset>
      <div class="map-zoom">
        <button
          type="button"
          aria-label="Zoom out"
          title="Zoom out"
          onClick={() => state.zoom(0.7)}
        >
          −
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => state.zoom(1.4)}>
          +
        </button>
        <button type="button" onClick={() => state.fit()}>
          Show all
        </button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={state.showsPoints.value}
          onChange={(event) => {
            state.showsPoints.value = event.currentTarget.checked;
          }}
        />
        Points
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={state.showsImages.value}
          onChange={(event) => {
            state.showsImages.value = event.currentTarget.checked;
          }}
        />
        Decoded grid
      </label>
      <output class="number small soft" data-place>
        {nameX} {numberText(x)}, {nameY} {numberText(y)}
      </output>
    </div>
  );
}

/** The classes with their colours; each is a switch for its points. */
function Legend({ exploration, state }: { exploration: Exploration; state: MapState }) {
  const data = exploration.data.value;
  if (!data?.labels) return null;
  const classes = [...new Set(data.labels)].sort((a, b) => a - b);
  const hidden = state.hidden.value;
  const toggle = (label: number) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    state.hidden.value = next;
  };
  return (
    <fieldset class="legend">
      <legend class="visually-hidden">Classes on the map</legend>
      {classes.map((label) => (
        <button
          key={label}
          type="button"
          class="quiet"
          aria-pressed={!hidden.has(label)}
          onClick={() => toggle(label)}
        >
          <span class="swatch" style={{ background: classColour(label) }} />
          {data.info.classNames?.[label] ?? label}
        </button>
      ))}
    </fieldset>
  );
}
