import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isLearnt } from '../../../../../src/data/column.js';
import { t } from '../../../language/language.js';
import { Empty } from '../../../ui/empty.js';
import { tie } from '../address/tie.js';
import type { Exploration } from '../exploration.js';
import { latest } from '../latest.js';
import { LatentMap } from '../map/latent-map.js';
import { LatentsPanel } from '../panels/latents-panel.js';
import { groupingBy } from './colour-by.js';
import { RowAt } from './row-at.js';

/** The column by which points are first coloured: one of few names. */
function firstColumn({ table = [] }: Exploration): string {
  const few = table.filter(
    ({ kind, categories = [] }) =>
      (kind === 'categorical' || kind === 'binary') && categories.length <= 10,
  );
  return (few[0] ?? table.find(isLearnt))?.name ?? '';
}

/** The latent map of rows, coloured by any column, beside the row where the walk stands. */
export function MapPanel({ exploration }: { exploration: Exploration }) {
  const colouredBy = useSignal(firstColumn(exploration));
  const learnt = exploration.table!.filter(isLearnt);
  useEffect(() => {
    const first = firstColumn(exploration);
    return tie([
      {
        name: 'by',
        text: () => (colouredBy.value === first ? undefined : colouredBy.value),
        take(text) {
          colouredBy.value = learnt.find(({ name }) => name === text)?.name ?? first;
        },
      },
    ]);
  }, [exploration]);
  useSignalEffect(() => {
    const data = exploration.data.value;
    const place = learnt.findIndex(({ name }) => name === colouredBy.value);
    const width = learnt.length;
    if (!data || place < 0) {
      exploration.grouping.value = undefined;
      return;
    }
    const values = data.images.data as Float32Array;
    const own = Float32Array.from(
      { length: values.length / width },
      (_, i) => values[i * width + place]!,
    );
    exploration.grouping.value = groupingBy(learnt[place]!, own);
  });
  return (
    <div class="explore">
      {exploration.hasMap ? (
        <div class="stack-tight">
          <label class="field colour-by">
            <span class="field-label">{t('Colour by')}</span>
            <select
              value={colouredBy.value}
              onChange={(event) => {
                colouredBy.value = event.currentTarget.value;
              }}
            >
              {learnt.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <LatentMap
            exploration={exploration}
            describe={(index) => <RowUnder exploration={exploration} index={index} />}
          />
        </div>
      ) : (
        <Empty isPart title={t('No map for one latent')}>
          <p>{t('A map needs two latents or more. Walk with the slider.')}</p>
        </Empty>
      )}
      <div class="stack">
        <RowAt exploration={exploration} />
        <LatentsPanel exploration={exploration} />
      </div>
    </div>
  );
}

/** Cells that are shown of the row under the pointer. */
const hoverCells = 6;

/** The row under the pointer, in short. */
function RowUnder({ exploration, index }: { exploration: Exploration; index: number }) {
  const cells = useSignal<readonly string[]>([]);
  const wanted = useSignal(index);
  wanted.value = index;
  const read = useSignal(
    latest(async (at: number) => {
      const data = exploration.data.value;
      if (!data) return;
      const source = { data: data.info.data, part: data.part };
      try {
        cells.value = await (await exploration.tables).row(
          exploration.id,
          source,
          data.places[at]!,
        );
      } catch (error) {
        exploration.problem.value = (error as Error).message;
      }
    }),
  );
  useSignalEffect(() => {
    read.peek()(wanted.value);
  });
  const place = exploration.data.value?.places[index];
  return (
    <dl class="row-hover">
      <div>
        <dt>{t('Row')}</dt>
        <dd>{place === undefined ? '' : place + 1}</dd>
      </div>
      {exploration.table!.slice(0, hoverCells).map(({ name }, i) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{cells.value[i] ?? ''}</dd>
        </div>
      ))}
    </dl>
  );
}
