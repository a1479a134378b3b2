import type { Device } from './session.js';

/** The part of WebGPU that is asked; TypeScript's types of the browser lack it. */
interface WithGpu {
  readonly gpu?: {
    requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
  };
}

/**
 * Tells whether it is worth a try to run models on a device: an adapter in software is slower than
 * the processor.
 */
export async function mayHave(device: Device): Promise<boolean> {
  if (device !== 'webgpu') return device === 'cpu';
  const adapter = await (navigator as WithGpu).gpu?.requestAdapter().catch(() => null);
  return Boolean(adapter) && adapter!.info?.isFallbackAdapter !== true;
}
