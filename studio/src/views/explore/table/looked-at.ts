import { t } from '../../../language/language.js';
import type { LookedAt } from '../../../model/tables/api.js';
import { numberText } from '../../../ui/number.js';
import type { RowCell } from '../../../ui/tables/row-table.js';

/** A cell is odd when it takes so many nats more than is usual for its column: it is 20 times less likely. */
const oddNats = 3;

/** The cells of a row of data, its gaps and odd cells marked, over the model's values for them. */
export function markedCells({ cells, made, odd }: LookedAt, row: number): RowCell[] {
  return cells[row]!.map((text, place) => {
    const nats = odd[row]![place]!;
    const guess = made[row]![place]!;
    if (text === '') return { text, mark: 'gap', below: guess };
    const below = guess === text ? {} : { below: guess };
    if (nats < oddNats) return { text, ...below };
    return {
      text,
      ...below,
      mark: 'odd',
      note: t('odd: {nats} nats over what is usual', { nats: numberText(nats) }),
    };
  });
}
