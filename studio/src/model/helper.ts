import { type ModelClient, startModelWorker } from './client.js';

let started: ModelClient | undefined;

/** The worker that answers the page beside the one that trains: plans, data, downloads. */
export function helper(): ModelClient {
  if (!started) {
    const client = startModelWorker();
    started = client;
    client.lost.then(() => {
      if (started === client) started = undefined;
    });
  }
  return started;
}
