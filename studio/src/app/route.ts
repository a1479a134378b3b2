import { signal } from '@preact/signals';

export const views = ['learn', 'train', 'explore', 'compare'] as const;

export type View = (typeof views)[number];

/** What a view shows of its runs, by name: the tab that is open, the place on the map. */
export type ViewState = Readonly<Record<string, string>>;

/** The address after `#`, such as `#/explore/served:mnist-dense?tab=path`. */
export interface Route {
  /** Undefined where the address names no view of the page, or cannot be read. */
  readonly view: View | undefined;
  /** Ids of runs that the view shows, each once. */
  readonly runs: readonly string[];
  readonly state: ViewState;
}

/** A part of an address without its percent codes; undefined where these are damaged. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The route of the address after `#`. */
function routeOf(hash: string): Route {
  const [, path = '', query = ''] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash)!;
  const [name, ...rest] = path.split('/').map(decoded);
  const runs = rest.filter((part) => part !== '');
  // Takes damaged percent codes as they are, and so throws nothing.
  const state = Object.fromEntries(new URLSearchParams(query));
  const view = name === '' ? 'train' : views.find((each) => each === name);
  return runs.includes(undefined)
    ? { view: undefined, runs: [], state }
    : { view, runs: [...new Set(runs as string[])], state };
}

function addressWith(view: View, runs: readonly string[], state: ViewState): string {
  const path = [view, ...runs.map(encodeURIComponent)].join('/');
  // People read addresses: these signs need no code in this place.
  const query = `${new URLSearchParams(state)}`.replaceAll('%2C', ',').replaceAll('%3A', ':');
  return query === '' ? `#/${path}` : `#/${path}?${query}`;
}

/** The address of a view. */
export function addressOf(view: View, ...runs: readonly string[]): string {
  return addressWith(view, runs, {});
}

/** The route that the page shows. */
export const route = signal(routeOf(location.hash));

addEventListener('hashchange', () => {
  route.value = routeOf(location.hash);
});

/** Goes to a view. */
export function go(view: View, ...runs: readonly string[]): void {
  location.hash = addressOf(view, ...runs);
}

/** Changes of a view's state: what is undefined is left out of the address. */
export type StateChanges = Readonly<Record<string, string | undefined>>;

/**
 * Writes changes of the view's state into the address.
 * @param isStep whether the browser's button Back leads to the state before
 */
export function showState(changes: StateChanges, isStep = false): void {
  const { view, runs, state } = route.peek();
  if (!view) return;
  const all = Object.entries({ ...state, ...changes });
  const next = Object.fromEntries(all.filter((entry): entry is [string, string] => !!entry[1]));
  const address = addressWith(view, runs, next);
  if (address === addressWith(view, runs, state)) return;
  // The change is known to the page: no event tells of it.
  if (isStep) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  route.value = { view, runs, state: next };
}
