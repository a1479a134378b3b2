import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { centerDrawing } from '../../../../../../src/data/pictures/center-drawing.js';
import { t } from '../../../../language/language.js';
import { rich } from '../../../../language/rich.js';
import type { Numbers } from '../../../../model/api.js';
import { nats, numberText } from '../../../../ui/number.js';
import { Pictures } from '../../../../ui/pictures.js';
import { Term } from '../../../../ui/term.js';
import type { Exploration } from '../../exploration.js';
import { latest } from '../../latest.js';
import { strangeness } from '../../scores.js';
import { padSize } from './drawing.js';
import { drawingKeys, Pad } from './pad.js';
import './draw.css';

/** Draws of the posterior over which a drawing's ELBO is averaged. */
const draws = 16;

/** A drawing through the model. */
interface EncodedDrawing {
  /** The encoder's input, [1, 1, height, width]. */
  readonly seen: Numbers;
  readonly made: Numbers;
  /** Score as `strangeness` has it. */
  readonly score: number;
}

/** The drawing as an image for the model; undefined when nothing is drawn. */
function imageOf(canvas: HTMLCanvasElement, shape: readonly number[]): Numbers | undefined {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, padSize, padSize);
  const ink = Float32Array.from({ length: padSize * padSize }, (_, i) => data[4 * i]! / 255);
  if (!ink.some((value) => value > 0)) return undefined;
  const [, height, width] = shape as [number, number, number];
  return { data: centerDrawing(ink, padSize, [height, width]), dims: [1, 1, height, width] };
}

/** The image `count` times. */
function repeated({ data, dims }: Numbers, count: number): Numbers {
  const copies = new Float32Array(data.length * count);
  for (let i = 0; i < count; i++) copies.set(data, i * data.length);
  return { data: copies, dims: [count, ...dims.slice(1)] };
}

/** Takes a drawing, and shows its reconstruction while one draws. */
export function DrawPanel({ exploration }: { exploration: Exploration }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const encoded = useSignal<EncodedDrawing | undefined>(undefined);
  const { info, service, id } = exploration;
  const label = exploration.label.value;

  const encode = useMemo(
    () =>
      latest(async () => {
        const pad = canvas.current;
        const seen = pad && imageOf(pad, info.config.input);
        if (!seen) return;
        try {
          const labels = (count: number) => exploration.labels(count);
          const { mean, logVariance } = await service.encode(id, seen, labels(1));
          const made = await service.reconstruct(id, seen, labels(1));
          exploration.standAt(mean.data as Float32Array);
          if (exploration.hasPosterior) {
            exploration.posterior.value = {
              mean: mean.data as Float32Array,
              logVariance: logVariance.data as Float32Array,
            };
          }
          const count = exploration.hasElbo ? draws : 1;
          const scores = await strangeness(exploration, repeated(seen, count), labels(count));
          const score = scores.reduce((total, value) => total + value / count, 0);
          encoded.value = { seen, made, score };
        } catch (error) {
          exploration.problem.value = (error as Error).message;
        }
      }),
    [exploration],
  );
  // Another class changes the reconstruction of the drawing.
  useEffect(() => {
    if (encoded.value) encode(undefined);
  }, [label]);

  const clear = () => {
    encoded.value = undefined;
    exploration.posterior.value = undefined;
  };
  const result = encoded.value;
  return (
    <>
      <p class="small">
        {t('Draw: the model encodes it as you do.')}{' '}
        {exploration.hasPosterior &&
          exploration.hasMap &&
          rich(
            'The ellipses on the map are its {posterior}, one and two standard deviations wide.',
            { posterior: <Term name="posterior">{t('posterior')}</Term> },
          )}
      </p>
      <div class="draw">
        <Pad canvas={canvas} onChange={() => encode(undefined)} onClear={clear} />
        <div class="draw-result" aria-live="polite">
          <figure>
            {result ? (
              <Pictures images={result.seen} label={t('The drawing as the model sees it')} />
            ) : (
              <div class="no-picture" />
            )}
            <figcaption>{t('model sees')}</figcaption>
          </figure>
          <figure>
            {result ? (
              <Pictures images={result.made} label={t('Reconstruction of the drawing')} />
            ) : (
              <div class="no-picture" />
            )}
            <figcaption>{t('reconstruction')}</figcaption>
          </figure>
          <dl>
            <dt>
              <Term name={exploration.hasElbo ? 'elbo' : 'squaredError'} />
            </dt>
            <dd class="number" data-score>
              {result ? numberText(result.score) : '–'}
              {result && exploration.hasElbo ? nats : ''}
            </dd>
          </dl>
        </div>
      </div>
      <p class="small soft">{t(drawingKeys)}</p>
    </>
  );
}
