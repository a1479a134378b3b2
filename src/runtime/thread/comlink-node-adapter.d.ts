/** The package declares it in a way that fits no ES module. */
declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { MessagePort, Worker } from 'node:worker_threads';
  import type { Endpoint } from 'comlink';

  /** Either end of a worker's channel as an endpoint of Comlink. */
  export default function nodeEndpoint(port: Worker | MessagePort): Endpoint;
}
