import { signal } from '@preact/signals';

/** The part of WebGPU that the page needs; TypeScript's types of the browser lack it. */
interface WithGpu {
  readonly gpu?: { requestAdapter(): Promise<unknown> };
}

/** Tells whether this browser has a graphics processor for the page; false until that is known. */
export const hasWebGpu = signal(false);

(navigator as WithGpu).gpu?.requestAdapter().then(
  (adapter) => {
    hasWebGpu.value = adapter !== null;
  },
  () => undefined,
);
