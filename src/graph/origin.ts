/** The place in a model that an operation comes from, which profiles and node names tell. */
export interface Origin {
  /** `forward`, `backward` or `update`; empty outside of `within`. */
  readonly phase: string;
  /** The part of the model: a layer's path, or a name such as `objective`. */
  readonly part: string;
}

let current: Origin = { phase: '', part: '' };

/** The origin that operations made now have. */
export function currentOrigin(): Origin {
  return current;
}

/** Runs a function; the operations it makes have this origin. Fields left out stay as they are. */
export function within<Result>(origin: Partial<Origin>, build: () => Result): Result {
  const before = current;
  current = { ...before, ...origin };
  try {
    return build();
  } finally {
    current = before;
  }
}
