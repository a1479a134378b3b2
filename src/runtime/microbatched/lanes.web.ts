import { wrap } from 'comlink';
import type { MicrobatchedStep } from '../session.js';
import type { Lane } from './lane.js';
import type { LaneService } from './lane-service.js';

/**
 * A lane in a worker with a runtime of its own: threads inside one runtime wait for one another at the
 * end of each operator, and where others use the processor too, that is most of the time.
 * @returns undefined where the worker cannot be started, as under a bundler that leaves its script out
 */
export async function openLaneBeside(step: MicrobatchedStep): Promise<Lane | undefined> {
  const worker = new Worker(new URL('./lane-worker.web.js', import.meta.url), { type: 'module' });
  const lost = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(`A worker that computes has ended: ${message}`)),
    );
  });
  const service = wrap<LaneService>(worker);
  const end = async () => worker.terminate();
  const { microbatch, size, share } = step;
  try {
    await Promise.race([service.open({ microbatch, size, share }), lost]);
  } catch {
    await end();
    return undefined;
  }
  return { work: (inputs) => Promise.race([service.work(inputs), lost]), end };
}
