/**
 * Milliseconds until a request is given up: beside a training, where nothing else waits for it, and with a file, which may be
 * large.
 */
export const timeouts = { beside: 10_000, alone: 60_000, file: 120_000 } as const;
