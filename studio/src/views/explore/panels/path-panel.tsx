import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { latentPath, type PathKind } from '../../../../../src/vae/latent-space/index.js';
import type { Numbers } from '../../../model/api.js';
import { drawImages, Pictures } from '../../../ui/pictures.js';
import { Term } from '../../../ui/term.js';
import { type Exploration, rowOf, rowsOf, type ShownData } from '../exploration.js';

/** Images of the animation; each fifth is in the strip. */
const frames = 41;
const everyNth = 5;

/** From one end to the other, in seconds. */
const seconds = 3;

/** The first image, and the first of another class. */
function firstPair({ labels }: ShownData): [number, number] {
  const other = labels?.findIndex((label) => label !== labels[0]) ?? 1;
  return [0, Math.max(1, other)];
}

/** The way between two images: a strip and an animation. */
export function PathPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!data || data.images.dims[0]! < 2) {
    return <p>A path goes between two images of the data. There are none yet.</p>;
  }
  return <Path exploration={exploration} data={data} />;
}

function Path({ exploration, data }: { exploration: Exploration; data: ShownData }) {
  const pair = useSignal(firstPair(data));
  const kind = useSignal<PathKind>('linear');
  const made = useSignal<Numbers | undefined>(undefined);
  const label = exploration.label;

  useSignalEffect(() => {
    const [from, to] = pair.value;
    const path = latentPath(rowOf(data.mean, from), rowOf(data.mean, to), frames, kind.value);
    if (exploration.hasMap) exploration.path.value = path;
    const dims = [frames, ...exploration.latentShape];
    let current = true;
    exploration.service
      .decode(
        exploration.id,
        { data: path.data as Float32Array, dims },
        exploration.labels(frames, label.value),
      )
      .then(
        (images) => {
          if (current) made.value = images;
        },
        (error: Error) => {
          if (current) exploration.problem.value = error.message;
        },
      );
    return () => {
      current = false;
    };
  });
  useEffect(
    () => () => {
      exploration.path.value = undefined;
    },
    [exploration],
  );

  const count = data.images.dims[0]!;
  const randomPair = () => {
    const [from, to] = [Math.random() * count, Math.random() * (count - 1)].map(Math.floor) as [
      number,
      number,
    ];
    pair.value = [from, to < from ? to : to + 1];
  };
  const strip = useComputed(() => {
    const indices = Array.from({ length: (frames - 1) / everyNth + 1 }, (_, i) => i * everyNth);
    return made.value && rowsOf(made.value, indices);
  });
  return (
    <>
      <div class="path-ends">
        {(['From', 'To'] as const).map((title, end) => (
          <End
            key={title}
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
        <button type="button" onClick={randomPair}>
          Two others
        </button>
        <fieldset class="segments">
          <legend class="visually-hidden">Shape of the path</legend>
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
              {each === 'linear' ? 'Straight' : 'Arc'}
            </label>
          ))}
        </fieldset>
        <Term name="arc">What is an arc?</Term>
      </div>
      {strip.value && <Pictures class="strip" images={strip.value} label="Images along the path" />}
      {made.value && <Animation images={made.value} />}
    </>
  );
}

function End({
  title,
  data,
  index,
  picked,
  choose,
}: {
  title: string;
  data: ShownData;
  index: number;
  picked: number | undefined;
  choose: (index: number) => void;
}) {
  const { places } = data;
  return (
    <div class="path-end">
      <Pictures images={rowsOf(data.images, [index])} label={`${title} image ${places[index]}`} />
      <div class="stack-tight">
        <label class="small">
          {title} image
          <input
            type="number"
            min={0}
            max={places.at(-1)}
            value={places[index]}
            onChange={(event) => {
              const next = event.currentTarget.valueAsNumber;
              // Not all images of large data are shown: the next one that is.
              const shown = next >= 0 ? places.findIndex((place) => place >= next) : -1;
              const chosen = shown < 0 ? index : shown;
              event.currentTarget.value = String(places[chosen]);
              choose(chosen);
            }}
          />
        </label>
        <button
          type="button"
          class="small"
          disabled={picked === undefined || picked === index}
          title="Takes the image that you picked on the map or among the anomalies"
          onClick={() => choose(picked!)}
        >
          Use picked
        </button>
      </div>
    </div>
  );
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Goes to and fro between the first image and the last. */
function Animation({ images }: { images: Numbers }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const plays = useSignal(!still.matches);
  const frame = useSignal(0);
  useSignalEffect(() => {
    if (!plays.value) return;
    let request = 0;
    let position = frame.peek() / (frames - 1);
    let before: number | undefined;
    const next = (now: number) => {
      position = (position + (before === undefined ? 0 : (now - before) / 1000 / seconds)) % 2;
      before = now;
      frame.value = Math.round((position > 1 ? 2 - position : position) * (frames - 1));
      request = requestAnimationFrame(next);
    };
    request = requestAnimationFrame(next);
    return () => cancelAnimationFrame(request);
  });
  useEffect(() => {
    if (canvas.current) drawImages(canvas.current, rowsOf(images, [frame.value]));
  }, [images, frame.value]);
  return (
    <div class="animation">
      <canvas ref={canvas} class="pixels" role="img" aria-label="Image at this place of the path" />
      <div class="stack-tight">
        <label class="small">
          Place on the path
          <input
            type="range"
            min={0}
            max={frames - 1}
            value={frame.value}
            onInput={(event) => {
              plays.value = false;
              frame.value = event.currentTarget.valueAsNumber;
            }}
          />
        </label>
        <button
          type="button"
          onClick={() => {
            plays.value = !plays.value;
          }}
        >
          {plays.value ? 'Pause' : 'Play'}
        </button>
      </div>
    </div>
  );
}
