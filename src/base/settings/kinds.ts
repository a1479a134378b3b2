import { z } from 'zod';
import { quote } from '../excerpt.js';
import { advice } from '../suggest.js';

/** A thing that is built from plain data which names it by `type`: a layer, an optimizer. */
interface Kind {
  readonly type: string;
  /** The options beside `type`. */
  readonly schema: z.ZodObject;
}

/**
 * The plain data of one kind: its type beside its options.
 * @param inner options whose plain data differs from the value that the kind is built from
 */
export function typed({ type, schema }: Kind, inner: z.core.$ZodShape = {}): z.ZodObject {
  const data = z.strictObject({ type: z.literal(type), ...schema.shape, ...inner });
  const { title, description } = schema.meta() ?? {};
  const known = Object.entries({ title, description }).filter(([, text]) => text !== undefined);
  return known.length === 0 ? data : data.meta(Object.fromEntries(known));
}

/**
 * Plain data of one of several kinds, told apart by `type`.
 * @param what the name of such a thing in messages: `layer`
 * @param options the plain data of each kind, as `typed` gives it
 */
export function oneOf<Option extends z.ZodObject>(what: string, options: readonly Option[]) {
  return z.discriminatedUnion('type', options as readonly [Option], {
    error: ({ code, input }) => {
      if (code !== 'invalid_union') return undefined;
      const types = options.flatMap((each) => [...(each._zod.propValues?.type ?? [])].map(String));
      const { type } = input as { type?: unknown };
      return type === undefined
        ? `the type of the ${what} is missing. Known: ${types.join(', ')}`
        : `unknown ${what} ${quote(String(type))}. ${advice(String(type), types)}`;
    },
  });
}
