import type { z } from 'zod';
import { TooLargeError, UserError } from '../base/errors.js';
import { reasonOf } from '../base/excerpt.js';
import { validate } from '../base/settings/validate.js';
import { formatShape, type Value, within } from '../graph/index.js';
import type { Layer, LayerObserver, Scope } from './scope.js';

export type { Layer, LayerObserver } from './scope.js';

/** A kind of layer that config files can name. */
export interface LayerKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** The layer of options by name. @throws UserError when an option is wrong */
  create(options: z.input<Schema>): Layer;
}

/**
 * Describes a kind of layer once: its name, its options and its function.
 * @param schema the options, with their checks and defaults
 * @param named the options by name, from the arguments that users give
 * @returns the function for users, which is the kind too
 */
export function defineLayer<Schema extends z.ZodObject, Arguments extends readonly unknown[]>(
  type: string,
  schema: Schema,
  apply: (x: Value, options: z.output<Schema>, scope: Scope) => Value,
  named: (...given: Arguments) => z.input<Schema>,
): ((...given: Arguments) => Layer) & LayerKind<Schema> {
  const create = (given: z.input<Schema>): Layer => {
    const options = validate(schema, given, type);
    return { type, options, apply: (x, scope) => apply(x, options, scope) };
  };
  return Object.assign((...given: Arguments) => create(named(...given)), { type, schema, create });
}

/**
 * A layer from a function over graph values, differentiated like every other.
 * @param name how errors, summaries and config files call it; a saved model that has the layer is
 *   loaded by giving it again under this name
 * @param apply from the input [batch, ...] to the output; `scope` gives parameters and noise
 */
export function layer<Input = Value>(
  name: string,
  apply: (x: Input, scope: Scope) => Value,
): Layer<Input> {
  return { type: 'custom', options: { name }, apply };
}

/** A scope that hands an observer on to the layers inside of a layer. */
function observedScope(scope: Scope, observe: LayerObserver): Scope {
  return { ...scope, observe, child: (name) => observedScope(scope.child(name), observe) };
}

/**
 * Applies layers one after another; each one's scope is its index.
 * @throws UserError that names the layer and its input's shape when the two do not fit
 */
export function applyLayers(
  layers: readonly Layer[],
  x: Value,
  scope: Scope,
  observe?: LayerObserver,
): Value {
  const told = observe ?? scope.observe;
  const outer = told ? observedScope(scope, told) : scope;
  return layers.reduce((value, each, index) => {
    const inner = outer.child(String(index));
    const output = applyLayer(each, value, inner);
    told?.(inner.path, each, output, scope.observe !== undefined);
    return output;
  }, x);
}

/** The name of a layer in messages and summaries. */
export function layerName(each: Layer): string {
  return String(each.options.name ?? each.type);
}

/** The activation that a layer ends in, by name. */
export function activationOf({ type, options }: Layer): string | undefined {
  const name = type === 'activation' ? options.name : options.activation;
  return typeof name === 'string' ? name : undefined;
}

/** Tells whether something is a value of a program: a layer in code may give anything. */
const isValue = (output: unknown): output is Value =>
  typeof output === 'object' && output !== null && 'shape' in output && 'dtype' in output;

/** An error that already names the layer it is about. */
class LayerError extends UserError {}

/** The same error, of a layer that is too large. */
class LargeLayerError extends TooLargeError {}

/** Applies one layer in its scope. @throws UserError that names the layer and its input's shape */
function applyLayer(each: Layer, x: Value, scope: Scope): Value {
  const place = `${scope.path} (${layerName(each)})`;
  try {
    const output: unknown = within({ part: scope.path }, () => each.apply(x, scope));
    if (isValue(output)) return output;
    throw new LayerError(
      `${place} gives no value of a program, but ${output === null ? 'null' : typeof output}. Return what functions such as graph.mul give.`,
    );
  } catch (error) {
    if (error instanceof LayerError || error instanceof LargeLayerError) throw error;
    if (error instanceof TooLargeError) throw new LargeLayerError(`${place}: ${error.message}`);
    if (!(error instanceof UserError)) {
      // A user's own function may throw any error.
      if (each.type !== 'custom') throw error;
      throw new LayerError(`${place} fails in its own function: ${reasonOf(error)}. Correct it.`, {
        cause: error,
      });
    }
    throw new LayerError(
      `${place} does not fit its input ${formatShape(x.shape)}: ${error.message}`,
    );
  }
}
