/** A setting in which runs differ. */
export interface Difference {
  /** Its place in the config, such as `training.batchSize`. */
  readonly path: string;
  /** The value of each run in words; a dash where it has none. */
  readonly values: readonly string[];
}

type Config = Readonly<Record<string, unknown>>;

const none = '–';

/** Settings that Compare tells in rows of their own. */
const told = new Set([
  'model.latent',
  'model.likelihood',
  'model.likelihood.type',
  'model.objective.type',
  'model.objective.beta',
  'training.epochs',
]);

const isObject = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All settings of a config by their paths; a list, such as the layers, is one value. */
function settingsOf(value: unknown, path: string): [path: string, value: unknown][] {
  if (!isObject(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => settingsOf(inner, `${path}.${name}`));
}

/** A layer in short: its kind, its size and its activation. */
function shortText({ type, units, filters, activation }: Config): string {
  const words = [type, units ?? filters, activation === 'linear' ? undefined : activation];
  return words.filter((word) => word !== undefined).join(' ');
}

function text(value: unknown, short: boolean): string {
  if (value === undefined) return none;
  if (Array.isArray(value)) {
    return value.map((each) => text(each, short)).join(', ') || none;
  }
  if (!isObject(value)) return String(value).replace(/^-/, '−');
  if (short && 'type' in value) return shortText(value);
  const { type, ...options } = value;
  const inner = Object.entries(options).map(([name, each]) => `${name} ${text(each, short)}`);
  return `${type ?? ''} (${inner.join(', ')})`.trim();
}

/** The settings of model and training in which runs differ, by the contents of their `config.json`. */
export function differences(configs: readonly Config[]): readonly Difference[] {
  const all = configs.map(
    ({ model, training }) =>
      new Map([...settingsOf(model ?? {}, 'model'), ...settingsOf(training ?? {}, 'training')]),
  );
  const paths = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  return paths.flatMap((path) => {
    if (told.has(path)) return [];
    const values = all.map((settings) => settings.get(path));
    const kinds = new Set(values.map((value) => JSON.stringify(value)));
    if (kinds.size < 2) return [];
    // Layers that are alike in short may differ in an option.
    const inShort = values.map((value) => text(value, true));
    const isTold = new Set(inShort).size === kinds.size;
    return [{ path, values: isTold ? inShort : values.map((value) => text(value, false)) }];
  });
}

/**
 * The weight of the KL term that a run's last epoch was trained by; undefined where the loss has none.
 * @param last the metrics of the last epoch, where there are some
 */
export function betaOf({ model = {} }: Config, last: Config | undefined): number | undefined {
  const { objective, kl, latent } = model as {
    objective?: { beta?: unknown };
    kl?: { weight?: number; reduction?: string };
    latent?: number;
  };
  const beta = last?.beta ?? objective?.beta;
  if (typeof beta === 'number') return beta;
  const weight = last?.klWeight ?? kl?.weight;
  if (typeof weight !== 'number') return undefined;
  // The term is weight · Σ (μ² + σ² − 1 − log σ²), which is 2 · weight · KL.
  return (2 * weight) / (kl?.reduction === 'mean' ? (latent ?? 1) : 1);
}
