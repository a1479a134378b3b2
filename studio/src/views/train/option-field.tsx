import { t } from '../../language/language.js';
import { type FormField, termOf } from '../../train/fields.js';
import { ChoiceField, NumberField } from '../../ui/fields.js';

interface OptionFieldProps {
  readonly field: FormField;
  /** The unit and the largest number, where they are not the option's own. */
  readonly unit?: string;
  readonly most?: number;
  /** The reason why it is the largest, in a few words. */
  readonly mostBecause?: string;
  /** Choices beside the option's own, with their names. */
  readonly more?: readonly (readonly [value: string, title: string])[];
  readonly value: unknown;
  readonly disabled: boolean;
  onChange(value: unknown): void;
}

/** An option of a run: a choice where its values have titles, else a number in its range. */
export function OptionField({
  field: option,
  value,
  disabled,
  onChange,
  more = [],
  ...over
}: OptionFieldProps) {
  const { field, kind } = option;
  const term = termOf(option);
  if (field.titles) {
    const choices = [
      ...Object.entries(field.titles).map(([each, title]) => [each, t(title)] as const),
      ...more,
    ];
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
      {...over}
      disabled={disabled}
      onChange={onChange}
    />
  );
}
