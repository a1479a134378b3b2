import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets, report, UserError, VAE } from 'vaekit';
import { trained } from './model.mjs';

/**
 * Trains a model, saves and loads it, draws, and reads a picture and a table.
 * @returns the numbers of `trained`
 */
export async function train() {
  const folder = mkdtempSync(join(tmpdir(), 'vaekit-environment-'));
  try {
    const { vae, epochs, mean, images, numbers } = await trained();
    await vae.save(join(folder, 'run'));
    const again = await VAE.load(join(folder, 'run'));
    const decoded = await again.decode(mean);
    if (decoded.data[0] !== images.data[0]) throw new Error('loaded, it decodes otherwise');
    if (!readdirSync(join(folder, 'run')).includes('decoder.onnx')) throw new Error('no ONNX');
    const pictures = join(folder, 'pictures');
    mkdirSync(pictures);
    writeFileSync(join(pictures, 'loss.png'), await report.lossPicture(epochs));
    writeFileSync(join(pictures, 'samples.png'), await report.samplesPicture(images));
    const seen = await datasets.openDataset(pictures, { resize: [8, 8], channels: 1 });
    if (seen.train.size !== 2) throw new Error(`${seen.train.size} pictures of 2`);
    const table = join(folder, 'table.csv');
    writeFileSync(table, 'a,b\n1,2\n3,4\n');
    const { train: rows } = await datasets.openDataset(table);
    if (rows.size !== 2) throw new Error(`${rows.size} rows of 2`);
    const refused = await VAE.load(join(folder, 'none')).catch((error) => error);
    if (!(refused instanceof UserError)) throw refused;
    return numbers;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
