import { database } from '../storage/database.js';

/** Forgets data that the browser keeps. */
export async function removeKeptData(id: string): Promise<void> {
  const change = (await database()).transaction(['data', 'dataInfo'], 'readwrite');
  await Promise.all([
    change.objectStore('data').delete(id),
    change.objectStore('dataInfo').delete(id),
    change.done,
  ]);
}
