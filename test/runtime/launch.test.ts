import { expect, test } from 'vitest';
import { launchOf } from '../../src/runtime/ranks/launch.js';

test.each([
  ['a process alone', {}, undefined],
  [
    'one of Open MPI',
    { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_LOCAL_SIZE: '2' },
    { launcher: 'mpirun', kind: 'openmpi', rank: 1, size: 4 },
  ],
  [
    'one of MPICH',
    { PMI_RANK: '0', PMI_SIZE: '2' },
    { launcher: 'mpirun', kind: 'mpich', rank: 0, size: 2 },
  ],
  [
    'one of Slurm',
    { SLURM_PROCID: '5', SLURM_STEP_NUM_TASKS: '6', PMI_RANK: '5', PMI_SIZE: '6' },
    { launcher: 'srun', kind: undefined, rank: 5, size: 6 },
  ],
  ['a shell of Slurm', { SLURM_PROCID: '0', SLURM_NTASKS: '8' }, undefined],
  ['one rank', { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '1' }, undefined],
])('%s', (_, environment, expected) => {
  expect(launchOf(environment)).toEqual(expected);
});
