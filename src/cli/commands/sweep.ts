import type { Command } from 'commander';
import { examples, wholeNumber } from '../options.js';
import type { SweepFlags } from '../sweep/sweep.js';

export function sweepCommand(program: Command): void {
  program
    .command('sweep')
    .argument('<file>', 'what is swept: a JSON file, as docs/sweeps.md describes it')
    .description(
      'Train runs with many settings, and find the best: all of a grid, some by chance, or by halving. The same command goes on with a sweep that was stopped or killed.',
    )
    .option('--jobs <n>', 'runs that are trained at a time, a process each', wholeNumber(1), 1)
    .option(
      '--launcher <words>',
      "words before each job's command, such as 'srun -n1', which hands it to Slurm",
    )
    .option('--out <folder>', 'folder of the sweep and its runs (default: runs/<name of the file>)')
    .option('--retry', 'train runs that failed again')
    .addHelpText(
      'after',
      examples(
        ['Two runs at a time', 'sweep sweep.json --jobs 2'],
        [
          'On the nodes of a Slurm allocation',
          "sweep sweep.json --jobs 8 --launcher 'srun -n1 -c4'",
        ],
        ['All runs beside one another', 'studio runs/sweep'],
      ),
    )
    .action(async (file: string, flags: SweepFlags) => {
      const { sweepRuns } = await import('../sweep/sweep.js');
      await sweepRuns(file, flags);
    });
}
