import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharing, VAE } from '../../src/index.js';
import { secondsAfter } from '../../src/runs/hub/retry.js';
import { useHub, writeRun } from './setup.js';

const used = useHub();
const run = () => join(used.folder, 'run');

type Fate = typeof used.hub.settings.fate;
type Answer = Exclude<ReturnType<Fate>, string> | 'lost';

/** Fails the first request whose path a pattern meets, once each; tells of all that it met. */
function failOnce(answers: readonly (readonly [pattern: RegExp, answer: Answer])[]) {
  const left = new Map(answers);
  used.hub.settings.fate = ({ path }) => {
    const found = [...left].find(([pattern]) => pattern.test(path));
    if (!found) return 'served';
    left.delete(found[0]);
    return found[1];
  };
  return left;
}

function optionsWith(more: object = {}) {
  const notes: string[] = [];
  const onNote = (line: string) => notes.push(line);
  return { notes, options: { ...used.options, retries: 4, onNote, ...more } };
}

const busy = (status: number, after?: string) => ({
  status,
  ...(after === undefined ? {} : { headers: { 'Retry-After': after } }),
  body: { error: 'not now' },
});

const commits = () => used.hub.heard.filter(({ path }) => path.includes('/commit/')).length;

test('a run is read through answers that ask for patience and connections that break off', async () => {
  await writeRun(run());
  await sharing.pushRun(run(), 'ann/digits', { ...used.options, cache: join(used.folder, 'own') });
  const left = failOnce([
    [/revision\/main/, busy(503)],
    [/resolve\/.*config.json/, busy(429, '1')],
    [/^store\/get/, 'lost'],
  ]);
  const { notes, options } = optionsWith();
  const began = performance.now();
  await VAE.load('hf://ann/digits', { hub: options });
  expect(performance.now() - began).toBeGreaterThan(1900);
  expect(left.size).toBe(0);
  const { endpoint } = used.hub;
  expect(notes).toEqual([
    `ann/digits: ${endpoint} has trouble of its own (HTTP 503). not now. Trying again in 0.5 s.`,
    `ann/digits: ${endpoint} was asked too often (HTTP 429). not now. Trying again in 1 s.`,
    `ann/digits: ${endpoint} cannot be reached: the connection broke off. Trying again in 0.5 s.`,
  ]);
});

test('a push goes on through the same, and makes one commit', async () => {
  await writeRun(run());
  const left = failOnce([
    [/repos\/create/, busy(502)],
    [/preupload/, 'lost'],
    [/^store\/put/, busy(500)],
    [/\/commit\//, busy(429)],
  ]);
  const { notes, options } = optionsWith();
  await sharing.pushRun(run(), 'ann/digits', options);
  expect([left.size, notes.length, commits()]).toEqual([0, 4, 2]);
  expect(used.hub.repositories.get('ann/digits')!.titles).toHaveLength(1);
  await VAE.load('hf://ann/digits', { hub: used.options });
});

test('a commit that may have been made is not asked for again', async () => {
  await writeRun(run());
  for (const answer of [busy(503), 'lost'] as const) {
    failOnce([[/\/commit\//, answer]]);
    used.hub.heard.length = 0;
    const { notes, options } = optionsWith();
    await expect(sharing.pushRun(run(), 'ann/digits', options)).rejects.toThrow(
      /has trouble of its own|cannot be reached/,
    );
    expect([commits(), notes]).toEqual([1, []]);
  }
});

test('waiting ends: after some tries, where the Hub asks for too long, and by a signal', async () => {
  await writeRun(run());
  used.hub.settings.fate = () => 'lost';
  await expect(
    sharing.pushRun(run(), 'ann/digits', optionsWith({ retries: 1 }).options),
  ).rejects.toThrow(/Check the network, or HF_ENDPOINT\.$/);
  expect(used.hub.heard).toHaveLength(2);
  used.hub.settings.fate = () => busy(429, '3600');
  await expect(sharing.pushRun(run(), 'ann/digits', optionsWith().options)).rejects.toThrow(
    /was asked too often \(HTTP 429\)/,
  );
  expect(used.hub.heard).toHaveLength(3);
  used.hub.settings.fate = () => busy(429, '100');
  const stop = new AbortController();
  const onNote = () => stop.abort(new Error('stopped'));
  await expect(
    sharing.pushRun(run(), 'ann/digits', optionsWith({ signal: stop.signal, onNote }).options),
  ).rejects.toThrow('stopped');
});

test('a server says by seconds or by a date how long to wait', () => {
  expect(secondsAfter('120')).toBe(120);
  expect(secondsAfter(new Date(Date.now() + 60_000).toUTCString())).toBeCloseTo(60, -1);
  expect(secondsAfter('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
  expect([secondsAfter(null), secondsAfter('soon')]).toEqual([undefined, undefined]);
});
