import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { t } from '../language/language.js';
import { type Entry, entryOf, type TermName } from './terms.js';

/** Pixels between a word and its text, and around that. */
const gap = 8;

/**
 * The place for the text of a word: under it, or over it where there is no room. The text of a field's label
 * stands beside the form or dialog, so that it covers no field; where there is no room beside, at the end of the
 * window that is further from the word.
 */
function placeFor(word: HTMLElement, { width, height }: DOMRect): { left: number; top: number } {
  const at = word.getBoundingClientRect();
  const form = word.closest('.field') && word.closest('form, dialog')?.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - width - gap);
  const last = innerHeight - height - gap;
  if (!form) {
    const below = at.bottom + gap;
    return { left, top: below > last ? at.top - height - gap : below };
  }
  if (form.right + gap + width <= innerWidth) {
    return { left: form.right + gap, top: Math.min(at.top, last) };
  }
  return { left, top: at.top < innerHeight / 2 ? last : gap };
}

/** A word of the field that explains itself on hover, focus and touch. */
export function Term({ name, children }: { name: TermName | Entry; children?: ComponentChildren }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  const { word, text: about, note } = entryOf(name);
  const show = () => {
    const [place, box] = [button.current!, text.current!];
    box.showPopover();
    const { left, top } = placeFor(place, box.getBoundingClientRect());
    Object.assign(box.style, { left: `${Math.max(gap, left)}px`, top: `${Math.max(gap, top)}px` });
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
