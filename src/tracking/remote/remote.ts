import type { Tracker } from '../tracker.js';
import { Journal, type Line } from './journal.js';
import { type Sender, Sending } from './sending.js';

/** Milliseconds that a training's end waits for a server. */
const patience = 10_000;

/** Says where a tracker of a server keeps its journal, and which function hears of trouble. */
export interface RemoteOptions {
  /** A folder for the journal, which keeps lines until they are sent. */
  readonly folder: string;
  /** Hears, once and in a line, that the server cannot be told. A warning when left out. */
  readonly onTrouble?: (line: string) => void;
  /** Tells whether nothing is sent now: `sendRest` sends all. */
  readonly isOffline?: boolean;
}

/**
 * A tracker that tells a server: each line is on disk first, and is sent beside the training. A server that is
 * down neither stops nor slows the training; `sendRest` sends the rest later.
 */
export function remoteTracker(
  sender: Sender,
  { folder, onTrouble = console.warn, isOffline = false }: RemoteOptions,
): Tracker {
  // Made at the first step; a run that has all of its epochs makes none.
  let sending: Sending | undefined;
  const wake = () => {
    if (!isOffline) sending?.wake();
  };
  const tell = async (line: Line) => {
    await sending?.journal.add(line);
    wake();
  };
  return {
    name: sender.name,
    async begin(begin, step) {
      sending = new Sending(await Journal.open(folder), sender, onTrouble);
      await tell({ begin, step, time: Date.now() });
    },
    async record(entry) {
      await sending?.journal.addEntry(entry);
      wake();
    },
    end: ({ state }) => tell({ end: state, time: Date.now() }),
    async keep(files) {
      await tell({ files });
      if (!sending || isOffline || (await sending.finish(patience))) return;
      const { length } = sending.journal.unsent;
      onTrouble(`${length} entries are not sent to ${sender.name} yet.`);
    },
  };
}

/**
 * Sends the lines that a tracker kept in its folder.
 * @returns how many were sent
 * @throws Error when the server cannot be reached, or refuses
 */
export async function sendRest(sender: Sender, folder: string): Promise<number> {
  const journal = await Journal.open(folder);
  const count = journal.unsent.length;
  await new Sending(journal, sender, () => undefined).drain();
  return count;
}
