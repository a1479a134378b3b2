import { Fragment } from 'preact';
import { type FormField, formFields } from '../../train/fields.js';
import { changes, steer } from '../../train/session.js';
import type { Plan, TrainSettings } from '../../train/settings.js';
import { hasWebGpu } from '../../train/webgpu.js';
import { ListField } from '../../ui/fields.js';
import { OptionField } from './option-field.js';

const presetField = formFields.find(({ path }) => path === 'preset')!;

/** The fields that may change while a model trains. */
const liveFields = formFields.filter(({ live }) => live);

const fixedFields = formFields.filter((field) => !field.live && field !== presetField);

/** The labels of the fields that may change while a model trains, in words. */
export const liveLabels = liveFields.map(({ field }) => field.label).join(' and ');

interface SettingsFieldsProps {
  /** The values of all options; undefined until they are planned. */
  readonly values: Plan['settings'] | undefined;
  readonly disabled: boolean;
}

/** Chooses the network. */
export function PresetField({
  value,
  disabled,
  onChange,
}: {
  value: string | undefined;
  disabled: boolean;
  onChange(preset: string): void;
}) {
  return (
    <OptionField
      field={presetField}
      value={value}
      disabled={disabled}
      onChange={(preset) => onChange(String(preset))}
    />
  );
}

/** The fields that a run has from its start to its end. */
export function FixedFields({
  values,
  disabled,
  onChange,
}: SettingsFieldsProps & { onChange(given: Partial<TrainSettings>): void }) {
  /** A field with the unit that the examples have. */
  const ofExamples = (each: FormField): FormField =>
    values?.likelihood === 'table' && each.field.unit === 'images'
      ? { ...each, field: { ...each.field, unit: 'rows' } }
      : each;
  const isShown = ({ name }: FormField) =>
    name !== 'device' || hasWebGpu.value || values?.device === 'webgpu';
  return (
    <div class="fields">
      {fixedFields.filter(isShown).map((field) => (
        <Fragment key={field.name}>
          <OptionField
            field={ofExamples(field)}
            value={values?.[field.name]}
            disabled={disabled}
            onChange={(value) => onChange({ [field.name]: value })}
          />
          {field.name === 'latent' && (
            <ListField
              term="hidden"
              value={values?.hidden}
              disabled={disabled || !values?.hidden}
              onChange={(hidden) => onChange({ hidden })}
            />
          )}
        </Fragment>
      ))}
    </div>
  );
}

/**
 * The fields that may change while a model trains.
 * @param props.steers whether a change acts on the run under way, and not on the next one
 */
export function LiveFields({
  values,
  disabled,
  steers,
  onChange,
}: SettingsFieldsProps & { steers: boolean; onChange(given: Partial<TrainSettings>): void }) {
  return (
    <fieldset class="fields" disabled={disabled}>
      <legend class="visually-hidden">May change while it trains</legend>
      {liveFields.map((field) => (
        <OptionField
          key={field.name}
          field={field}
          value={(steers ? changes.value[field.name] : undefined) ?? values?.[field.name]}
          disabled={disabled || values?.[field.name] === undefined}
          onChange={(value) =>
            steers ? steer({ [field.name]: Number(value) }) : onChange({ [field.name]: value })
          }
        />
      ))}
    </fieldset>
  );
}
