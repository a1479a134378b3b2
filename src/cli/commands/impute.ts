import type { Command } from 'commander';
import type { ImputeOptions } from '../impute.js';
import { examples, runArgument, wholeNumber, withData } from '../options.js';

export function imputeCommand(program: Command): void {
  withData(program.command('impute').argument(...runArgument))
    .description(
      'Fill the gaps of a table by what a run learnt of its columns: means and likeliest categories, or draws.',
    )
    .requiredOption(
      '--out <file>',
      'table to write: .csv, .tsv, .json, .jsonl or .parquet; what is no gap stays as it is written',
    )
    .option(
      '--draws <n>',
      'fill the gaps so many times by draws, for multiple imputation: a file each, numbered from 1',
      wholeNumber(1),
    )
    .option('--samples <K>', 'draws of the posterior a row', wholeNumber(1), 100)
    .option('--seed <n>', "decides the draws (default: the run's seed)", wholeNumber(0))
    .addHelpText(
      'after',
      examples(
        ['Fill the gaps of a table', 'impute runs/customers --data gaps.csv --out filled.csv'],
        [
          'Five times by draws: filled-1.csv to filled-5.csv',
          'impute runs/customers --data gaps.csv --out filled.csv --draws 5',
        ],
      ),
    )
    .action(async (run: string, options: ImputeOptions) => {
      const { imputeData } = await import('../impute.js');
      await imputeData(run, options);
    });
}
