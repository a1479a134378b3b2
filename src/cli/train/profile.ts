import type { RunFolder } from '../../runs/index.js';
import { formatProfile, type MeasuredProfile } from '../../vae/index.js';

/** Writes a profile into a run folder: as a table, as data, and as a Chrome trace. */
export async function writeProfile(folder: RunFolder, profile: MeasuredProfile): Promise<void> {
  const { trace, ...measured } = profile;
  await folder.write('profile.txt', `${formatProfile(profile)}\n`);
  await folder.write('profile.json', `${JSON.stringify(measured, null, 2)}\n`);
  await folder.write('profile.trace.json', `${JSON.stringify({ traceEvents: trace })}\n`);
}
