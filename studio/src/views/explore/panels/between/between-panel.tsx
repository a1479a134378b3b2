import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../../../language/language.js';
import { ExportButton } from '../../../../ui/export/export-button.js';
import { csvFile } from '../../../../ui/export/picture-exports.js';
import { Pictures } from '../../../../ui/pictures.js';
import { type AddressPart, tie } from '../../address/tie.js';
import { type Exploration, rowsOf, type ShownData } from '../../exploration.js';
import { mapOf } from '../../map/map-state.js';
import '../anomalies.css';
import { likest } from './likeness.js';

/** Images that are listed. */
const listed = 12;

/** Images of one class whose latents lie close to another class: a 4 that looks like a 9. */
export function BetweenPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!data)
    return <p>{t('Images that look like another class are shown here. There are none yet.')}</p>;
  if (!data.labels || new Set(data.labels).size < 2) {
    return <p>{t('Images of one class that look like another need data with two classes.')}</p>;
  }
  return (
    <Between key={data.info.data} exploration={exploration} data={data} labels={data.labels} />
  );
}

function Between({
  exploration,
  data,
  labels,
}: {
  exploration: Exploration;
  data: ShownData;
  labels: Int32Array;
}) {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  // Fours and nines are the best known pair of digits that look alike.
  const first: Pair = classes.length === 10 ? [4, 9] : [classes[0]!, classes[1]!];
  const pair = useSignal<Pair>(first);
  useEffect(() => tie([pairPart(pair, classes, first)]), [data]);
  const found = useComputed(() => {
    const { data: latents } = data.mean;
    return likest(latents as Float32Array, labels, ...pair.value);
  });
  const nameOf = (label: number) => data.info.classNames?.[label] ?? String(label);
  const choice = (end: 0 | 1, title: string) => (
    <label class="field">
      {title}
      <select
        value={pair.value[end]}
        onChange={(event) => {
          const label = Number(event.currentTarget.value);
          const [from, to] = pair.value;
          // The same class twice says nothing: both change places.
          if (label === pair.value[1 - end]) pair.value = [to, from];
          else pair.value = end === 0 ? [label, to] : [from, label];
        }}
      >
        {classes.map((label) => (
          <option key={label} value={label}>
            {nameOf(label)}
          </option>
        ))}
      </select>
    </label>
  );
  const names = { from: nameOf(pair.value[0]), to: nameOf(pair.value[1]) };
  return (
    <>
      <p class="small">
        {t(
          'Images of one class whose latents lie closest to another one: the model finds them alike.',
        )}
      </p>
      <div class="pair">
        {choice(0, t('Images of class'))}
        {choice(1, t('that look like'))}
      </div>
      <ol class="worst" aria-label={t('{from} that look like {to}, the closest first', names)}>
        {found.value.slice(0, listed).map(({ index, ratio }) => (
          <li key={index}>
            <button type="button" onClick={() => exploration.pick(index)}>
              <Pictures
                images={rowsOf(data.images, [index])}
                label={t('Image {place}', { place: String(data.places[index]) })}
              />
              <span class="small number">
                {names.from} #{data.places[index]}
                <br />
                {t('distance {ratio}', { ratio: ratio.toFixed(2) })}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p class="small soft">
        {t('The distance to {to} over that to {from}: below 1, an image lies among {to}.', names)}
      </p>
      <div class="row">
        {exploration.hasMap && (
          <button type="button" onClick={() => mapOf(exploration).showClasses(pair.value)}>
            {t('Show only {from} and {to} on the map', names)}
          </button>
        )}
        <ExportButton
          name={`${exploration.run.name}-between`}
          what={t('the images')}
          exports={{
            csv: () =>
              csvFile(() => [
                ['image', 'ratio'],
                ...found.value.map(({ index, ratio }) => [data.places[index]!, ratio]),
              ]),
          }}
        />
      </div>
    </>
  );
}

type Pair = readonly [from: number, to: number];

/** Both classes, such as `4-9`. */
function pairPart(pair: Signal<Pair>, classes: readonly number[], first: Pair): AddressPart {
  return {
    name: 'between',
    text: () => (String(pair.value) === String(first) ? undefined : pair.value.join('-')),
    take(text = '') {
      const [from, to, ...more] = text.split('-').map(Number);
      const fits =
        more.length === 0 && from !== to && [from, to].every((each) => classes.includes(each!));
      pair.value = fits ? [from!, to!] : first;
    },
  };
}
