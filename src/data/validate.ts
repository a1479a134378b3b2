import type { z } from 'zod';
import { UserError } from './errors.js';
import { advice } from './suggest.js';

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

function known(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema;
  for (const key of path) {
    const { shape, element } = unwrap(current);
    current = typeof key === 'number' ? element : shape?.[String(key)];
  }
  return Object.keys(unwrap(current).shape ?? {});
}

function unwrap(schema: unknown): { shape?: Record<string, unknown>; element?: unknown } {
  let current = schema as
    | { def?: { innerType?: unknown }; shape?: Record<string, unknown>; element?: unknown }
    | undefined;
  while (current?.def?.innerType) current = current.def.innerType as typeof current;
  return current ?? {};
}

/** `VAE.kl.weight`, or `config.json: model.kl.weight` for what is in a file. */
function place(name: string, path: readonly PropertyKey[], isFile: boolean): string {
  if (!isFile) return joinPath([name, ...path]);
  return path.length === 0 ? name : `${name}: ${joinPath(path)}`;
}

function describe(issue: Issue, where: string, schema: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys as [string];
    const candidates = known(schema, issue.path);
    return `${where}: unknown key '${key}'. ${advice(key, candidates)}`;
  }
  return `${where}: ${issue.message.replace(/\.?$/, '.')}`;
}

/**
 * The value, checked and with its defaults filled in.
 * @param name where the value came from: a file, a function, a place in a file
 * @param options.isFile whether the name is that of a file, to which paths are no continuation
 * @throws UserError that names the first wrong key by its path, and the nearest known key
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name: string,
  { isFile = false }: { readonly isFile?: boolean } = {},
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A mistyped key explains the key that is missing for it.
  const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  throw new UserError(describe(first, place(name, first.path, isFile), schema));
}
