import type { z } from 'zod';
import { UserError } from '../errors.js';
import { quote } from '../excerpt.js';
import { advice } from '../suggest.js';
import { unionWords, validationWords } from './validation-words.js';

type Issue = z.core.$ZodIssue;

/** `decoder[0].units` */
function joinPath(parts: readonly PropertyKey[]): string {
  return parts
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`;
      return i === 0 || part === '' ? String(part) : `.${String(part)}`;
    })
    .join('');
}

interface Shaped {
  readonly shape?: Record<string, unknown>;
  readonly element?: unknown;
}

/** The keys that an object at a path may have. */
function known(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  let current = unwrap(schema, value);
  path.forEach((key, depth) => {
    const { shape, element } = current;
    const inner = typeof key === 'number' ? element : shape?.[String(key)];
    current = unwrap(inner, at(value, path.slice(0, depth + 1)));
  });
  return Object.keys(current.shape ?? {});
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

interface Wrapping {
  readonly def?: {
    readonly innerType?: unknown;
    /** Getter of schemas that hold themselves. */
    readonly getter?: () => unknown;
    readonly options?: readonly z.ZodType[];
    readonly discriminator?: string;
  };
}

/** A schema without its defaults and the like; of a union, the member that fits the value best. */
function unwrap(schema: unknown, value: unknown): Shaped {
  let current = schema as Wrapping | undefined;
  for (;;) {
    const { innerType, getter, options, discriminator } = current?.def ?? {};
    const next = options ? bestMember(options, value, discriminator) : (getter?.() ?? innerType);
    if (!next) return (current as Shaped | undefined) ?? {};
    current = next as Wrapping;
  }
}

function bestMember(
  members: readonly z.ZodType[],
  value: unknown,
  discriminator?: string,
): z.ZodType | undefined {
  if (discriminator !== undefined) {
    const key = at(value, [discriminator]) as string;
    return members.find((member) => member._zod.propValues?.[discriminator]?.has(key));
  }
  const faults = (member: z.ZodType) => member.safeParse(value).error?.issues.length ?? 0;
  const objects = members.filter((member) => 'shape' in member || 'options' in member);
  return objects.sort((a, b) => faults(a) - faults(b))[0];
}

/** The issue to tell of: a mistyped key explains the key that is missing for it. */
function telling(issues: readonly Issue[]): Issue {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
}

/** Tells whether an issue says only that the value is of another kind, or another value. */
const isOfKind = ({ code, message }: Issue) =>
  code === 'invalid_type' || (code === 'invalid_value' && message.startsWith('it '));

/** A union's issue, told as the issue of the member that the user meant: the value's kind fits it. */
function resolve(issue: Issue, value: unknown): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const branch = issue.errors.find(
    ([first]) => first && !(isOfKind(first) && first.path.length === 0),
  );
  const meant = branch && telling(branch);
  if (meant) return resolve({ ...meant, path: [...issue.path, ...meant.path] }, value);
  const roots = issue.errors.flatMap(([first]) => (first ? [first] : []));
  return { ...issue, message: unionWords(roots, at(value, issue.path)) };
}

/** `VAE.kl.weight`, or `config.json: model.kl.weight` for a key in a file. */
function place(name: string, path: readonly PropertyKey[], isFile: boolean): string {
  if (!isFile) return joinPath([name, ...path]);
  return path.length === 0 ? name : `${name}: ${joinPath(path)}`;
}

function describe(issue: Issue, where: string, schema: z.ZodType, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys as [string];
    return `${where}: unknown key ${quote(key)}. ${advice(key, known(schema, issue.path, value))}`;
  }
  return `${where}: ${issue.message.replace(/([^.?])$/, '$1.')}`;
}

/**
 * The value, checked and with its defaults filled in.
 * @param name where the value came from: a file, a function, a place in a file
 * @param options.isFile whether the name is a file's, which stands before the path with a colon
 * @throws UserError that names the first wrong key by its path, and the nearest known key
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name: string,
  { isFile = false }: { readonly isFile?: boolean } = {},
): z.output<Schema> {
  const result = schema.safeParse(value, { error: validationWords });
  if (result.success) return result.data;
  const first = resolve(telling(result.error.issues), value);
  throw new UserError(describe(first, place(name, first.path, isFile), schema, value));
}
