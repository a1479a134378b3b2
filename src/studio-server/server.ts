import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../base/errors.js';
import { codeOf } from '../base/file-errors.js';
import { answer, headers, pathParts, refusalOf } from './guard.js';
import { Page } from './page.js';
import { PublishedData } from './published.js';
import { Runs } from './runs.js';

/** A port that is always the same, as a browser keeps runs for one address. */
const usualPort = 8230;

/** Number of ports after the usual one that are tried when it is taken. */
const otherPorts = 10;

export interface StudioOptions {
  /** A run folder, or a folder of runs; `runs` when left out. */
  readonly path?: string | undefined;
  /** 0 for any that is free; 8230, or the next that is free, when left out. */
  readonly port?: number | undefined;
  /** The folder of the built page. */
  readonly page?: string | undefined;
  /** The folder that keeps public data. */
  readonly cache?: string | undefined;
  /** Hears of slow work and of faults, in a line each. */
  readonly tell?: (message: string) => void;
}

export interface Studio {
  /** Address of the page. */
  readonly address: string;
  /** Stops the server and its open connections. */
  close(): Promise<void>;
}

/**
 * Serves the studio to this machine alone: the page, the runs of a folder, and public data.
 * @throws UserError when the page is not built, a folder is not there, or the port is taken
 */
export async function startStudio(options: StudioOptions = {}): Promise<Studio> {
  const { path, port, tell = () => {} } = options;
  const [page, runs] = await Promise.all([Page.open(options.page), Runs.open(path)]);
  const data = new PublishedData(tell, options.cache);
  let own = 0;
  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    try {
      const refusal = refusalOf(request, own);
      if (refusal) return answer(response, refusal.status, refusal.reason);
      const parts = pathParts(request.url ?? '/');
      if (!parts) return answer(response, 400, 'The path is not one that this server has.');
      const [first, ...rest] = parts;
      if (first === 'runs') await runs.send(request, response, rest);
      else if (first === 'data') await data.send(request, response, rest);
      else if (!(await page.send(request, response, parts))) {
        answer(response, 404, 'There is no such file.');
      }
    } catch (error) {
      tell((error as Error).message);
      if (response.headersSent) response.destroy();
      else answer(response, 500, 'The server failed; its window tells why.');
    }
  });
  own = await listen(server, port);
  if (port === undefined && own !== usualPort) {
    tell(
      `Port ${usualPort} is in use, so the page is at port ${own}. A browser keeps runs for one address: those that it keeps for port ${usualPort} are not seen here. End the program there, or choose a port with --port.`,
    );
  }
  const shown =
    runs.only === undefined ? '' : `#/explore/${encodeURIComponent(`served:${runs.only}`)}`;
  return {
    address: `http://127.0.0.1:${own}/${shown}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Reasons why a port cannot be had, by the system's code. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: 'this user may not use it',
  ERR_SOCKET_BAD_PORT: 'a port is a whole number from 0 to 65535',
};

/** Listens on the loopback address. Returns the port. @throws UserError when it is taken */
async function listen(server: Server, port?: number): Promise<number> {
  const ports =
    port === undefined ? Array.from({ length: otherPorts }, (_, i) => usualPort + i) : [port];
  for (const each of ports) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port: each, exclusive: true }, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EADDRINUSE') continue;
      const reason = refusals[code ?? ''] ?? 'the system does not let it be used';
      throw new UserError(`Port ${each}: ${reason}. Choose another one with --port.`);
    }
  }
  const taken = ports.length === 1 ? `Port ${port} is` : `Ports ${ports[0]} to ${ports.at(-1)} are`;
  throw new UserError(`${taken} in use. Choose another one with --port, or 0 for any.`);
}
