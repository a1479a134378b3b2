import { exists, isDirectory, listDirectory } from '#files';
import { formats } from '#formats';
import { UserError } from './errors.js';
import { excerpt } from './excerpt.js';
import { fashionMnist } from './fashion-mnist.js';
import type { OpenedData } from './formats/format.js';
import { mnist } from './mnist.js';
import type { PublishedOptions, Splits } from './published.js';
import { nearest } from './suggest.js';

/** The public datasets by the names that `openDataset` knows. */
const published: Readonly<Record<string, (options?: PublishedOptions) => Promise<Splits>>> = {
  mnist,
  'fashion-mnist': fashionMnist,
};

/** What `openDataset` takes, as in 'Give ...'. */
const choices = [...Object.keys(published), ...formats.map((format) => format.reads)].join(', ');

/**
 * The data that a few words name: `mnist`, `fashion-mnist`, or the path of a file or folder of a
 * known format. A known name goes before a path; write `./mnist` for a folder of that name.
 * @throws UserError when there is no such data or it cannot be read; the signal's reason when that
 *   aborts a download
 */
export async function openDataset(
  spec: string,
  options: PublishedOptions = {},
): Promise<OpenedData> {
  const known = Object.hasOwn(published, spec) ? published[spec] : undefined;
  if (known) return { name: spec, ...(await known(options)) };

  if (spec === '' || !(await exists(spec))) {
    const guess = nearest(spec, Object.keys(published));
    throw new UserError(
      `No data ${excerpt(spec)}: there is no such file or folder. ${guess ? `Did you mean ${guess}? ` : ''}Give one of: ${choices}.`,
    );
  }
  const place = (await isDirectory(spec))
    ? { path: spec, entries: await listDirectory(spec) }
    : { path: spec };
  for (const format of formats) {
    const data = await format.open(place);
    if (data) return data;
  }
  throw new UserError(
    `${spec}: there is no data in it that vaekit reads. Give one of: ${choices}.`,
  );
}
