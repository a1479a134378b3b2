import { type Command, InvalidArgumentError } from 'commander';
import { measureNames } from '../../vae/judges/measures/names.js';
import type { JudgeFlags } from '../judge.js';
import { examples, runArgument, wholeNumber, withData } from '../options.js';

function range(text: string): [number, number] {
  const [, low, high] = /^(-?[\d.]+),(-?[\d.]+)$/.exec(text) ?? [];
  if (!(Number(low) < Number(high))) throw new InvalidArgumentError('Write two numbers: -1,1.');
  return [Number(low), Number(high)];
}

export function judgeCommand(program: Command): void {
  withData(program.command('judge').argument(...runArgument))
    .description(
      'Judge a run: its likelihood, its latents, its reconstructions, and how near drawn examples are to real ones; how well latents tell classes, and on data with known factors how far each stands for one.',
    )
    .option(
      '--metrics <names>',
      `measures, with commas between; all that the run has when left out: ${measureNames.join(', ')}`,
      (text) => text.split(','),
    )
    .option(
      '--features <model.onnx>',
      'compare drawn examples by the first output of this model, such as one of Inception',
    )
    .option(
      '--features-range <low,high>',
      'range in which that model takes values (default: 0,1; of bytes 0,255)',
      range,
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
