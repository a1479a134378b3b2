import { UserError } from '../../base/errors.js';
import type * as graph from '../../graph/index.js';

/** Counts the channels of an input [batch, channels, ...]. @throws UserError */
export function channelsOf(x: graph.Value): number {
  const channels = x.shape[1];
  if (typeof channels !== 'number') throw new UserError('it takes [batch, channels, ...].');
  return channels;
}
