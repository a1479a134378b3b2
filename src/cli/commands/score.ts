import type { Command } from 'commander';
import { examples, number, runArgument, wholeNumber, withData } from '../options.js';
import type { ScoreOptions } from '../score.js';

export function scoreCommand(program: Command): void {
  withData(program.command('score').argument(...runArgument))
    .description(
      'Rank examples by how unlike the training data they are: an estimate of −log p in nats, and the columns of a table that make it.',
    )
    .option(
      '--samples <K>',
      'draws of the posterior an example; 1 is the ELBO',
      wholeNumber(1),
      100,
    )
    .option('--seed <n>', "decides the draws (default: the run's seed)", wholeNumber(0))
    .option('--count <n>', 'how many of the first are printed', wholeNumber(0), 10)
    .option('--label <column>', "column that tells what rows are (default: the run's labels)")
    .option(
      '--anomaly <value>',
      'the label of what should come first: prints the area under ROC and the average precision',
    )
    .option(
      '--flag <share>',
      'flag what scores higher than all but this share of the training data, such as 0.01',
      number(0, 1),
    )
    .option('--out <file>', 'CSV of all scores to write, ranked, with the nats of each column')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['The oddest rows of new data, and why', 'score runs/customers --data new.csv'],
        [
          'All of them, ranked; flagged where 1 in 100 rows of training would be',
          'score runs/customers --data new.csv --flag 0.01 --out scores.csv',
        ],
        [
          'How well known frauds are found, for a script',
          'score runs/payments --data old.csv --label fraud --anomaly yes --json',
        ],
      ),
    )
    .action(async (run: string, options: ScoreOptions) => {
      const { scoreRun } = await import('../score.js');
      await scoreRun(run, options);
    });
}
