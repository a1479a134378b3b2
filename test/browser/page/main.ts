import * as vaekit from '../../../src/index.js';
import { overlapping } from '../../vae/overlapping.js';

declare global {
  interface Window {
    vaekit: typeof vaekit;
    overlapping: typeof overlapping;
  }
}

window.vaekit = vaekit;
window.overlapping = overlapping;
document.title = 'ready';
