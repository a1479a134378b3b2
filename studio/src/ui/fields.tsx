import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { t } from '../language/language.js';
import { useFault } from './faults.js';
import { type NumberRange, numberFault } from './number-fault.js';
import { Term } from './term.js';
import { type Entry, entryOf, type TermName } from './terms.js';

interface FieldProps {
  /** The word of the label, with its explanation. */
  readonly term: TermName | Entry;
  readonly disabled?: boolean;
}

/** A field with its label and its fault. */
export function Labelled({
  id,
  term,
  children,
  fault,
}: {
  id: string;
  term: TermName | Entry;
  children: ComponentChildren;
  /** The fault in words. */
  fault?: string | undefined;
}) {
  useFault(id, t(entryOf(term).word), fault);
  return (
    <div class="field">
      <span class="field-label">
        <label for={id} class="visually-hidden">
          {t(entryOf(term).word)}
        </label>
        <Term name={term} />
      </span>
      {children}
      {fault && (
        <span id={`${id}-fault`} class="fault small">
          {fault}
        </span>
      )}
    </div>
  );
}

/** Attributes of an input that say whether its text is wrong. */
export const checked = (id: string, fault: string | undefined) => ({
  'aria-invalid': fault !== undefined,
  ...(fault === undefined ? {} : { 'aria-describedby': `${id}-fault` }),
});

/**
 * The text of a field: `shown`, until the user is in it. Until the user leaves, nothing writes over the text,
 * not even between choosing a part of it and typing in its place.
 */
export function useText(shown: string) {
  const [text, setText] = useState(shown);
  const [before, setBefore] = useState(shown);
  const inside = useRef(false);
  const typed = useRef(false);
  // Set in this render, not in an effect after it: all fields of a plan must change at once.
  if (shown !== before) {
    setBefore(shown);
    if (!inside.current) setText(shown);
  }
  const events = {
    onFocus() {
      inside.current = true;
      typed.current = false;
    },
    onInput(event: { readonly currentTarget: HTMLInputElement }) {
      typed.current = true;
      setText(event.currentTarget.value);
    },
    onBlur() {
      inside.current = false;
      if (!typed.current) setText(shown);
    },
  };
  return { text, events };
}

/** Takes a number; `onChange` is called once the text is one and in its range. */
export function NumberField({
  term,
  value,
  unit,
  disabled = false,
  onChange,
  ...range
}: FieldProps &
  NumberRange & {
    readonly value: number | undefined;
    readonly unit?: string;
    onChange(value: number): void;
  }) {
  const id = useId();
  const { text, events } = useText(value === undefined ? '' : String(value));
  const isOpen = !disabled && (value !== undefined || text !== '');
  const fault = isOpen ? numberFault(text, range) : undefined;
  return (
    <Labelled {...{ id, term, fault }}>
      <span class="with-unit">
        <input
          id={id}
          inputMode={range.whole ? 'numeric' : 'decimal'}
          autocomplete="off"
          value={text}
          disabled={disabled}
          {...checked(id, fault)}
          {...events}
          onChange={() => isOpen && fault === undefined && onChange(Number(text))}
        />
        {unit && <span class="unit">{unit}</span>}
      </span>
    </Labelled>
  );
}

/** Chooses one of a few values. */
export function ChoiceField<Value extends string>({
  term,
  value,
  choices,
  disabled = false,
  onChange,
}: FieldProps & {
  readonly value: Value | undefined;
  readonly choices: readonly (readonly [value: Value, title: string])[];
  onChange(value: Value): void;
}) {
  const id = useId();
  return (
    <Labelled id={id} term={term}>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {choices.map(([each, title]) => (
          <option key={each} value={each}>
            {title}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Takes one whole number or more, with commas between them. */
export function ListField({
  term,
  value,
  disabled = false,
  onChange,
}: FieldProps & {
  readonly value: readonly number[] | undefined;
  onChange(value: readonly number[]): void;
}) {
  const id = useId();
  const { text, events } = useText(value?.join(', ') ?? '');
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const fits = parts.length > 0 && parts.every((part) => /^[1-9]\d{0,4}$/.test(part));
  const fault = fits || disabled ? undefined : t('Whole numbers, such as 512, 256.');
  return (
    <Labelled {...{ id, term, fault }}>
      <input
        id={id}
        inputMode="text"
        autocomplete="off"
        value={text}
        disabled={disabled}
        {...checked(id, fault)}
        {...events}
        onChange={() => fits && onChange(parts.map(Number))}
      />
    </Labelled>
  );
}
