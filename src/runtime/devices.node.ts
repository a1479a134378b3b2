import { readdirSync } from 'node:fs';
import { cudaBinding } from './cuda.node.js';
import type { Device } from './session.js';

/** Names of graphics processors, WSL's too, among devices: an adapter in software has none. */
const processors = /^(nvidia\d+|dxg|renderD\d+)$/;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Tells whether the system knows of a graphics processor. Elsewhere than on Linux all have one. */
function hasGraphicsProcessor(): boolean {
  if (process.platform !== 'linux') return true;
  return [...namesIn('/dev'), ...namesIn('/dev/dri')].some((name) => processors.test(name));
}

/** Tells whether it is worth a try to run models on a device: looks at the machine, and starts nothing. */
export async function mayHave(device: Device): Promise<boolean> {
  if (device === 'cpu') return true;
  return hasGraphicsProcessor() && (device === 'webgpu' || cudaBinding() !== undefined);
}
