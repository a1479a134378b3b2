import * as vaekit from '../../../src/index.js';

declare global {
  interface Window {
    vaekit: typeof vaekit;
  }
}

window.vaekit = vaekit;
document.title = 'ready';
