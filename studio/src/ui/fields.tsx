import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { t } from '../language/language.js';
import { Term } from './term.js';
import { type Entry, entryOf, type TermName } from './terms.js';

interface FieldProps {
  /** The word of the label, with its explanation. */
  readonly term: TermName | Entry;
  readonly disabled?: boolean;
}

function Labelled({
  id,
  term,
  children,
  hint,
}: {
  id: string;
  term: TermName | Entry;
  children: ComponentChildren;
  hint?: string | undefined;
}) {
  return (
    <div class="field">
      <span class="field-label">
        <label for={id} class="visually-hidden">
          {t(entryOf(term).word)}
        </label>
        <Term name={term} />
      </span>
      {children}
      {hint && <span class="soft small">{hint}</span>}
    </div>
  );
}

/**
 * The text of a field: `shown`, until the user is in it. Nothing writes over the user's text, nor between
 * what is chosen of it and what is typed in its place.
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

function rangeText(whole: boolean, least: number, most: number | undefined): string {
  if (most === undefined) {
    return whole
      ? t('A whole number from {least}.', { least })
      : t('A number from {least}.', { least });
  }
  return whole
    ? t('A whole number from {least} to {most}.', { least, most })
    : t('A number from {least} to {most}.', { least, most });
}

/** Takes a number; `onChange` is called once the text is one and in its range. */
export function NumberField({
  term,
  value,
  least,
  most,
  whole = false,
  unit,
  disabled = false,
  onChange,
}: FieldProps & {
  readonly value: number | undefined;
  readonly least: number;
  readonly most?: number;
  readonly whole?: boolean;
  readonly unit?: string;
  onChange(value: number): void;
}) {
  const id = useId();
  const { text, events } = useText(value === undefined ? '' : String(value));
  const parsed = Number(text);
  const fits =
    text.trim() !== '' &&
    Number.isFinite(parsed) &&
    parsed >= least &&
    parsed <= (most ?? Number.POSITIVE_INFINITY) &&
    (!whole || Number.isInteger(parsed));
  return (
    <Labelled
      id={id}
      term={term}
      hint={fits || disabled || value === undefined ? undefined : rangeText(whole, least, most)}
    >
      <span class="with-unit">
        <input
          id={id}
          inputMode={whole ? 'numeric' : 'decimal'}
          autocomplete="off"
          value={text}
          disabled={disabled}
          aria-invalid={!fits && !disabled}
          {...events}
          onChange={() => fits && onChange(parsed)}
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

/** Takes whole numbers with commas between them. */
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
  const fits = parts.every((part) => /^[1-9]\d{0,4}$/.test(part));
  return (
    <Labelled id={id} term={term} hint={fits ? undefined : t('Whole numbers, such as 512, 256.')}>
      <input
        id={id}
        inputMode="text"
        autocomplete="off"
        value={text}
        disabled={disabled}
        aria-invalid={!fits}
        {...events}
        onChange={() => fits && onChange(parts.map(Number))}
      />
    </Labelled>
  );
}
