import { expose, transfer } from 'comlink';
import { buffersOf } from '../plain-tensor.js';
import { openWeb } from '../wasm.web.js';
import { type Lane, OwnLane } from './lane.js';
import type { LaneService } from './lane-service.js';

let lane: Lane | undefined;

const service: LaneService = {
  async open(step) {
    lane = new OwnLane(await openWeb(step.microbatch, { threads: 1 }), step);
  },

  async work(inputs) {
    const done = await lane!.work(inputs);
    return transfer(done, buffersOf(done.flatMap(({ terms }) => Object.values(terms))));
  },
};

expose(service);
