import type { Command } from 'commander';
import { examples, runArgument, withCode } from '../options.js';
import type { LoadingOptions } from '../run.js';

export function infoCommand(program: Command): void {
  withCode(program.command('info').argument(...runArgument))
    .description('Print how a run was built and trained, and how it went.')
    .addHelpText('after', examples(['Layers, settings and last epoch', 'info runs/mnist-dense']))
    .action(async (run: string, options: LoadingOptions) => {
      const { describeRun } = await import('../describe.js');
      process.stdout.write(`${await describeRun(run, options)}\n`);
    });
}
