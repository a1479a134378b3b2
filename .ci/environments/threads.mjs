import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { train } from './train.mjs';

if (isMainThread) {
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
  const [[one], [two]] = await Promise.all(workers.map((worker) => once(worker, 'message')));
  if (one !== two) throw new Error(`${one} and ${two} differ`);
  console.log(one);
} else {
  parentPort.postMessage(JSON.stringify(await train()));
}
