import type { Journal, Line, Remote } from './journal.js';

/** Lines that a server was told of, and the facts that it gave. */
export interface SentLines {
  /** The first so many; none where only facts are new. */
  readonly count: number;
  readonly remote: Remote;
}

/** Tells a server of lines. */
export interface Sender {
  /** The server's name in messages. */
  readonly name: string;
  /**
   * Sends some of the first lines, all that the server takes at once.
   * @param remote facts that the server gave before
   * @param folder of the journal, with its pictures
   * @throws Error when the server cannot be reached, or refuses
   */
  send(lines: readonly Line[], remote: Remote, folder: string): Promise<SentLines>;
}

/** Milliseconds before a server that failed is tried again: twice as many each time, up to the most. */
const [firstWait, mostWait] = [1000, 60_000];

/** Sends a journal's lines beside the training, which waits for none of it. */
export class Sending {
  private running: Promise<void> | undefined;
  private wait = firstWait;
  private notBefore = 0;
  private isTold = false;

  /** @param onTrouble hears once that a server cannot be told */
  constructor(
    readonly journal: Journal,
    private readonly sender: Sender,
    private readonly onTrouble: (line: string) => void,
  ) {}

  /** Sends the unsent lines, unless this is under way, or the server failed a moment ago. */
  wake(): void {
    if (this.running || Date.now() < this.notBefore) return;
    this.running = this.drain()
      .catch((error: unknown) => this.failed(error))
      .finally(() => {
        this.running = undefined;
      });
  }

  /** Sends all. @throws Error when the server cannot be told */
  async drain(): Promise<void> {
    const { journal, sender } = this;
    while (journal.unsent.length > 0) {
      const { count, remote } = await sender.send(journal.unsent, journal.remote, journal.folder);
      await journal.noteSent(count, remote);
    }
    this.wait = firstWait;
  }

  /** Waits for lines under way, and tries the rest once more. @returns whether all is sent */
  async finish(milliseconds: number): Promise<boolean> {
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, milliseconds).unref?.();
    });
    const all = async () => {
      await this.running;
      this.notBefore = 0;
      this.wake();
      await this.running;
    };
    await Promise.race([all(), late]);
    return this.journal.unsent.length === 0;
  }

  private failed(error: unknown): void {
    this.notBefore = Date.now() + this.wait;
    this.wait = Math.min(mostWait, 2 * this.wait);
    if (this.isTold) return;
    this.isTold = true;
    this.onTrouble(
      `${this.sender.name} cannot be told: ${(error as Error).message} Training goes on, and what is not sent is kept in ${this.journal.folder}.`,
    );
  }
}
