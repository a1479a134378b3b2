import { z } from 'zod';

/** Form in which the text of a flag is written, where the option's own values don't say. */
export type FlagReading = 'columns' | 'interval' | 'named' | 'pairs' | 'shape' | 'size' | 'text';

/** An option on the command line. */
export interface Flag {
  /** The flag as commander takes it: `--batch-size <n>`. */
  readonly flag: string;
  /** Its line of help; the description's first sentence when left out. */
  readonly help?: string;
  readonly reads?: FlagReading;
  /** Example of how `named` and `pairs` are written, for messages. */
  readonly example?: string;
  /** Name of a first value that stands alone, for `pairs`. */
  readonly first?: string;
  /** The value of a flag that is given without one. */
  readonly alone?: string;
  /** Flags that stand for one value each: `{ '--channels-last': 'channels-last' }`. */
  readonly also?: Readonly<Record<string, string>>;
}

/** An option in the studio's form, which explains it by its description. */
export interface Field {
  /** The key of its value in the form; the last key of its path when left out. */
  readonly name?: string;
  readonly label: string;
  /** Words beside the description that are of use in a page alone. */
  readonly note?: string;
  /** The numbers that the form takes, where they are fewer than the option does. */
  readonly least?: number;
  readonly most?: number;
  readonly unit?: string;
  /** Names of the values, for people. */
  readonly titles?: Readonly<Record<string, string>>;
}

/** Says how an option shows itself, beside its values, default and description, which its schema has. */
export interface OptionFaces {
  readonly flag?: string | Flag;
  readonly field?: Field;
  /** Names of the kinds that it may be of. */
  readonly kinds?: readonly string[];
  /** The value where none is given, in words: where it is no constant. */
  readonly usually?: string;
  /** Tells whether it may change while training runs. */
  readonly live?: boolean;
  /**
   * Tells whether a resumed run may have another value: it decides none of the numbers of training,
   * or the data tell by their own values whether it is the same.
   */
  readonly resumable?: boolean;
  /** Tells whether a first look can do without it. */
  readonly advanced?: boolean;
  /** Code by which `vae.config.ts` shows it; its default when left out. */
  readonly example?: string;
  /** Options inside of a kind that show themselves too, by path. */
  readonly inside?: Readonly<Record<string, z.ZodType>>;
}

/** The metadata of an option's schema, for its `.meta()`: the one place that describes it. */
export function option(description: string, faces: OptionFaces = {}) {
  return { description, faces };
}

/** The values that an option takes, as far as flags and forms tell them apart. */
export type ValueKind =
  | { readonly type: 'whole' | 'number'; readonly least?: number; readonly most?: number }
  | { readonly type: 'choice'; readonly choices: readonly (string | number)[] }
  | { readonly type: 'yes' | 'text' | 'list' | 'data' };

/** A schema and the schemas that it wraps, from the outside in. */
function layersOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType };
  return innerType ? [schema, ...layersOf(innerType)] : [schema];
}

/** A schema without its default and the like. */
const unwrapped = (schema: z.core.$ZodType) => layersOf(schema).at(-1)!;

function numberKind({ minValue, maxValue, isInt }: z.ZodNumber): ValueKind {
  const isBound = (value: number | null): value is number =>
    value !== null && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return {
    type: isInt ? 'whole' : 'number',
    ...(isBound(minValue) ? { least: minValue } : {}),
    ...(isBound(maxValue) ? { most: maxValue } : {}),
  };
}

/** The values that a schema lets through. Excluded bounds are told like included ones. */
export function valueKind(schema: z.core.$ZodType): ValueKind {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodNumber) return numberKind(inner);
  if (inner instanceof z.ZodEnum) return { type: 'choice', choices: inner.options };
  if (inner instanceof z.ZodLiteral) {
    return { type: 'choice', choices: [...inner.values] as (string | number)[] };
  }
  if (inner instanceof z.ZodBoolean) return { type: 'yes' };
  if (inner instanceof z.ZodString) return { type: 'text' };
  if (inner instanceof z.ZodArray && valueKind(inner.element).type === 'text') {
    return { type: 'list' };
  }
  return { type: 'data' };
}

/** An option as its schema describes it, as plain data. */
export interface DescribedOption extends Omit<OptionFaces, 'inside' | 'flag'> {
  /** Place of the option: `training.batchSize`. */
  readonly path: string;
  readonly description: string;
  readonly kind: ValueKind;
  /** The value that a setting left out has; undefined where it has none. */
  readonly default?: unknown;
  readonly flag?: Flag;
}

/** Description and faces of a schema, from whichever of its layers has them. */
function metaOf(schema: z.core.$ZodType): { description?: string; faces?: OptionFaces } {
  const metas = layersOf(schema).map((each) => z.globalRegistry.get(each));
  return Object.assign({}, ...metas.reverse());
}

function defaultOf(schema: z.core.$ZodType): unknown {
  const defs = layersOf(schema).map(({ _zod }) => _zod.def as { defaultValue?: unknown });
  return defs.find((def) => def.defaultValue !== undefined)?.defaultValue;
}

function describe(schema: z.core.$ZodType, path: string): DescribedOption[] {
  const { description = '', faces = {} } = metaOf(schema);
  const { flag, inside, ...others } = faces;
  const standard = defaultOf(schema);
  const inner = unwrapped(schema);
  const parts = inner instanceof z.ZodObject ? inner.shape : {};
  return [
    {
      path,
      description,
      kind: valueKind(schema),
      ...(standard === undefined ? {} : { default: standard }),
      ...(flag === undefined ? {} : { flag: typeof flag === 'string' ? { flag } : flag }),
      ...others,
    },
    ...Object.entries({ ...parts, ...inside }).flatMap(([key, each]) =>
      describe(each, `${path}.${key}`),
    ),
  ];
}

/**
 * Every option of an object, each before the options inside of it.
 * @param path of the object
 */
export function describeOptions(shape: z.core.$ZodShape, path = ''): DescribedOption[] {
  const prefix = path === '' ? '' : `${path}.`;
  return Object.entries(shape).flatMap(([key, schema]) => describe(schema, `${prefix}${key}`));
}
