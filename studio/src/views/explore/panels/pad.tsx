import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Pixels of the pad, each way. */
export const padSize = 224;

/** A digit of MNIST that fills its box has strokes about this wide, as a share of the pad. */
const brush = padSize * 0.085;

const keyStep = padSize / 28;

export const drawingKeys =
  'By keyboard: arrow keys move the pen, Space puts it down and lifts it, Delete clears.';

type Place = readonly [x: number, y: number];

/** A square to draw on in white on black. */
export function Pad({
  canvas,
  onChange,
  onClear,
}: {
  canvas: RefObject<HTMLCanvasElement | null>;
  onChange: () => void;
  onClear: () => void;
}) {
  const [pen, setPen] = useState<{ at: Place; down: boolean } | undefined>(undefined);
  const last = useRef<Place | undefined>(undefined);

  const wipe = () => {
    const context = canvas.current!.getContext('2d', { willReadFrequently: true })!;
    context.fillStyle = 'black';
    context.fillRect(0, 0, padSize, padSize);
  };
  useEffect(wipe, []);
  const clear = () => {
    wipe();
    last.current = undefined;
    onClear();
  };
  const lineTo = (to: Place) => {
    const context = canvas.current!.getContext('2d')!;
    const from = last.current ?? to;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.lineWidth = brush;
    context.strokeStyle = 'white';
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    last.current = to;
    onChange();
  };
  const at = (event: PointerEvent): Place => {
    const box = canvas.current!.getBoundingClientRect();
    const scale = padSize / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };
  const onKey = (event: KeyboardEvent) => {
    const now = pen ?? { at: [padSize / 2, padSize / 2] as Place, down: false };
    const arrows: Readonly<Record<string, Place>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const arrow = arrows[event.key];
    if (arrow) {
      const inside = (value: number) => Math.min(padSize, Math.max(0, value));
      const to: Place = [
        inside(now.at[0] + arrow[0] * keyStep),
        inside(now.at[1] + arrow[1] * keyStep),
      ];
      setPen({ at: to, down: now.down });
      if (now.down) lineTo(to);
    } else if (event.key === ' ') {
      setPen({ at: now.at, down: !now.down });
      last.current = undefined;
      if (!now.down) lineTo(now.at);
    } else if (event.key === 'Delete' || event.key === 'Backspace') clear();
    else return;
    event.preventDefault();
  };
  const share = (value: number) => `${(100 * value) / padSize}%`;
  return (
    <div class="pad">
      <div
        class="pad-sheet"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on with keys
        tabIndex={0}
        role="application"
        aria-label="Pad to draw on"
        aria-description={drawingKeys}
        onKeyDown={onKey}
        onBlur={() => setPen(undefined)}
      >
        <canvas
          ref={canvas}
          width={padSize}
          height={padSize}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setPen(undefined);
            last.current = undefined;
            lineTo(at(event));
          }}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) lineTo(at(event));
          }}
        />
        {pen && (
          <span
            class={`pen ${pen.down ? 'down' : ''}`}
            style={{ left: share(pen.at[0]), top: share(pen.at[1]) }}
          />
        )}
      </div>
      <button type="button" onClick={clear}>
        Clear
      </button>
    </div>
  );
}
