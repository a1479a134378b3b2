import { signal } from '@preact/signals';

export const views = ['learn', 'train', 'explore', 'compare'] as const;

export type View = (typeof views)[number];

/** The state of a view, by name: the tab that is open, the place on the map. */
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
  waiting = {};
  route.value = routeOf(location.hash);
});

/** Goes to a view. */
export function go(view: View, ...runs: readonly string[]): void {
  location.hash = addressOf(view, ...runs);
}

/** Changes of a view's state: an undefined value is left out of the address. */
export type StateChanges = Readonly<Record<string, string | undefined>>;

/** Changes that are not yet in the address. */
let waiting: StateChanges = {};
let timer: ReturnType<typeof setTimeout> | undefined;

/** Browsers take few changes of the address in a second. */
const pause = 400;

/** Writes runs, changes and all waiting changes into the address. No event tells the page of it. */
function write(runs: readonly string[], changes: StateChanges, isStep: boolean): void {
  const { view, runs: before, state } = route.peek();
  const all = Object.entries({ ...state, ...waiting, ...changes });
  waiting = {};
  clearTimeout(timer);
  if (!view) return;
  const next = Object.fromEntries(all.filter((entry): entry is [string, string] => !!entry[1]));
  const address = addressWith(view, runs, next);
  if (address === addressWith(view, before, state)) return;
  if (isStep) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  route.value = { view, runs, state: next };
}

/**
 * Writes changes of the view's state into the address.
 * @param isStep whether the browser's button Back leads to the state before
 */
export function showState(changes: StateChanges, isStep = false): void {
  write(route.peek().runs, changes, isStep);
}

/** Shows the state as `showState` does, once nothing has changed for a moment. */
export function showStateSoon(changes: StateChanges): void {
  waiting = { ...waiting, ...changes };
  clearTimeout(timer);
  timer = setTimeout(settleAddress, pause);
}

/** Writes all waiting changes into the address. */
export function settleAddress(): void {
  showState({});
}

/** Names the runs that a view has chosen by itself, so that the address tells all that is shown. */
export function nameRuns(...runs: readonly string[]): void {
  write(runs, {}, false);
}
