import type { Command } from 'commander';
import { either } from '../../base/excerpt.js';
import type { InitOptions } from '../config/init-file.js';
import { presetNames } from '../config/run-flags.js';
import { examples } from '../options.js';

export function initCommand(program: Command): void {
  program
    .command('init')
    .description('Write a commented vae.config.ts, which train then reads.')
    .argument('[folder]', 'where to write it', '.')
    .option('--json', 'write vae.config.json, without comments')
    .option(
      '--preset <name>',
      `what it starts from: ${either(presetNames)} (default: what MNIST is trained with)`,
    )
    .addHelpText(
      'after',
      examples(
        ['A config to change, and a training by it', 'init && vaekit train'],
        ['In JSON, from the convolutional network', 'init --json --preset conv'],
      ),
    )
    .action(async (folder: string, options: InitOptions) => {
      const { init } = await import('../config/init-file.js');
      await init(folder, options);
    });
}
