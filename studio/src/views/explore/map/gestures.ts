import type { Exploration } from '../exploration.js';
import type { MapState } from './map-state.js';
import type { Place } from './viewport.js';

/** Pixels of the way within which a press stays a press; further, it is a drag. */
const still = 4;

/** Pixels of a line, for wheels that count in lines. */
const lineHeight = 16;

/** Gestures of mouse, pen and fingers on the map's element: they walk, move and zoom. */
export class Gestures {
  /** The place of each pointer that is down, by its id. */
  private readonly down = new Map<number, Place>();
  /** Pixels that the drag under way has come. */
  private moved = 0;
  private drags: 'walk' | 'pan' = 'walk';

  /** @param pans whether a drag moves the map */
  constructor(
    private readonly element: HTMLElement,
    private readonly state: MapState,
    private readonly exploration: Exploration,
    private readonly pans: { readonly value: boolean },
  ) {}

  /** Follows pointers and wheel until the function that it returns is called. */
  listen(): () => void {
    const { element } = this;
    const ended = new AbortController();
    const { signal } = ended;
    element.addEventListener('pointerdown', (event) => this.onDown(event), { signal });
    element.addEventListener('pointermove', (event) => this.onMove(event), { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      element.addEventListener(end, ({ pointerId }) => this.down.delete(pointerId), { signal });
    }
    element.addEventListener('pointerleave', () => this.hover(undefined), { signal });
    element.addEventListener('wheel', (event) => this.onWheel(event), { signal, passive: false });
    element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    return () => ended.abort();
  }

  /** The place of an event on the map, in CSS pixels. */
  private at(event: MouseEvent): Place {
    const { element } = this;
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left - element.clientLeft, event.clientY - top - element.clientTop];
  }

  private onDown(event: PointerEvent): void {
    const { down, element, state } = this;
    const at = this.at(event);
    element.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at);
    this.hover(undefined);
    if (down.size > 1) return;
    this.moved = 0;
    this.drags = this.pans.value || event.button !== 0 || event.shiftKey ? 'pan' : 'walk';
    if (this.drags === 'pan') return;
    const index = state.find(at);
    if (index === undefined) state.walk(at);
    else this.exploration.pick(index);
  }

  private onMove(event: PointerEvent): void {
    const now = this.at(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      const index = event.pointerType === 'touch' ? undefined : this.state.find(now);
      if (index !== this.state.hover.value?.index) {
        this.hover(index === undefined ? undefined : { index, at: now });
      }
    } else if (this.down.size === 2) this.pinch(event.pointerId, before, now);
    else this.drag(event.pointerId, before, now);
  }

  /** Zooms by two fingers about the one that does not move. */
  private pinch(pointer: number, before: Place, now: Place): void {
    const [other] = [...this.down].filter(([id]) => id !== pointer).map(([, place]) => place);
    const length = (place: Place) => Math.hypot(place[0] - other![0], place[1] - other![1]);
    this.state.zoom(length(now) / Math.max(1, length(before)), other);
    this.down.set(pointer, now);
  }

  private drag(pointer: number, before: Place, now: Place): void {
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    this.moved += Math.hypot(dx, dy);
    if (this.drags === 'walk' && this.moved < still) return;
    this.down.set(pointer, now);
    if (this.drags === 'pan') this.state.pan(dx, dy);
    else this.state.walk(now);
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? lineHeight : 1;
    this.state.zoom(Math.exp(-event.deltaY * pixels * 0.0015), this.at(event));
  }

  private hover(point: MapState['hover']['value']): void {
    this.state.hover.value = point;
  }
}
