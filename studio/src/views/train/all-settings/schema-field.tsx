import { useSignal } from '@preact/signals';
import { useContext, useId } from 'preact/hooks';
import { formatCount } from '../../../../../src/report/number.js';
import { t } from '../../../language/language.js';
import { Labelled } from '../../../ui/fields.js';
import { type SchemaFieldProps, termOfOption, titleOfKind } from './field-props.js';
import { Choices, TextOption } from './plain-fields.js';
import {
  type Form,
  formOf,
  layerKinds,
  newOfKind,
  resolved,
  type Schema,
  typeOf,
  wordsOf,
} from './schema.js';
import { ShapesOfLayers } from './shapes.js';

type Data = Readonly<Record<string, unknown>>;

type Layer = Data;

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null;

/** A field for an option of a config, by its schema. */
export function SchemaField(props: SchemaFieldProps) {
  const form = formOf(props.schema);
  switch (form.is) {
    case 'choice':
      return <Choices {...props} choices={form.choices} />;
    case 'kinds':
      return <KindField {...props} form={form} />;
    case 'layers':
      return (
        <LayersEditor
          title={t(wordsOf(props.name))}
          layers={(props.value as readonly Readonly<Record<string, unknown>>[]) ?? []}
          onChange={props.onChange}
        />
      );
    case 'options':
      return <Options {...props} options={form.options} />;
    default:
      return <TextOption {...props} form={form} />;
  }
}

/** Fields for the options of an object, which may be left out as a whole. */
function Options({
  name,
  schema,
  options,
  value,
  onChange,
}: SchemaFieldProps & { readonly options: Readonly<Record<string, Schema>> }) {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { word, text } = termOfOption(name, schema);
  return (
    <fieldset class="options">
      <legend title={t(text)}>{t(word)}</legend>
      <OptionFields
        options={options}
        required={resolved(schema).required}
        value={given}
        onChange={(next) => onChange(Object.keys(next).length > 0 ? next : undefined)}
      />
    </fieldset>
  );
}

/** Fields for options side by side. */
export function OptionFields({
  options,
  required = [],
  value,
  onChange,
}: {
  readonly options: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[] | undefined;
  readonly value: Readonly<Record<string, unknown>>;
  onChange(value: Readonly<Record<string, unknown>>): void;
}) {
  return (
    <div class="fields">
      {Object.entries(options).map(([name, schema]) => (
        <SchemaField
          key={name}
          name={name}
          schema={schema}
          value={value[name]}
          optional={!required.includes(name)}
          onChange={(next) => {
            const { [name]: _, ...others } = value;
            onChange(next === undefined ? others : { ...others, [name]: next });
          }}
        />
      ))}
    </div>
  );
}

/** Options that were set and that another kind has too. */
function keptOptions(given: unknown, kind: Schema | undefined, next: Schema): Data {
  if (!isData(given) || !kind) return {};
  const isSet = ([name, value]: [string, unknown]) => {
    const usual = resolved(kind.properties?.[name] ?? {}).default;
    return name !== 'type' && JSON.stringify(value) !== JSON.stringify(usual);
  };
  const own = Object.entries(given).filter(isSet);
  return Object.fromEntries(own.filter(([name]) => next.properties?.[name]));
}

/** Chooses one of several kinds, or a number in their place, with the options of the kind. */
function KindField({
  name,
  schema,
  value,
  optional = true,
  form,
  onChange,
}: SchemaFieldProps & { readonly form: Extract<Form, { is: 'kinds' }> }) {
  const id = useId();
  const { kinds, number } = form;
  const given = value ?? resolved(schema).default;
  const chosen = isData(given)
    ? String(given.type ?? typeOf(kinds[0]!))
    : typeof given === 'string'
      ? given
      : '';
  const kind = kinds.find((each) => typeOf(each) === chosen);
  const numberSchema = { ...(number ? { type: 'number', minimum: number.least } : {}) };
  return (
    <div class="kind-field stack-tight">
      <Labelled id={id} term={termOfOption(name, schema)}>
        <select
          id={id}
          value={typeof given === 'number' ? 'number' : chosen}
          onChange={({ currentTarget: { value: type } }) => {
            if (type === 'number') return onChange(1);
            const next = kinds.find((each) => typeOf(each) === type);
            onChange(next && { ...newOfKind(next), ...keptOptions(given, kind, next) });
          }}
        >
          {optional && given === undefined && <option value="">{t('left out')}</option>}
          {number && <option value="number">{t('One number')}</option>}
          {kinds.map((each) => (
            <option key={typeOf(each)} value={typeOf(each)}>
              {titleOfKind(each)}
            </option>
          ))}
        </select>
      </Labelled>
      {typeof given === 'number' && (
        <SchemaField
          name="value"
          schema={numberSchema}
          value={given}
          optional={false}
          onChange={onChange}
        />
      )}
      {kind?.description && <p class="soft small">{t(kind.description)}</p>}
      {kind && (
        <KindOptions
          kind={kind}
          value={isData(given) ? given : { type: chosen }}
          onChange={onChange}
        />
      )}
    </div>
  );
}

/** Fields for the options of a kind. */
function KindOptions({
  kind,
  value,
  onChange,
}: {
  readonly kind: Schema;
  readonly value: Data;
  onChange(value: Data): void;
}) {
  const { type: _, ...options } = kind.properties!;
  if (Object.keys(options).length === 0) return null;
  return (
    <OptionFields
      options={options}
      required={kind.required}
      value={value}
      onChange={(next) => onChange({ ...next, type: typeOf(kind) })}
    />
  );
}

/** A list of equal numbers, such as a stride both ways, as one of them. */
const asOne = (value: unknown): unknown =>
  Array.isArray(value) && value.length > 1 && value.every((each) => each === value[0])
    ? value[0]
    : value;

/** The options of a layer that a list shows, in a line, but for usual values: `filters 32, stride 2`. */
function shortly({ type: _, layers, ...options }: Layer, kind: Schema | undefined): string {
  const isUsual = (name: string, value: unknown) => {
    const schema = kind?.properties?.[name];
    const usual = schema && resolved(schema).default;
    return JSON.stringify(asOne(value)) === JSON.stringify(asOne(usual));
  };
  const inner = Array.isArray(layers) ? [t('{count} layers', { count: layers.length })] : [];
  return [
    ...Object.entries(options)
      .filter(([name, value]) => !isUsual(name, value))
      .map(([name, value]) => `${name} ${shortText(asOne(value))}`),
    ...inner,
  ].join(', ');
}

const shortText = (value: unknown): string =>
  Array.isArray(value) ? value.join(' × ') : typeof value === 'object' ? '…' : String(value);

/** Edits a list of layers: adds, removes, moves them, and sets the options of each. */
export function LayersEditor({
  title,
  path,
  layers,
  onChange,
}: {
  title: string;
  /** Path of the list in the model, such as `encoder`; left out of lists within layers. */
  path?: string;
  layers: readonly Layer[];
  onChange(layers: readonly Layer[]): void;
}) {
  const replaced = (at: number, count: number, ...given: readonly Layer[]) =>
    onChange(layers.toSpliced(at, count, ...given));
  return (
    <fieldset class="layers">
      <legend>{title}</legend>
      <ol>
        {layers.map((layer, i) => (
          <LayerRow
            key={i}
            layer={layer}
            path={path && `${path}.${i}`}
            place={i}
            last={layers.length - 1}
            onChange={(next) => replaced(i, 1, next)}
            onMove={(by) => {
              const without = layers.toSpliced(i, 1);
              onChange(without.toSpliced(i + by, 0, layer));
            }}
            onRemove={() => replaced(i, 1)}
          />
        ))}
      </ol>
      <AddLayer onAdd={(layer) => onChange([...layers, layer])} />
    </fieldset>
  );
}

function LayerRow({
  layer,
  path,
  place,
  last,
  onChange,
  onMove,
  onRemove,
}: {
  layer: Layer;
  path: string | undefined;
  place: number;
  last: number;
  onChange(layer: Layer): void;
  onMove(by: 1 | -1): void;
  onRemove(): void;
}) {
  const kind = layerKinds().find((each) => typeOf(each) === layer.type);
  const shapes = useContext(ShapesOfLayers);
  const made = path === undefined ? undefined : shapes?.get(path);
  const name = kind ? titleOfKind(kind) : String(layer.type);
  const number = place + 1;
  return (
    <li>
      <div class="layer-head">
        <details>
          <summary>
            <strong>{name}</strong> <span class="small">{shortly(layer, kind)}</span>
          </summary>
          {kind?.description && <p class="soft small">{t(kind.description)}</p>}
          {kind && <KindOptions kind={kind} value={layer} onChange={onChange} />}
        </details>
        <div class="row layer-buttons">
          <button
            type="button"
            class="quiet"
            disabled={place === 0}
            aria-label={t('Move layer {number} up', { number })}
            onClick={() => onMove(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            class="quiet"
            disabled={place === last}
            aria-label={t('Move layer {number} down', { number })}
            onClick={() => onMove(1)}
          >
            ↓
          </button>
          <button
            type="button"
            class="quiet"
            aria-label={t('Remove layer {number}', { number })}
            onClick={onRemove}
          >
            ✕
          </button>
        </div>
      </div>
      {made && (
        <p class="soft small number">
          → {made.outputShape.join(' × ')}
          {made.parameters > 0 &&
            ` · ${t('{count} parameters', { count: formatCount(made.parameters) })}`}
        </p>
      )}
    </li>
  );
}

function AddLayer({ onAdd }: { onAdd(layer: Layer): void }) {
  const id = useId();
  // A layer of the user's own is code, which a page does not have.
  const kinds = layerKinds().filter((each) => typeOf(each) !== 'custom');
  const type = useSignal('dense');
  return (
    <div class="row">
      <label for={id} class="visually-hidden">
        {t('Kind of a new layer')}
      </label>
      <select
        id={id}
        value={type.value}
        onChange={(event) => {
          type.value = event.currentTarget.value;
        }}
      >
        {kinds.map((each) => (
          <option key={typeOf(each)} value={typeOf(each)}>
            {titleOfKind(each)}
          </option>
        ))}
      </select>
      <button
        type="button"
        onClick={() => onAdd(newOfKind(kinds.find((each) => typeOf(each) === type.value)!))}
      >
        {t('Add layer')}
      </button>
    </div>
  );
}
