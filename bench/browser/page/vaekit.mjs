import { networkOf } from '../../networks.mjs';
import { train } from '../../vaekit/vae.mjs';
import { answer, tell, trainingPixels } from './worker.mjs';

answer(async ({ network, ...task }) =>
  train({ ...task, model: networkOf({ network }), examples: await trainingPixels(), tell }),
);
