import { type Command, Option } from 'commander';
import { type ProgramTarget, programTargets } from '../../vae/programs/target.js';
import { besideRun, examples, runArgument, withCode } from '../options.js';
import type { LoadingOptions } from '../run.js';

interface ExportOptions extends LoadingOptions {
  to: ProgramTarget;
  out?: string;
}

export function exportCommand(program: Command): void {
  withCode(program.command('export').argument(...runArgument))
    .description(
      'Write a small program for PyTorch, Keras or a browser that gives the same numbers.',
    )
    .addOption(
      new Option('--to <ecosystem>', 'what the program is written for')
        .choices(programTargets)
        .makeOptionMandatory(),
    )
    .option(
      '--out <folder>',
      'new folder of the program (default: one in the run folder, named by the ecosystem)',
    )
    .addHelpText(
      'after',
      examples(
        [
          'model.py with model.safetensors; python model.py --check',
          'export runs/mnist-conv --to torch',
        ],
        ['The same in Keras 3', 'export runs/mnist-conv --to keras --out mnist-keras'],
        ['A module and ONNX files for web pages', 'export runs/mnist-conv --to transformers.js'],
      ),
    )
    .action(async (run: string, { to, out = besideRun(run, to), ...options }: ExportOptions) => {
      const { writeProgram } = await import('../program.js');
      await writeProgram(run, to, out, options);
    });
}
