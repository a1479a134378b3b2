import run from '../../../../../schema/run.schema.json' with { type: 'json' };

/** The part of JSON schema that a config's schema is made of. */
export interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
}

const whole = run as unknown as Schema & { readonly $defs: Readonly<Record<string, Schema>> };

/** The schema of a layer, by its reference. */
const layerRef = '#/$defs/layer';

/** A schema with the schema that it refers to in the reference's place. */
export function resolved({ $ref, ...own }: Schema): Schema {
  if (!$ref) return own;
  return { ...resolved(whole.$defs[$ref.replace('#/$defs/', '')]!), ...own };
}

/** The options of a part of a config, by their names. */
export function optionsOf(part: 'model' | 'training'): Readonly<Record<string, Schema>> {
  return whole.properties![part]!.properties!;
}

/** The kinds of layers. */
export const layerKinds = (): readonly Schema[] => resolved({ $ref: layerRef }).oneOf!;

/** Samplers of models of one objective alone: no other latents are of their form. */
const ofOneObjective = new Set(['codebook', 'poincareDisk', 'riemannian', 'vampPrior']);

/** The samplers that any model's latents may be drawn by. */
export function samplerSchema(): Schema {
  const { oneOf, ...others } = resolved({ $ref: '#/$defs/sampler' });
  return { ...others, oneOf: oneOf!.filter((kind) => !ofOneObjective.has(typeOf(kind)!)) };
}

/** The name by which a config calls a kind; undefined for a schema of no kind. */
export const typeOf = ({ properties }: Schema): string | undefined =>
  properties?.type?.const as string | undefined;

/** Numbers of a range; a bound that is none of them is told by `over` or `under`. */
export interface NumberForm {
  readonly is: 'number';
  readonly whole: boolean;
  readonly least: number;
  readonly most: number;
  readonly isOver: boolean;
  readonly isUnder: boolean;
}

/** The way in which a value is asked for. */
export type Form =
  | NumberForm
  | { readonly is: 'choice'; readonly choices: readonly (string | number | boolean)[] }
  | { readonly is: 'text' }
  /** Numbers with commas between them, or one of some words. */
  | {
      readonly is: 'numbers';
      readonly words: readonly string[];
      readonly canBeOne: boolean;
      readonly canBeMany: boolean;
      readonly whole: boolean;
    }
  | { readonly is: 'kinds'; readonly kinds: readonly Schema[]; readonly number?: NumberForm }
  | { readonly is: 'options'; readonly options: Readonly<Record<string, Schema>> }
  | { readonly is: 'layers' }
  | { readonly is: 'data' };

/** The members of a union, and of unions inside of it. */
function membersOf(schema: Schema): readonly Schema[] {
  const whole = resolved(schema);
  const members = whole.anyOf ?? whole.oneOf;
  return members ? members.flatMap(membersOf) : [whole];
}

function numberForm(schema: Schema): NumberForm {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return {
    is: 'number',
    whole: type === 'integer',
    least: minimum ?? exclusiveMinimum ?? Number.NEGATIVE_INFINITY,
    most: maximum ?? exclusiveMaximum ?? Number.POSITIVE_INFINITY,
    isOver: exclusiveMinimum !== undefined,
    isUnder: exclusiveMaximum !== undefined,
  };
}

const isNumber = ({ type, enum: values }: Schema) =>
  (type === 'integer' || type === 'number') && !values;

const isWholeList = ({ type, items, prefixItems }: Schema) =>
  type === 'array' && [...(prefixItems ?? []), ...(items ? [items] : [])].every(isNumber);

const choicesOf = ({ enum: values, const: value }: Schema): readonly (string | number)[] =>
  values ?? (value === undefined ? [] : [value as string]);

/** Decides how a value of a schema is asked for. */
export function formOf(schema: Schema): Form {
  const members = membersOf(schema);
  const kinds = members.filter((each) => typeOf(each) !== undefined);
  const number = members.find(isNumber);
  if (kinds.length > 0) {
    return { is: 'kinds', kinds, ...(number ? { number: numberForm(number) } : {}) };
  }
  const choices = members.flatMap(choicesOf);
  const canBeMany = members.some(isWholeList);
  if (canBeMany || (number && choices.length > 0)) {
    const whole = !number || number.type === 'integer';
    const words = choices.map(String);
    return { is: 'numbers', words, canBeOne: number !== undefined, canBeMany, whole };
  }
  if (choices.length > 0) return { is: 'choice', choices };
  return formOfOne(members[0]!, number);
}

function formOfOne(only: Schema, number: Schema | undefined): Form {
  if (number) return numberForm(number);
  if (only.type === 'boolean') return { is: 'choice', choices: [true, false] };
  if (only.type === 'string') return { is: 'text' };
  if (only.items && only.items.$ref === layerRef) return { is: 'layers' };
  return only.properties ? { is: 'options', options: only.properties } : { is: 'data' };
}

/** A value that a schema lets through, where one must be there. */
function firstOf(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  const form = formOf(schema);
  switch (form.is) {
    case 'number':
      return Math.min(Math.max(form.least, form.whole ? 2 : 0.1), form.most);
    case 'choice':
      return form.choices[0];
    case 'numbers':
      return form.canBeOne ? 2 : [1];
    case 'kinds':
      return form.number ? firstOf({ type: 'number', minimum: 0 }) : newOfKind(form.kinds[0]!);
    case 'layers':
      return [];
    case 'text':
      return '';
    default:
      return {};
  }
}

/** The plain data of a kind, with its required options. */
export function newOfKind(kind: Schema): Readonly<Record<string, unknown>> {
  const required = (kind.required ?? []).filter((name) => name !== 'type');
  return {
    type: typeOf(kind),
    ...Object.fromEntries(required.map((name) => [name, firstOf(kind.properties![name]!)])),
  };
}

/** An option's name in words: `learningRate` is Learning rate. */
export function wordsOf(name: string): string {
  const words = name.replace(
    /([a-z])([A-Z0-9])/g,
    (_, a: string, b: string) => `${a} ${b.toLowerCase()}`,
  );
  return words[0]!.toUpperCase() + words.slice(1);
}
