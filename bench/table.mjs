/**
 * @typedef {object} Results
 * @property {string} date
 * @property {string} cpu
 * @property {number} cores
 * @property {string} node
 * @property {string} work
 * @property {{ oneThread: number, allThreads: number }} sgemmGflops
 * @property {{ name: string, msPerStep: number, epochSeconds: number, ratio?: number }[]} rows
 * @property {Record<string, string>} leftOut
 */

/**
 * The results as a Markdown table with the machine under it, to read and to paste.
 * @param {Results} results
 */
export function table({ date, cpu, cores, node, work, sgemmGflops, rows, leftOut }) {
  const { oneThread, allThreads } = sgemmGflops;
  const width = Math.max(work.length, ...rows.map(({ name }) => name.length));
  const line = (
    /** @type {string} */ name,
    /** @type {(string | number | undefined)[]} */ values,
  ) =>
    `| ${name.padEnd(width)} | ${values.map((value) => figure(value).padStart(8)).join(' | ')} |`;
  return [
    '',
    line(work, ['ms/step', 's/epoch', '× vaekit']),
    line('-'.repeat(width), ['-------:', '-------:', '-------:']),
    ...rows.map((row) => line(row.name, [row.msPerStep, row.epochSeconds, row.ratio])),
    '',
    `${date.slice(0, 10)}, ${cpu}, ${cores} cores, Node ${node}; sgemm peak ${allThreads.toFixed(0)} GFLOP/s (one thread ${oneThread.toFixed(0)})`,
    ...Object.entries(leftOut).map(([name, reason]) => `left out: ${name}: ${reason}`),
    '',
  ].join('\n');
}

/** @param {string | number | undefined} value */
function figure(value) {
  return typeof value === 'number' ? value.toPrecision(3) : (value ?? '');
}
