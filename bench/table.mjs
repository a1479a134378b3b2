/**
 * @typedef {object} Row
 * @property {string} name
 * @property {number} msPerStep
 * @property {number} epochSeconds
 * @property {number} gflops
 * @property {number} [ratio]
 *
 * @typedef {object} Results
 * @property {string} date
 * @property {string} cpu
 * @property {number} cores
 * @property {string} node
 * @property {{ oneThread: number, allThreads: number }} sgemmGflops
 * @property {{ name: string, rows: Row[] }[]} works
 * @property {{ work: string, name: string, reason: string }[]} leftOut
 */

const headings = ['ms/step', 's/epoch', '× vaekit', '% of sgemm peak'];

/**
 * The results as Markdown tables with the machine under them, to read and to paste.
 * @param {Results} results
 */
export function table({ date, cpu, cores, node, works, sgemmGflops, leftOut }) {
  const { oneThread, allThreads } = sgemmGflops;
  return [
    '',
    ...works.flatMap((work) => [...workTable(work, allThreads), '']),
    `${date.slice(0, 10)}, ${cpu}, ${cores} cores, Node ${node}; sgemm peak ${allThreads.toFixed(0)} GFLOP/s (one thread ${oneThread.toFixed(0)})`,
    ...leftOut.map(({ work, name, reason }) => `left out: ${work}: ${name}: ${reason}`),
    '',
  ].join('\n');
}

/**
 * @param {Results['works'][number]} work
 * @param {number} peak GFLOP/s
 */
function workTable({ name, rows }, peak) {
  const width = Math.max(name.length, ...rows.map((row) => row.name.length));
  const line = (/** @type {string} */ first, /** @type {string[]} */ cells) =>
    `| ${first.padEnd(width)} | ${cells.map((cell, i) => cell.padStart(headings[i]?.length ?? 0)).join(' | ')} |`;
  return [
    line(name, headings),
    line(
      '-'.repeat(width),
      headings.map((heading) => `${'-'.repeat(heading.length - 1)}:`),
    ),
    ...rows.map((row) =>
      line(row.name, [
        row.msPerStep.toPrecision(3),
        row.epochSeconds.toPrecision(3),
        row.ratio?.toPrecision(3) ?? '',
        ((100 * row.gflops) / peak).toPrecision(2),
      ]),
    ),
  ];
}
