import { exists, makeDirectory, writeFileAtomic } from '#files';
import { UserError } from '../base/errors.js';
import type { ProgramTarget } from '../vae/index.js';
import { type LoadingOptions, loadRun } from './run.js';

/** Ways in which a program compares itself with the run. */
const checks: Readonly<Record<ProgramTarget, string>> = {
  torch: 'python model.py --check',
  keras: 'python model.py --check',
  'transformers.js': 'npm install && node check.js',
  'onnxruntime-web': 'npm install && node check.js',
};

/**
 * Writes a run as a program of another ecosystem into a new folder.
 * @throws UserError when the folder is there, or a part of the model cannot be exported
 */
export async function writeProgram(
  run: string,
  target: ProgramTarget,
  out: string,
  options: LoadingOptions,
): Promise<void> {
  if (await exists(out)) {
    throw new UserError(`${out} is there already. Remove it, or choose another folder by --out.`);
  }
  const { vae } = await loadRun(run, options);
  const { files, hasSample } = await vae.exportProgram(target);
  for (const [name, content] of Object.entries(files)) {
    const folder = `${out}/${name}`.replace(/\/[^/]*$/, '');
    await makeDirectory(folder);
    await writeFileAtomic(`${out}/${name}`, content);
  }
  process.stdout.write(
    `${out}: ${Object.keys(files).join(', ')}\nCheck it there: ${checks[target]}\n`,
  );
  if (hasSample) return;
  const { sampler } = vae;
  const reason = sampler ? `the sampler ${sampler.type} is not exported` : 'the model has no prior';
  process.stdout.write(`The program draws no examples: ${reason}.\n`);
}
