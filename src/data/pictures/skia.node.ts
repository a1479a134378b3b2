import { home } from '../../base/home.node.js';

/** Skia, which draws. As it is loaded it looks for fonts in the user's home, and fails without one. */
export async function loadSkia() {
  if (home() === undefined) process.env.DISABLE_SYSTEM_FONTS_LOAD ??= '1';
  return import('@napi-rs/canvas');
}
