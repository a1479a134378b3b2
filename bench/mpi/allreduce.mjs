/**
 * The cost of an Allreduce by size, as one rank of several: started by `mpirun`, through `bench/mpi.mjs`.
 * Rank 0 prints a JSON line with `bytes` and `microseconds`, the median, for each size.
 */
import { setTimeout } from 'node:timers/promises';
import { adderOf } from '../../dist/runtime/ranks/adder.node.js';
import { joinMpi } from '../../dist/runtime/ranks/mpi.node.js';
import { median } from '../measure.mjs';

const sizes = [1, 256, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];
const measuredMilliseconds = 1000;

const ranks = await joinMpi();
if (!ranks) throw new Error('Start it by mpirun.');
const adder = await adderOf(ranks.address);
for (const size of sizes) {
  const values = new Float32Array(size);
  const once = () => {
    const began = performance.now();
    adder.sum(values);
    return performance.now() - began;
  };
  once();
  // Has all ranks take as many as the first one counts.
  const count = Float64Array.of(
    ranks.rank === 0 ? Math.max(5, Math.min(2000, Math.round(measuredMilliseconds / once()))) : 0,
  );
  if (ranks.rank > 0) once();
  await ranks.sum(count);
  const times = Array.from({ length: count[0] ?? 0 }, once);
  if (ranks.rank === 0) {
    const microseconds = 1000 * median(times);
    console.log(JSON.stringify({ version: ranks.version, bytes: 4 * size, microseconds }));
  }
  await setTimeout(10);
}
await ranks.leave();
