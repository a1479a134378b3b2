import { Fragment } from 'preact';
import type { Field } from '../../../../src/base/settings/option.js';
import { current, t } from '../../language/language.js';
import { type FormField, formFields } from '../../train/fields.js';
import { steer, steered } from '../../train/session.js';
import type { ShownValues, TrainSettings } from '../../train/settings.js';
import { hasWebGpu } from '../../train/webgpu.js';
import { ListField } from '../../ui/fields.js';
import { OptionField } from './option-field.js';

const presetField = formFields.find(({ path }) => path === 'preset')!;

/** Stands for a network whose layers the user chose. */
export const ownLayers = 'own-layers';

/** The fields that may change while a model trains. */
const liveFields = formFields.filter(({ live }) => live);

const fixedFields = formFields.filter((field) => !field.live && field !== presetField);

/** The labels of the fields that may change while a model trains, in words. */
export const liveLabels = (): string =>
  new Intl.ListFormat(current.value.code).format(liveFields.map(({ field }) => t(field.label)));

interface SettingsFieldsProps {
  /** The values of all options; undefined until they are planned. */
  readonly values: ShownValues | undefined;
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
      {...(value === ownLayers ? { more: [[ownLayers, t('Layers of your own')]] } : {})}
      value={value}
      disabled={disabled}
      onChange={(preset) => preset !== ownLayers && onChange(String(preset))}
    />
  );
}

/** The fields that a run has from its start to its end. */
export function FixedFields({
  values,
  trainedOn,
  disabled,
  onChange,
}: SettingsFieldsProps & {
  /** Examples to train on; undefined until they are planned. */
  trainedOn: number | undefined;
  onChange(given: Partial<TrainSettings>): void;
}) {
  const isTable = values?.likelihood === 'table';
  /** A number of examples has their unit, and is no larger than all of them. */
  const ofExamples = ({ most }: Field) => ({
    unit: isTable ? t('rows') : t('images'),
    ...(trainedOn !== undefined && trainedOn <= (most ?? trainedOn)
      ? {
          most: trainedOn,
          mostBecause: isTable
            ? t('There are no more rows to train on.')
            : t('There are no more images to train on.'),
        }
      : {}),
  });
  const isShown = ({ name }: FormField) =>
    name !== 'device' || hasWebGpu.value || values?.device === 'webgpu';
  return (
    <div class="fields">
      {fixedFields.filter(isShown).map((field) => (
        <Fragment key={field.name}>
          <OptionField
            field={field}
            {...(field.field.unit === 'images' ? ofExamples(field.field) : {})}
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
    <fieldset class="fields">
      <legend class="visually-hidden">{t('May change while it trains')}</legend>
      {liveFields.map((field) => (
        <OptionField
          key={field.name}
          field={field}
          value={(steers ? steered.value[field.name] : undefined) ?? values?.[field.name]}
          disabled={disabled || values?.[field.name] === undefined}
          onChange={(value) =>
            steers ? steer({ [field.name]: Number(value) }) : onChange({ [field.name]: value })
          }
        />
      ))}
    </fieldset>
  );
}
