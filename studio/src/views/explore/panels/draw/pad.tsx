import type { RefObject } from 'preact';
import { said, t } from '../../../../language/language.js';
import { type Place, padSize, useDrawing } from './drawing.js';
import { usePen } from './pen.js';

export const drawingKeys = said(
  'By keyboard: arrow keys move the pen, Space puts it down and lifts it, Delete clears.',
);

const share = (value: number) => `${(100 * value) / padSize}%`;

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
  const drawing = useDrawing(canvas);
  const lineTo = (to: Place) => {
    drawing.lineTo(to);
    onChange();
  };
  const clear = () => {
    drawing.wipe();
    onClear();
  };
  const { pen, onKey, putAway } = usePen(lineTo, () => drawing.lift(), clear);
  return (
    <div class="pad">
      <div
        class="pad-sheet"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on with keys
        tabIndex={0}
        role="application"
        aria-label={t('Pad to draw on')}
        aria-description={t(drawingKeys)}
        onKeyDown={onKey}
        onBlur={putAway}
      >
        <canvas
          ref={canvas}
          width={padSize}
          height={padSize}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            putAway();
            drawing.lift();
            lineTo(drawing.at(event));
          }}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) lineTo(drawing.at(event));
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
        {t('Clear')}
      </button>
    </div>
  );
}
