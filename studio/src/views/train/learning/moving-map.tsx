import { useEffect, useRef } from 'preact/hooks';
import { classLook } from '../../../../../src/report/class-colours.js';
import { t } from '../../../language/language.js';
import type { Frame, Watched } from '../../../model/learning/frames.js';
import { drawPoints, Points } from '../../explore/map/points.js';
import { toScreen, type Viewport } from '../../explore/map/viewport.js';
import { viewOf } from './view.js';

/** Fewer points than this are drawn larger. */
const fewPoints = 300;

const ground = '#12161a';
const lines = '#6b7785';

const styleOf = (label: number | undefined) => ({ ...classLook(label, 'onDark'), shown: true });

/** The watched latents at one moment, moving there from where they were. */
export function MovingMap({
  watched,
  frames,
  frame,
  milliseconds,
}: {
  watched: Watched;
  frames: readonly Frame[];
  frame: Frame;
  /** Time that the way from one frame to the next takes. */
  milliseconds: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const mover = useRef<Mover>(undefined);
  useEffect(() => {
    const made = new Mover(canvas.current!, watched);
    mover.current = made;
    return () => made.stop();
  }, [watched]);
  useEffect(
    () => mover.current!.show(frames, frame, milliseconds),
    [frame, frames.length, watched],
  );
  return <canvas ref={canvas} class="moving-map" role="img" aria-label={inWords(watched, frame)} />;
}

/** The map in words: how far the latents are spread around the prior's mean. */
function inWords({ count, map }: Watched, { places, centre }: Frame): string {
  let square = 0;
  for (let i = 0; i < places.length; i += 2) {
    square +=
      (places[i]! - centre[0]) ** 2 + (map === 'line' ? 0 : (places[i + 1]! - centre[1]) ** 2);
  }
  const spread = Math.sqrt(square / (map === 'line' ? count : 2 * count));
  return t(
    'Map of the latents of {count} examples. Their spread along an axis is {spread}; that of the prior is 1.',
    { count, spread: spread.toFixed(2) },
  );
}

/** Draws places, and the way from one to the next. */
class Mover {
  private readonly context: CanvasRenderingContext2D;
  private readonly observer: ResizeObserver;
  private frames: readonly Frame[] = [];
  private shown: Float32Array = new Float32Array();
  private next: Frame | undefined;
  private running: number | undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly watched: Watched,
  ) {
    this.context = canvas.getContext('2d')!;
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(canvas);
  }

  stop(): void {
    this.observer.disconnect();
    if (this.running !== undefined) cancelAnimationFrame(this.running);
  }

  show(frames: readonly Frame[], frame: Frame, milliseconds: number): void {
    this.frames = frames;
    this.next = frame;
    if (this.running !== undefined) cancelAnimationFrame(this.running);
    const { places } = frame;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (still || this.shown.length !== places.length) {
      this.shown = places;
      this.draw();
      return;
    }
    const [from, began] = [this.shown, performance.now()];
    const move = () => {
      const share = Math.min(1, (performance.now() - began) / milliseconds);
      this.shown = share === 1 ? places : between(from, places, share);
      this.draw();
      this.running = share === 1 ? undefined : requestAnimationFrame(move);
    };
    this.running = requestAnimationFrame(move);
  }

  private draw(): void {
    const { canvas, context, next, shown, watched } = this;
    const ratio = devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!next || width === 0) return;
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
    }
    const view = viewOf(this.frames, width, height);
    drawPoints(
      context,
      view,
      new Points(shown, watched.labels),
      styleOf,
      ratio,
      watched.count < fewPoints ? 2 : 1.2,
    );
    context.save();
    context.globalCompositeOperation = 'destination-over';
    context.scale(ratio, ratio);
    drawPrior(context, view, watched.map === 'line' ? [0, 0] : next.centre);
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
    context.restore();
  }
}

/** Circles of one, two and three standard deviations of the prior, behind all else. */
function drawPrior(
  context: CanvasRenderingContext2D,
  view: Viewport,
  centre: readonly [number, number],
): void {
  const [x, y] = toScreen(view, centre);
  context.strokeStyle = lines;
  context.lineWidth = 1;
  for (const deviations of [1, 2, 3]) {
    context.beginPath();
    context.arc(x, y, deviations * view.unit, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** Places on the way from some to others, fast first and then slower. */
function between(from: Float32Array, to: Float32Array, share: number): Float32Array {
  const done = 1 - (1 - share) ** 2;
  return Float32Array.from(to, (place, i) => from[i]! + done * (place - from[i]!));
}
