import { giveFiles } from '../../../src/data/files/given-files.web.js';
import * as vaekit from '../../../src/index.js';
import { layouts } from '../../data/layouts/all.js';
import { type Found, foundOf } from '../../data/layouts/layout.js';
import { overlapping } from '../../vae/overlapping.js';

declare global {
  interface Window {
    vaekit: typeof vaekit;
    overlapping: typeof overlapping;
    foundIn: typeof foundIn;
  }
}

/** Tells how one of the layouts is read from files that were given to the page. */
async function foundIn(kind: string, place: number): Promise<Found> {
  const { files, open = '', labelFile, options = {} } = layouts[kind]![place]!;
  const folder = `given-${kind}-${place}`;
  const forget = giveFiles(
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => [
        `${folder}/${path}`,
        new Blob([content as string | Uint8Array<ArrayBuffer>]),
      ]),
    ),
  );
  const path = open === '' ? folder : `${folder}/${open}`;
  const label = labelFile === undefined ? {} : { label: `${folder}/${labelFile}` };
  return foundOf(() => vaekit.datasets.openDataset(path, { ...options, ...label })).finally(forget);
}

window.vaekit = vaekit;
window.foundIn = foundIn;
window.overlapping = overlapping;
document.title = 'ready';
