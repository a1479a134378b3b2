import { type Signal, useComputed, useSignal } from '@preact/signals';
import type { Tensor } from 'onnxruntime-common';
import { useEffect } from 'preact/hooks';
import type { PathKind } from '../../../../../../src/vae/latent-space/index.js';
import { t } from '../../../../language/language.js';
import type { Numbers } from '../../../../model/api.js';
import { ExportButton, type Exports } from '../../../../ui/export/export-button.js';
import { animationFile, csvFile, pictureExports } from '../../../../ui/export/picture-exports.js';
import { Pictures } from '../../../../ui/pictures.js';
import { Term } from '../../../../ui/term.js';
import { type AddressPart, tie } from '../../address/tie.js';
import { type Exploration, rowsOf, type ShownData } from '../../exploration.js';
import './path.css';
import { PathAnimation, seconds } from './path-animation.js';
import { PathEnd } from './path-end.js';
import { frames, usePathImages } from './path-images.js';

/** One image in so many of the path is in the strip. */
const everyNth = 5;

const inStrip = Array.from({ length: (frames - 1) / everyNth + 1 }, (_, i) => i * everyNth);

/** The first image, and the first of another class. */
function firstPair({ labels }: ShownData): [number, number] {
  const other = labels?.findIndex((label) => label !== labels[0]) ?? 1;
  return [0, Math.max(1, other)];
}

/** Two different images of `count`, by chance. */
function randomPair(count: number): [number, number] {
  const from = Math.floor(Math.random() * count);
  const to = Math.floor(Math.random() * (count - 1));
  return [from, to < from ? to : to + 1];
}

/** The way between two images: a strip and an animation. */
export function PathPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!data || data.images.dims[0]! < 2) {
    return <p>{t('A path goes between two images of the data. There are none yet.')}</p>;
  }
  return <Path exploration={exploration} data={data} />;
}

function Path({ exploration, data }: { exploration: Exploration; data: ShownData }) {
  const pair = useSignal<readonly [number, number]>(firstPair(data));
  const kind = useSignal<PathKind>('linear');
  const made = usePathImages(exploration, data, pair, kind);
  useEffect(() => tie([pathPart(data, pair, kind)]), [data]);
  const strip = useComputed(() => made.value && rowsOf(made.value, inStrip));
  return (
    <>
      <div class="path-ends">
        {[t('From image'), t('To image')].map((title, end) => (
          <PathEnd
            key={end}
            title={title}
            data={data}
            index={pair.value[end]!}
            picked={exploration.picked.value}
            choose={(index) => {
              const next: [number, number] = [...pair.value];
              next[end] = index;
              pair.value = next;
            }}
          />
        ))}
      </div>
      <div class="row">
        <button
          type="button"
          onClick={() => {
            pair.value = randomPair(data.images.dims[0]!);
          }}
        >
          {t('Two others')}
        </button>
        <KindChoice kind={kind} />
        <Term name="arc">{t('What is an arc?')}</Term>
      </div>
      {strip.value && (
        <Pictures class="strip" images={strip.value} label={t('Images along the path')} />
      )}
      {made.value && <PathAnimation images={made.value} />}
      <div>
        <ExportButton
          name={`${exploration.run.name}-path`}
          what={t('the path')}
          disabled={!made.value}
          exports={pathExports(exploration, made)}
        />
      </div>
    </>
  );
}

/** The path as files: its strip, all its images in turn, and its latents. */
function pathExports(exploration: Exploration, made: Signal<Numbers | undefined>): Exports {
  const all = () => made.peek()!;
  const areSequences = exploration.things === 'sequences';
  return {
    ...pictureExports(() => rowsOf(all(), inStrip), inStrip.length, areSequences),
    gif: () =>
      animationFile(
        Array.from({ length: frames }, (_, i) => rowsOf(all(), [i])),
        (1000 * seconds) / frames,
      ),
    ...(exploration.path.value
      ? { csv: () => csvFile(() => latentRows(exploration.path.peek()!)) }
      : {}),
  };
}

/** The latents of a path, a row a place. */
function latentRows({ data, dims }: Tensor): (string | number)[][] {
  const [count = 0, width = 0] = dims;
  const values = data as Float32Array;
  return [
    Array.from({ length: width }, (_, i) => `z${i + 1}`),
    ...Array.from({ length: count }, (_, i) =>
      Array.from(values.subarray(i * width, (i + 1) * width)),
    ),
  ];
}

/** The ends and the shape of the path, such as `3-12-arc`. */
function pathPart(
  data: ShownData,
  pair: Signal<readonly [number, number]>,
  kind: Signal<PathKind>,
): AddressPart {
  const first = firstPair(data);
  return {
    name: 'path',
    text() {
      const [from, to] = pair.value;
      const isArc = kind.value === 'spherical';
      if (String(pair.value) === String(first) && !isArc) return undefined;
      return `${data.places[from]}-${data.places[to]}${isArc ? '-arc' : ''}`;
    },
    take(text = '') {
      const [, from, to, arc] = /^(\d+)-(\d+)(-arc)?$/.exec(text) ?? [];
      const ends = [from, to].map((place) => data.places.indexOf(Number(place)));
      pair.value = from && ends.every((end) => end >= 0) ? [ends[0]!, ends[1]!] : first;
      kind.value = arc ? 'spherical' : 'linear';
    },
  };
}

function KindChoice({ kind }: { kind: Signal<PathKind> }) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{t('Shape of the path')}</legend>
      {(['linear', 'spherical'] as const).map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="path-kind"
            checked={kind.value === each}
            onChange={() => {
              kind.value = each;
            }}
          />
          {each === 'linear' ? t('Straight') : t('Arc')}
        </label>
      ))}
    </fieldset>
  );
}
