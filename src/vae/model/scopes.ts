import type { Shape, Value } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';

/** A scope that gives each place the same noise whenever it asks for it, by places and shapes that are kept. */
function repeating(scope: Scope, drawn: Map<string, Value>): Scope {
  let draws = 0;
  const once = (shape: Shape, draw: (shape: Shape) => Value) => {
    const place = `${scope.path}.${draws++}/${shape.join()}`;
    const value = drawn.get(place) ?? draw(shape);
    drawn.set(place, value);
    return value;
  };
  return {
    ...scope,
    normal: (shape) => once(shape, scope.normal),
    uniform: (shape) => once(shape, scope.uniform),
    bernoulli: (shape, probability) => once(shape, () => scope.bernoulli(shape, probability)),
    child: (name) => repeating(scope.child(name), drawn),
  };
}

/**
 * The scope of an objective. It keeps the trained tensors that it hands out, by name; and the decoder has the same
 * noise whenever it is applied, so that it is one function within a step whose gradients can be taken.
 */
export function objectiveScope(
  scope: Scope,
  parameters: Map<string, Value>,
  drawn = new Map<string, Value>(),
): Scope {
  return {
    ...scope,
    parameter(name, shape, initializer) {
      const value = scope.parameter(name, shape, initializer);
      parameters.set(`${scope.path}.${name}`, value);
      return value;
    },
    child(name) {
      const part = objectiveScope(scope.child(name), parameters, drawn);
      return name === 'decoder' ? repeating(part, drawn) : part;
    },
  };
}

/** A scope whose layers do not change their states, such as running means. */
export function forgetful(scope: Scope): Scope {
  return {
    ...scope,
    state: (...given) => ({ value: scope.state(...given).value, update: () => {} }),
    child: (name) => forgetful(scope.child(name)),
  };
}
