/** Where in a model an operation comes from: what profiles and node names tell. */
export interface Origin {
  /** `forward`, `backward` or `update`; empty where nobody said. */
  readonly phase: string;
  /** The path of the layer, or another name for what it is part of. */
  readonly part: string;
}

let current: Origin = { phase: '', part: '' };

/** The origin that operations made now have. */
export function currentOrigin(): Origin {
  return current;
}

/** Runs a function; the operations it makes have this origin. What is left out stays as it is. */
export function within<Result>(origin: Partial<Origin>, build: () => Result): Result {
  const before = current;
  current = { ...before, ...origin };
  try {
    return build();
  } finally {
    current = before;
  }
}
