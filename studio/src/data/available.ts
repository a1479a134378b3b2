import { signal } from '@preact/signals';
import type { DataName } from './info.js';

/** The smallest file of the public datasets, which all have by this name. */
const smallest = 't10k-labels-idx1-ubyte.gz';

/** Reasons why public data cannot be had, by its name. */
export const unavailable = signal<ReadonlyMap<DataName, string>>(new Map());

/** Looks whether public data lies beside the page, before a training waits for it. */
export async function lookFor(data: DataName, title: string): Promise<void> {
  const reason = await reasonAgainst(data, title.replace(/:.*/, ''));
  const known = new Map(unavailable.value);
  if (reason === undefined) known.delete(data);
  else known.set(data, reason);
  unavailable.value = known;
}

async function reasonAgainst(data: DataName, title: string): Promise<string | undefined> {
  try {
    const response = await fetch(new URL(`data/${data}/${smallest}`, document.baseURI));
    const isPage = /html/.test(response.headers.get('content-type') ?? '');
    if (response.ok && !isPage) return undefined;
    // The page's own server says why in a line.
    return response.status === 503
      ? (await response.text()).trim()
      : `${title}: it does not lie beside this page.`;
  } catch (error) {
    return (error as Error).message;
  }
}
