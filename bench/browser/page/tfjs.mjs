import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { train } from '../../peers/tfjs/vae.mjs';
import { answer, tell, trainingPixels } from './worker.mjs';

answer(async ({ backend = 'cpu', network, batch, stretches, steps }) => {
  const absolute = (/** @type {string} */ url) => new URL(url, location.href).href;
  setWasmPaths({
    'tfjs-backend-wasm.wasm': absolute(plain),
    'tfjs-backend-wasm-simd.wasm': absolute(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(threaded),
  });
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} did not start`);
  await tf.ready();
  tell({ versions: { tfjs: tf.version.tfjs, wasm: version_wasm } });
  await train({ network, pixels: await trainingPixels(), batch, stretches, steps, tell });
});
