import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { t } from '../language/language.js';
import { type Entry, entryOf, type TermName } from './terms.js';

/** A word of the field that explains itself on hover, focus and touch. */
export function Term({ name, children }: { name: TermName | Entry; children?: ComponentChildren }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  const { word, text: about, note } = entryOf(name);
  const show = () => {
    const [place, box] = [button.current!, text.current!];
    box.showPopover();
    const at = place.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    const left = Math.min(at.left, innerWidth - size.width - 8);
    const below = at.bottom + 6;
    const top = below + size.height > innerHeight ? at.top - size.height - 6 : below;
    Object.assign(box.style, { left: `${Math.max(8, left)}px`, top: `${Math.max(8, top)}px` });
  };
  const hide = () => text.current?.hidePopover();
  return (
    <>
      <button
        ref={button}
        type="button"
        class="term"
        aria-describedby={id}
        onMouseEnter={show}
        onMouseLeave={hide}
        onFocus={show}
        onBlur={hide}
        onClick={show}
      >
        {children ?? t(word)}
      </button>
      <span ref={text} id={id} class="term-text" role="tooltip" popover="manual">
        {t(about)}
        {note && ` ${t(note)}`}
      </span>
    </>
  );
}
