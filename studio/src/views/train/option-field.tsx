import { type FormField, termOf } from '../../train/fields.js';
import { ChoiceField, NumberField } from '../../ui/fields.js';

interface OptionFieldProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly disabled: boolean;
  onChange(value: unknown): void;
}

/** An option of a run: a choice where its values have titles, else a number in its range. */
export function OptionField({ field: option, value, disabled, onChange }: OptionFieldProps) {
  const { field, kind } = option;
  const term = termOf(option);
  if (field.titles) {
    const choices = Object.entries(field.titles);
    const chosen = value === undefined ? undefined : String(value);
    return <ChoiceField {...{ term, value: chosen, choices, disabled, onChange }} />;
  }
  if (kind.type !== 'whole' && kind.type !== 'number') return null;
  const { least = kind.least ?? 0, most = kind.most } = field;
  return (
    <NumberField
      term={term}
      value={value === undefined ? undefined : Number(value)}
      least={least}
      {...(most === undefined ? {} : { most })}
      whole={kind.type === 'whole'}
      {...(field.unit ? { unit: field.unit } : {})}
      disabled={disabled}
      onChange={onChange}
    />
  );
}
