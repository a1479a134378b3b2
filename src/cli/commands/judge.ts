import type { Command } from 'commander';
import { measureNames } from '../../vae/judges/measures/names.js';
import { withFeatures } from '../features.js';
import type { JudgeFlags } from '../judge.js';
import { examples, runArgument, wholeNumber, withData } from '../options.js';

export function judgeCommand(program: Command): void {
  withFeatures(withData(program.command('judge').argument(...runArgument)))
    .description(
      'Judge a run: its likelihood, its latents, its reconstructions, and how near drawn examples are to real ones; how well latents tell classes, and on data with known factors how far each stands for one.',
    )
    .option(
      '--metrics <names>',
      `measures, with commas between; all that the run has when left out: ${measureNames.join(', ')}`,
      (text) => text.split(','),
    )
    .option('--count <n>', 'examples that are judged, and drawn', wholeNumber(6), 1000)
    .option(
      '--samples <K>',
      'draws of the posterior by which log p(x) is estimated',
      wholeNumber(1),
      100,
    )
    .option(
      '--temperatures <T>',
      'estimate log p(x) by annealed importance sampling too, by so many temperatures; takes long',
      wholeNumber(0),
      0,
    )
    .option('--seed <n>', "decides all draws (default: the run's seed)", wholeNumber(0))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        ['By the data that was kept from training', 'judge runs/mnist-mlp'],
        [
          'By annealed importance sampling too, of fewer examples',
          'judge runs/mnist-mlp --count 64 --temperatures 500',
        ],
        ['By some measures alone', 'judge runs/mnist-mlp --metrics logLikelihood,frechet'],
        ['By features of another network', 'judge runs/mnist-mlp --features inception.onnx'],
        ['By more of it, for a script', 'judge runs/mnist-mlp --count 5000 --json'],
      ),
    )
    .action(async (run: string, options: JudgeFlags) => {
      const { exitOnSignals } = await import('../signals.js');
      exitOnSignals();
      const { judgeRun } = await import('../judge.js');
      await judgeRun(run, options);
    });
}
