/**
 * An event of Chromium's tracing, with times in microseconds.
 * @typedef {object} TraceEvent
 * @property {string} name
 * @property {string} ph
 * @property {number} pid
 * @property {number} tid
 * @property {number} [dur] from its beginning to its end
 * @property {number} [tdur] of the thread's own time, without the time of other programs on the processor
 * @property {{ name?: string }} args
 */

/**
 * The longest task of a page's main thread while something is done, in milliseconds.
 * @param {object} opened
 * @param {import('playwright-core').Browser} opened.browser
 * @param {import('playwright-core').Page} opened.page
 * @param {() => Promise<void>} action
 * @returns {Promise<{ wall: number, processor: number }>} by the clock, and by the thread's own time
 */
export async function longestTask({ browser, page }, action) {
  await browser.startTracing(page, { categories: ['toplevel'] });
  /** @type {Buffer} */
  let trace;
  try {
    await action();
  } finally {
    trace = await browser.stopTracing();
  }
  /** @type {{ traceEvents: readonly TraceEvent[] }} */
  const { traceEvents } = JSON.parse(trace.toString());
  const threadOf = (/** @type {TraceEvent} */ { pid, tid }) => `${pid}/${tid}`;
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(threadOf),
  );
  const tasks = traceEvents.filter(
    (event) => event.ph === 'X' && /RunTask$/.test(event.name) && main.has(threadOf(event)),
  );
  const most = (/** @type {'dur' | 'tdur'} */ kind) =>
    tasks.reduce((longest, { [kind]: time = 0 }) => Math.max(longest, time / 1000), 0);
  return { wall: most('dur'), processor: most('tdur') };
}
