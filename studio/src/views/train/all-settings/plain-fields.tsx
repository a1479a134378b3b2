import { useId } from 'preact/hooks';
import { t } from '../../../language/language.js';
import { checked, Labelled, useText } from '../../../ui/fields.js';
import { type SchemaFieldProps, termOfOption } from './field-props.js';
import { type Form, resolved } from './schema.js';
import { type Parsed, parse, textOf } from './values.js';

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
