import { signal } from '@preact/signals';

export const views = ['train', 'explore', 'compare'] as const;

export type View = (typeof views)[number];

/** The view and runs of the address after `#`, such as `#/explore/served:mnist-dense`. */
export interface Route {
  readonly view: View;
  /** Ids of runs that the view shows. */
  readonly runs: readonly string[];
}

function parse(hash: string): Route {
  const [name = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  return {
    view: views.find((view) => view === name) ?? 'train',
    runs: rest.filter((part) => part !== '').map(decodeURIComponent),
  };
}

/** The address of a view. */
export function addressOf(view: View, ...runs: readonly string[]): string {
  return `#/${[view, ...runs.map(encodeURIComponent)].join('/')}`;
}

/** The route that the page shows. */
export const route = signal(parse(location.hash));

addEventListener('hashchange', () => {
  route.value = parse(location.hash);
});

/** Goes to a view. */
export function go(view: View, ...runs: readonly string[]): void {
  location.hash = addressOf(view, ...runs);
}
