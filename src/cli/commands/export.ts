import { type Command, Option } from 'commander';
import { besideRun, examples, runArgument, withCode } from '../options.js';
import type { LoadingOptions } from '../run.js';

/** The ecosystems, as the library has them; named here so that help loads no model. */
const targets = ['torch', 'keras', 'transformers.js', 'onnxruntime-web'] as const;

interface ExportOptions extends LoadingOptions {
  to: (typeof targets)[number];
  out?: string;
}

export function exportCommand(program: Command): void {
  withCode(program.command('export').argument(...runArgument))
    .description('Write a small program for PyTorch, Keras or a browser that gives the same numbers.')
    .addOption(
      new Option('--to <ecosystem>', 'what the program is written for')
        .choices(targets)
        .makeOptionMandatory(),
    )
    .option(
      '--out <folder>',
      'new folder of the program (default: one in the run folder, named by the ecosystem)',
    )
    .addHelpText(
      'after',
      examples(
        ['model.py with model.safetensors; python model.py --check', 'export runs/mnist-conv --to torch'],
        ['The same in Keras 3', 'export runs/mnist-conv --to keras --out mnist-keras'],
        ['A module and ONNX files for web pages', 'export runs/mnist-conv --to transformers.js'],
      ),
    )
    .action(async (run: string, { to, out = besideRun(run, to), ...options }: ExportOptions) => {
      const { writeProgram } = await import('../program.js');
      await writeProgram(run, to, out, options);
    });
}
