import { UserError } from '../../base/errors.js';
import type * as graph from '../../graph/index.js';

/** How many channels an input [batch, channels, ...] has. @throws UserError */
export function channelsOf(x: graph.Value): number {
  const channels = x.shape[1];
  if (typeof channels !== 'number') throw new UserError('it takes [batch, channels, ...].');
  return channels;
}
