import type { Command } from 'commander';
import { examples } from '../options.js';

/** Sends the lines that trackers of a run could not send. */
async function sync(run: string): Promise<void> {
  const { isDirectory } = await import('#files');
  const { serverTrackers } = await import('../trackers.js');
  const { sendRest } = await import('../../tracking/remote/remote.js');
  let isFollowed = false;
  for (const { name, sender, folder } of serverTrackers(run)) {
    if (!(await isDirectory(folder))) continue;
    isFollowed = true;
    const count = await sendRest(sender(run), folder);
    process.stdout.write(
      count === 0 ? `${name} has all.\n` : `Sent to ${name}: ${count} entries.\n`,
    );
  }
  if (!isFollowed) process.stdout.write(`${run} was followed by no server.\n`);
}

export function trackCommand(program: Command): void {
  const track = program
    .command('track')
    .description('What trackers were told of a run, as by vaekit train --track.');
  track
    .command('sync')
    .description('Send what a server was not told of while it was down.')
    .argument('<run>', 'run folder')
    .addHelpText('after', examples(['After the server came back', 'track sync runs/mnist-mlp']))
    .action(sync);
}
