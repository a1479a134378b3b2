import type { Tracker } from '../tracker.js';
import { Journal } from './journal.js';
import { type Sender, Sending } from './sending.js';

/** Milliseconds that a training's end waits for a server. */
const patience = 10_000;

/** Where a tracker of a server keeps what is not sent, and who hears of trouble. */
export interface RemoteOptions {
  /** A folder for what the server is to be told, which keeps what could not be sent. */
  readonly folder: string;
  /** Hears, once and in a line, that the server cannot be told. A warning when left out. */
  readonly onTrouble?: (line: string) => void;
}

/**
 * A tracker that tells a server: whatever it is told is on disk first, and is sent beside the training. A server that is
 * down neither stops nor slows it; `sendRest` sends what was kept.
 */
export function remoteTracker(
  sender: Sender,
  { folder, onTrouble = console.warn }: RemoteOptions,
): Tracker {
  let journal: Journal;
  let sending: Sending;
  return {
    name: sender.name,
    async begin(begin, step) {
      journal = await Journal.open(folder);
      sending = new Sending(journal, sender, onTrouble);
      await journal.add({ begin, step, time: Date.now() });
      sending.wake();
    },
    async record(entry) {
      await journal.addEntry(entry);
      sending.wake();
    },
    async end({ state }) {
      await journal.add({ end: state, time: Date.now() });
      sending.wake();
    },
    async keep(files) {
      await journal.add({ files });
      if (await sending.finish(patience)) return;
      onTrouble(`${journal.unsent.length} entries are not sent to ${sender.name} yet.`);
    },
  };
}

/**
 * Sends what a tracker kept in its folder.
 * @returns how many entries were sent
 * @throws Error when the server cannot be reached, or refuses
 */
export async function sendRest(sender: Sender, folder: string): Promise<number> {
  const journal = await Journal.open(folder);
  const count = journal.unsent.length;
  await new Sending(journal, sender, () => undefined).drain();
  return count;
}
