import { WriteStream } from 'node:tty';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createProgress, type ProgressStream } from '../../src/report/progress.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A terminal of the given width, its colours decided as Node decides them. */
function terminal(columns: number, env: Record<string, string> = { NO_COLOR: '1' }) {
  vi.stubEnv('TERM', env.TERM ?? 'xterm-256color');
  const written: string[] = [];
  const stream: ProgressStream = {
    write: (text) => written.push(text),
    isTTY: true,
    columns,
    hasColors: () => WriteStream.prototype.hasColors.call(WriteStream.prototype, 16, env),
  };
  return { stream, written };
}

const metrics = { loss: 199.6412, reconstruction: 197.912, kl: 1.70123 };
const halfway = {
  epoch: 3,
  step: 940,
  steps: 1875,
  examples: 30_080,
  metrics,
  millisecondsPerStep: 2.5,
};
const end = { epoch: 3, ...metrics, val_loss: 198.93, seconds: 0.375, steps: 1875 };

describe('on a terminal', () => {
  it('redraws one line with the time left, and ends it whole with the time taken', () => {
    const { stream, written } = terminal(200);
    const progress = createProgress(stream, { epochs: 30 });
    progress.update(halfway);
    progress.epochEnd(end);
    progress.close();
    expect(written).toEqual([
      '\rEpoch 3/30   940/1875 ━━━━━───── 2s 2.50 ms/step  loss 199.64  reconstruction 197.91  kl 1.7012\x1b[K',
      '\rEpoch 3/30  1875/1875 ━━━━━━━━━━ 0s 0.20 ms/step  loss 199.64  reconstruction 197.91  kl 1.7012  val_loss 198.93\x1b[K\n',
    ]);
  });

  it('cuts a line that is redrawn to the width, and never the last of an epoch', () => {
    const { stream, written } = terminal(40);
    const progress = createProgress(stream, { epochs: 30 });
    progress.update(halfway);
    progress.epochEnd(end);
    expect(written[0]).toBe('\rEpoch 3/30   940/1875 ━━━━━───── 2s 2.5\x1b[K');
    expect(written[0]?.length).toBe('\r'.length + 39 + '\x1b[K'.length);
    expect(written[1]).toContain('val_loss 198.93\x1b[K\n');
  });

  it('redraws at most 20 times a second, and at once in a new epoch', () => {
    const { stream, written } = terminal(200);
    let time = 0;
    const progress = createProgress(stream, { epochs: 2, now: () => time });
    for (time = 0; time < 1000; time++) progress.update({ ...halfway, epoch: 1 });
    expect(written).toHaveLength(20);
    progress.update({ ...halfway, epoch: 1, step: 1875 });
    expect(written[20]).toContain('1875/1875 ━━━━━━━━━━ 0s');
    progress.epochEnd({ ...end, epoch: 1 });
    progress.update({ ...halfway, epoch: 2 });
    expect(written).toHaveLength(23);
    expect(written[22]).toContain('Epoch 2/2');
  });

  it('colours the bar alone, and cuts the line by its visible characters', () => {
    const { stream, written } = terminal(30, { TERM: 'xterm-256color' });
    createProgress(stream, { epochs: 30 }).update(halfway);
    expect(written).toEqual([
      '\rEpoch 3/30   940/1875 \x1b[32m━━━━━\x1b[39m\x1b[2m──\x1b[22m\x1b[K',
    ]);
  });

  it('leaves the line of an epoch that was not ended, once', () => {
    const { stream, written } = terminal(200);
    const progress = createProgress(stream, { epochs: 30 });
    progress.close();
    progress.update(halfway);
    progress.close();
    progress.close();
    expect(written.slice(1)).toEqual(['\n']);
  });

  it('takes any metric names in their order', () => {
    const { stream, written } = terminal(200);
    createProgress(stream, { epochs: 1 }).update({ ...halfway, metrics: { mmd: 0.5, alpha: 2 } });
    expect(written[0]).toContain('ms/step  mmd 0.5000  alpha 2\x1b[K');
  });
});

describe.each([
  ['elsewhere', () => ({ written: [] as string[], isTTY: false })],
  ['on a dumb terminal', () => ({ ...terminal(80, { TERM: 'dumb' }), isTTY: true })],
])('%s', (_, open) => {
  it('writes one plain line an epoch', () => {
    const { written, isTTY } = open();
    const progress = createProgress({ write: (text) => written.push(text), isTTY }, { epochs: 30 });
    progress.update(halfway);
    progress.epochEnd(end);
    progress.update({ ...halfway, epoch: 4 });
    progress.close();
    expect(written).toEqual([
      'Epoch 3/30  1875/1875 0s 0.20 ms/step  loss 199.64  reconstruction 197.91  kl 1.7012  val_loss 198.93\n',
    ]);
  });
});
