import { train } from '../../vaekit/vae.mjs';
import { answer, tell, trainingPixels } from './worker.mjs';

answer(async (task) => train({ ...task, pixels: await trainingPixels(), tell }));
