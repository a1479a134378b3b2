/** A value of a setting in few words: a kind by its type and options. */
export function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(valueText).join(' ');
  const { type, ...options } = value as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(options).map(([name, each]) => `${name}=${valueText(each)}`);
  const kind = type === undefined ? [] : [String(type)];
  return [...kind, ...(pairs.length > 0 ? [pairs.join()] : [])].join(':');
}

/** Last keys that say nothing without the one before. */
const vague = ['initial', 'type'];

/** Paths as short as they can be told apart: `latent` of `model.latent`. */
export function shortNames(paths: readonly string[]): readonly string[] {
  const endings = paths.map((path) => {
    const keys = path.split('.');
    const all = keys.map((_, i) => keys.slice(keys.length - 1 - i).join('.'));
    return all.length > 1 && vague.includes(all[0]!) ? all.slice(1) : all;
  });
  return endings.map((own, at) => {
    const isOwn = (name: string) =>
      endings.every((others, other) => other === at || !others.includes(name));
    return own.find(isOwn) ?? paths[at]!;
  });
}
