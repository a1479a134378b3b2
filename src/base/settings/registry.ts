import { z } from 'zod';
import { UserError } from '../errors.js';
import { quote } from '../excerpt.js';
import { advice } from '../suggest.js';
import { oneOf, typed } from './kinds.js';

/** A kind of thing that is built from plain data which names it by `type`: a layer, an optimizer. */
export interface Kind {
  readonly type: string;
  /** The options beside `type`, with their checks, defaults and descriptions. */
  readonly schema: z.ZodObject;
}

function isKind(value: unknown): value is Kind {
  const { type, schema } = (value ?? {}) as Partial<Kind>;
  return typeof type === 'string' && schema instanceof z.ZodObject;
}

/**
 * All kinds of one sort. Each is exported by a file of its own, which the folder's `all.ts` names in a
 * line: help, schemas, documents and forms list them from here.
 */
export class Registry<Known extends Kind> {
  private readonly kindOf: ReadonlyMap<string, Known>;

  /**
   * @param sort names one of them in messages: `layer`
   * @param exports of the folder's `all.ts`; exports that are no kinds are passed over
   */
  constructor(
    readonly sort: string,
    exports: Readonly<Record<string, unknown>>,
  ) {
    const kinds = Object.values(exports).filter(isKind) as unknown as Known[];
    this.kindOf = new Map(kinds.map((kind) => [kind.type, kind]));
  }

  /** The names that options and config files use, in alphabetical order. */
  get names(): readonly string[] {
    return [...this.kindOf.keys()];
  }

  get kinds(): readonly Known[] {
    return [...this.kindOf.values()];
  }

  /** Names for people, by type; the type itself where a kind has no title. */
  get titles(): Readonly<Record<string, string>> {
    const titleOf = ({ type, schema }: Known) => [type, schema.meta()?.title ?? type] as const;
    return Object.fromEntries(this.kinds.map(titleOf));
  }

  /**
   * The kind of a name.
   * @param where the name stands, for messages
   * @throws UserError when there is none
   */
  get(type: unknown, where: string): Known {
    const kind = this.kindOf.get(String(type));
    if (kind) return kind;
    throw new UserError(
      `${where}: unknown ${this.sort} ${quote(String(type))}. ${advice(String(type), this.names)}`,
    );
  }

  /**
   * The plain data of any of the kinds.
   * @param inner by kind, options whose plain data differs from the value that it is built from
   * @param others more plain data, of no registered kind
   */
  schema(
    inner: (kind: Known) => z.core.$ZodShape = () => ({}),
    others: readonly z.ZodObject[] = [],
  ) {
    const each = this.kinds.map((kind) => typed(kind, inner(kind)));
    return oneOf<z.ZodObject>(this.sort, [...each, ...others]);
  }
}
