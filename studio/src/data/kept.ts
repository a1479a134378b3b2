import { datasets, UserError } from '../../../src/index.js';
import { database } from '../runs/database.js';

/** Opens data that the browser keeps. @throws UserError when it does not */
export async function openKeptData(id: string) {
  const kept = await (await database()).get('data', id);
  if (!kept) {
    throw new UserError('This browser no longer keeps the data. Drop the files again.');
  }
  const { name, values, shape, labels, classNames } = kept;
  return {
    title: name,
    train: datasets.fromArray(values, shape, {
      name,
      ...(labels ? { labels } : {}),
      ...(classNames ? { classNames } : {}),
    }),
  };
}
