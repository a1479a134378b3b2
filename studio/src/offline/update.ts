import { signal } from '@preact/signals';
import { threadsWait } from './site.js';

/** A newer version of the page that has been fetched and waits. */
export const newVersion = signal<ServiceWorker | undefined>(undefined);

/** A page is loaded anew for threads once: a host may forbid them for good. */
const triedKey = 'vaekit-isolated';

/** Starts the service worker, which keeps the page for use without a network, and looks for new versions. */
export async function keepPage(): Promise<void> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  if (!serviceWorker.controller) {
    serviceWorker.addEventListener('controllerchange', isolate, { once: true });
  }
  const address = new URL('service-worker.js', document.baseURI);
  const registration = await serviceWorker.register(address, { updateViaCache: 'none' });
  const look = () => {
    if (serviceWorker.controller) newVersion.value = registration.waiting ?? undefined;
  };
  const follow = () => registration.installing?.addEventListener('statechange', look);
  registration.addEventListener('updatefound', follow);
  follow();
  look();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) registration.update().catch(() => undefined);
  });
  const { active } = await serviceWorker.ready;
  const { saveData } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
  if (!saveData) active?.postMessage('keep');
}

/**
 * Loads the page anew, so that the service worker isolates it from other sites and it can have threads.
 * A page that someone has begun to use stays as it is.
 */
function isolate(): void {
  if (crossOriginIsolated || sessionStorage.getItem(triedKey)) return;
  sessionStorage.setItem(triedKey, 'yes');
  if (navigator.userActivation?.hasBeenActive) threadsWait.value = true;
  else location.reload();
}

/** Loads the page anew in its new version. Other tabs stay with theirs until they are loaded anew. */
export function useNewVersion(version: ServiceWorker): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  });
  version.postMessage('use');
}
