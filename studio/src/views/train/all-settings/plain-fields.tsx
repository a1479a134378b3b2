import { useId } from 'preact/hooks';
import { t } from '../../../language/language.js';
import { checked, Labelled, numberFault, useText } from '../../../ui/fields.js';
import { type SchemaFieldProps, termOfOption } from './field-props.js';
import { type Form, resolved } from './schema.js';

/** Chooses one of a few values. */
export function Choices({
  name,
  schema,
  value,
  optional = true,
  choices,
  onChange,
}: SchemaFieldProps & { readonly choices: readonly (string | number | boolean)[] }) {
  const id = useId();
  const usual = resolved(schema).default;
  const canBeLeft = optional && usual === undefined;
  return (
    <Labelled id={id} term={termOfOption(name, schema)}>
      <select
        id={id}
        value={String(value ?? usual ?? '')}
        onChange={({ currentTarget: { value: text } }) =>
          onChange(choices.find((each) => String(each) === text))
        }
      >
        {canBeLeft && <option value="">{t('left out')}</option>}
        {choices.map((each) => (
          <option key={String(each)} value={String(each)}>
            {each === true ? t('yes') : each === false ? t('no') : String(each)}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** What a text says as the value of an option, or what is wrong with it. */
type Parsed = { readonly value: unknown } | { readonly fault: string };

function parse(text: string, form: Form): Parsed {
  const trimmed = text.trim();
  if (form.is === 'number') {
    const { least, most, whole, isOver, isUnder } = form;
    const value = Number(trimmed);
    if ((isOver && value === least) || (isUnder && value === most)) {
      return isOver
        ? { fault: t('A number over {least}.', { least }) }
        : { fault: t('A number under {most}.', { most }) };
    }
    const fault = numberFault(trimmed, { least, most, whole });
    return fault === undefined ? { value } : { fault };
  }
  if (form.is === 'numbers') {
    if (form.words.includes(trimmed)) return { value: trimmed };
    const numbers = trimmed.split(/[,×\s]+/).map(Number);
    if (!numbers.every((each) => Number.isInteger(each) && each >= 0)) {
      return { fault: t('Whole numbers, such as {example}.', { example: '28, 28' }) };
    }
    return { value: numbers.length === 1 && form.canBeOne ? numbers[0] : numbers };
  }
  if (form.is === 'text') return { value: trimmed };
  try {
    return { value: JSON.parse(trimmed) };
  } catch {
    return { fault: t('It is not JSON.') };
  }
}

const textOf = (value: unknown, form: Form): string => {
  if (value === undefined) return '';
  if (Array.isArray(value) && form.is === 'numbers') return value.join(', ');
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : JSON.stringify(value);
};

/** Takes a text that says a value. */
export function TextOption({
  name,
  schema,
  value,
  optional = true,
  form,
  onChange,
}: SchemaFieldProps & { readonly form: Form }) {
  const id = useId();
  const usual = resolved(schema).default;
  const { text, events } = useText(textOf(value ?? usual, form));
  const isLeft = text.trim() === '' && optional;
  const parsed: Parsed = isLeft ? { value: undefined } : parse(text, form);
  const fault = 'fault' in parsed ? parsed.fault : undefined;
  return (
    <Labelled id={id} term={termOfOption(name, schema)} fault={fault}>
      <input
        id={id}
        inputMode={form.is === 'number' ? 'decimal' : 'text'}
        autocomplete="off"
        placeholder={optional ? t('left out') : ''}
        value={text}
        {...checked(id, fault)}
        {...events}
        onChange={() => 'value' in parsed && onChange(parsed.value)}
      />
    </Labelled>
  );
}
