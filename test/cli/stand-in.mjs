// Stands in for a launcher: trains a run as `vaekit train --resume` does, by epochs of some milliseconds
// and a metric that settings and epoch decide. A real training takes longer than a test may.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const [milliseconds, , , command, ...args] = process.argv.slice(2);
const after = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
if (command === 'judge') {
  const { model } = JSON.parse(readFileSync(`${args[0]}/config.json`, 'utf8'));
  const figures = { [after('--metrics')]: { value: -model.latent - Number(after('--count')) } };
  writeFileSync(`${args[0]}/judge.json`, JSON.stringify({ data: 'rows', figures }));
  process.exit(0);
}
const run = after('--resume');
if (command !== 'train' || run === undefined) throw new Error(`No training: ${process.argv}`);
const { model, training } = JSON.parse(readFileSync(`${run}/config.json`, 'utf8'));
if (training.batchSize === 13) {
  process.stderr.write('vaekit: 13 brings no luck. Take another batchSize.\n');
  process.exit(2);
}

const file = `${run}/metrics.jsonl`;
const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
const last = Math.min(training.epochs, Number(after('--stop-after') ?? Number.POSITIVE_INFINITY));
for (let epoch = lines.length + 1; epoch <= last; epoch++) {
  await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
  const rate = Math.log10(training.optimizer.learningRate);
  const loss = 100 / epoch + 10 * (rate + 2.5) ** 2 + model.latent;
  lines.push(JSON.stringify({ epoch, loss, val_loss: loss + 1, steps: 1 }));
  writeFileSync(`${file}.part`, `${lines.join('\n')}\n`);
  renameSync(`${file}.part`, file);
  // An epoch that is kept is never trained again.
  appendFileSync(`${run}/trained.txt`, `${epoch}\n`);
}
