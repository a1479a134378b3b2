import { signal } from '@preact/signals';

/** What of WebGPU the page asks for; types of the browser have none of it. */
interface WithGpu {
  readonly gpu?: { requestAdapter(): Promise<unknown> };
}

/** Whether this browser has a graphics processor for the page; false until that is known. */
export const hasWebGpu = signal(false);

(navigator as WithGpu).gpu?.requestAdapter().then(
  (adapter) => {
    hasWebGpu.value = adapter !== null;
  },
  () => undefined,
);
