/** Runs a contestant in a worker of its own, as the page of an application does. */

/** @typedef {import('../../measure.mjs').Line} Line */

/**
 * A training in a worker.
 * @typedef {object} Task
 * @property {'vaekit' | 'tfjs'} library
 * @property {import('../../networks.mjs').Size['network']} network
 * @property {number} batch
 * @property {number} stretches of steps, of which the first is warm-up
 * @property {number} steps in a stretch
 * @property {string} [backend] of TensorFlow.js
 * @property {number} [threads] of vaekit, where it shall not choose itself
 */

/** @type {Record<Task['library'], () => Worker>} */
const workers = {
  vaekit: () => new Worker(new URL('./vaekit.mjs', import.meta.url), { type: 'module' }),
  tfjs: () => new Worker(new URL('./tfjs.mjs', import.meta.url), { type: 'module' }),
};

/**
 * The lines that a contestant tells, each with the seconds since its worker was started.
 * @param {Task} task
 * @returns {Promise<Line[]>} fails with the worker's error
 */
function measure(task) {
  const began = performance.now();
  const worker = workers[task.library]();
  /** @type {Line[]} */
  const lines = [];
  const ended = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.done) resolve(lines);
      else if (data.error) reject(new Error(data.error));
      else lines.push({ ...data, seconds: (performance.now() - began) / 1000 });
    };
    worker.onerror = (event) => reject(new Error(event.message || 'its worker was lost'));
  });
  worker.postMessage(task);
  return ended.finally(() => worker.terminate());
}

window.measure = measure;
document.title = 'ready';
