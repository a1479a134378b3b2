import { quote } from '../base/excerpt.js';
import { objectiveNames } from './objectives/index.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The names of the user's own layers in a list of layers, and inside of these. */
function namesIn(layers: unknown): string[] {
  if (!Array.isArray(layers)) return [];
  return layers.filter(isObject).flatMap(({ type, name, layers: inner }) => {
    return type === 'custom' ? [String(name)] : namesIn(inner);
  });
}

/** The code of the user's own that a model as plain data names but cannot hold. */
export interface OwnCode {
  /** Names of layers, each once. */
  readonly layers: readonly string[];
  /** The type of an objective that is none of vaekit's. */
  readonly objective?: string;
}

/** The user's own code that a model needs. @param model the `model` of `config.json`, checked or not */
export function ownCodeOf(model: unknown): OwnCode {
  if (!isObject(model)) return { layers: [] };
  const layers = [...new Set([...namesIn(model.encoder), ...namesIn(model.decoder)])];
  const type = isObject(model.objective) ? model.objective.type : undefined;
  const isOwn = typeof type === 'string' && !objectiveNames.includes(type);
  return { layers, ...(isOwn ? { objective: type } : {}) };
}

/** `the layers 'a' and 'b'`, `the objective 'mine'`; empty where there is no code. */
export function describeOwnCode({ layers, objective }: OwnCode): string {
  const parts = [
    ...(layers.length > 0
      ? [`the layer${layers.length > 1 ? 's' : ''} ${layers.map(quote).join(', ')}`]
      : []),
    ...(objective === undefined ? [] : [`the objective ${quote(objective)}`]),
  ];
  return parts.join(' and ');
}
