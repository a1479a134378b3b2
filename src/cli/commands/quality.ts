import type { Command } from 'commander';
import { besideRun, examples, runArgument, wholeNumber, withCode } from '../options.js';
import type { QualityFlags } from '../quality.js';

export function qualityCommand(program: Command): void {
  withCode(program.command('quality').argument(...runArgument))
    .description(
      'Compare rows that a run of a table draws with the rows it learnt, by the measures of SDMetrics: the distributions of columns and pairs, coverage, copies, and distances to rows of training.',
    )
    .option('--data <data>', "real rows to compare with (default: the run's own)")
    .option(
      '--count <n>',
      'how many rows to draw (default: as many as it was trained on)',
      wholeNumber(1),
    )
    .option('--seed <n>', "decides the draws (default: the run's seed)", wholeNumber(0))
    .option(
      '--target <column>',
      'a column that a classifier or regressor learns of drawn rows, and is tested on real ones by',
    )
    .option('--json', 'print JSON; files are then written for --out alone')
    .option(
      '--out <path>',
      'path without ending, for .json and .png (default: quality in the run folder)',
    )
    .addHelpText(
      'after',
      examples(
        ['Of a run of a table', 'quality runs/penguins'],
        ['Whether drawn rows serve to learn the species', 'quality runs/penguins --target Species'],
        ['For a script', 'quality runs/penguins --json'],
      ),
    )
    .action(async (run: string, options: QualityFlags) => {
      const { exitOnSignals } = await import('../signals.js');
      exitOnSignals();
      const { tellQuality } = await import('../quality.js');
      await tellQuality(run, options, besideRun(run, 'quality'));
    });
}
