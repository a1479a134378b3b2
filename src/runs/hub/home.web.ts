import type { HubCache, HubHome } from './home.js';

/** A page has no environment: all is given. */
export async function hubHome(): Promise<HubHome> {
  return { isOffline: false, usesXet: true };
}

/** Keeps nothing: browsers keep fetched files by themselves. */
export function openHubCache(_folder: string, _repo: string): HubCache | undefined {
  return undefined;
}
