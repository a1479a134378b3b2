import { signal } from '@preact/signals';

const select = (selector: string) => globalThis.document?.querySelector(selector) ?? null;

/** Tells whether the page is a static site, which `vaekit studio --build` wrote: it works offline. */
export const isSite = select('link[rel=manifest]') !== null;

/** The names of the public datasets that a static site brings; undefined where a server has all. */
export const siteData = select('meta[name=vaekit-data]')?.getAttribute('content')?.split(' ');

/** Tells whether a page that is loaded anew can have threads, which this one cannot. */
export const threadsWait = signal(false);
