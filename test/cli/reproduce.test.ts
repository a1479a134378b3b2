import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, vaekit } from './process.js';

test('all published results are listed', async () => {
  const folder = await emptyFolder();
  const { code, stdout } = await vaekit(folder, 'reproduce');
  expect(code).toBe(0);
  expect(stdout).toMatch(/keras +Keras's VAE example.*loss 150\.4 ± 1 nats.*min/);
  expect(stdout).toMatch(/iwae-5 .*random binarization +−log p\(x\) 85\.54 ± 0\.5 nats/);
  const { stdout: json } = await vaekit(folder, 'reproduce', '--json');
  expect(JSON.parse(json)).toContainEqual(
    expect.objectContaining({ name: 'vae', binarization: 'fixed', epochs: 500 }),
  );
});

test('a part of a result is trained, measured, and not trained again', async () => {
  const folder = await emptyFolder();
  const asked = ['reproduce', 'tutorial', '--fraction', '0.002', '--out', 'here'];
  const { code, stdout } = await vaekit(folder, ...asked);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Epoch 1\/1 /);
  expect(stdout).toMatch(/test loss +[\d.]+ nats +\S+ ± \S+ +not compared/);
  expect(stdout).toContain('1 of 30 epochs, and 6 % of the examples');

  const again = await vaekit(folder, ...asked, '--json');
  expect(again.stderr).not.toContain('Epoch');
  const report = JSON.parse(again.stdout);
  expect(report).toMatchObject({ name: 'tutorial', fraction: 0.002, epochs: 1, seeds: [42] });
  expect(report.figures).toEqual([
    expect.objectContaining({ name: 'test loss', met: null, value: expect.any(Number) }),
  ]);
  expect(JSON.parse(await readFile(join(folder, 'here/reproduction.json'), 'utf8'))).toEqual(
    report,
  );

  const other = await vaekit(folder, 'reproduce', 'tutorial', '--out', 'here');
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('another reproduction')]);
}, 60_000);

test('wrong words are refused in a line', async () => {
  const folder = await emptyFolder();
  for (const [args, words] of [
    [['kears'], "Did you mean 'keras'?"],
    [['keras', '--fraction', '2'], 'over 0 to 1'],
    [['rae-l2'], 'Give that model as ONNX: --features model.onnx.'],
    [['keras', '--features', 'inception.onnx'], 'Leave --features out.'],
  ] as const) {
    const { code, stderr } = await vaekit(folder, 'reproduce', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  }
});
