import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { t } from '../../../language/language.js';
import { rich } from '../../../language/rich.js';
import type { Numbers } from '../../../model/api.js';
import { ExportButton } from '../../../ui/export/export-button.js';
import { csvFile } from '../../../ui/export/picture-exports.js';
import { Notice } from '../../../ui/notice.js';
import { nats, numberText } from '../../../ui/number.js';
import { Pictures } from '../../../ui/pictures.js';
import { Term } from '../../../ui/term.js';
import { type Exploration, rowsOf, type ShownData } from '../exploration.js';
import { Scores } from '../scores.js';
import './anomalies.css';

const listed = 12;

/** The images that the model finds strangest. */
export function AnomaliesPanel({ exploration }: { exploration: Exploration }) {
  const data = exploration.data.value;
  if (!data) return <p>{t('The images of the data are scored here. There are none yet.')}</p>;
  return <Anomalies key={data.info.data} exploration={exploration} data={data} />;
}

/** All scores, the strangest image first. */
function scoreRows(scores: Scores): (string | number)[][] {
  const { places, labels } = scores.data;
  return [
    ['image', ...(labels ? ['class'] : []), scores.unit],
    ...Array.from(scores.ranking(), (i) => [
      places[i]!,
      ...(labels ? [labels[i]!] : []),
      scores.values[i]!,
    ]),
  ];
}

function Anomalies({ exploration, data }: { exploration: Exploration; data: ShownData }) {
  const scores = useMemo(() => new Scores(exploration, data), [exploration, data]);
  const worst = useSignal<{ indices: number[]; made: Numbers } | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    scores.run(stop.signal);
    return () => stop.abort();
  }, [scores]);
  useSignalEffect(() => {
    if (scores.done.value < scores.count) return;
    const indices = Array.from(scores.ranking().subarray(0, listed));
    const labels =
      exploration.info.classes === undefined ? undefined : indices.map((i) => data.labels![i]!);
    exploration.service
      .reconstruct(exploration.id, rowsOf(data.images, indices), labels)
      .then((made) => {
        worst.value = { indices, made };
      })
      .catch((error: Error) => {
        scores.problem.value = error.message;
      });
  });
  const done = scores.done.value;
  const unit = exploration.hasElbo ? nats : '';
  const text = (value: number) => `${numberText(value)}${unit}`;
  const middle = worst.value && scores.values[scores.ranking()[Math.floor(scores.count / 2)]!]!;
  return (
    <>
      <p class="small">
        {exploration.hasElbo
          ? rich('Images with a low {elbo} are unlike what the model has learned.', {
              elbo: <Term name="elbo" />,
            })
          : rich(
              'This model gives no bound on log p(x), so images are scored by the {error} of their reconstruction: a high one is strange.',
              { error: <Term name="squaredError">{t('squared error')}</Term> },
            )}
      </p>
      {scores.problem.value && <Notice kind="error">{scores.problem.value}</Notice>}
      {done < scores.count && !scores.problem.value && (
        <label class="small">
          {t('Scored {done} of {count} images', { done, count: scores.count })}
          <progress max={scores.count} value={done} />
        </label>
      )}
      {worst.value && (
        <>
          <p class="small number">
            {exploration.hasElbo
              ? t('Half of the {count} images are above {middle}. The strangest:', {
                  count: scores.count,
                  middle: text(middle!),
                })
              : t('Half of the {count} images are below {middle}. The strangest:', {
                  count: scores.count,
                  middle: text(middle!),
                })}
          </p>
          <ol class="worst">
            {worst.value.indices.map((index, i) => (
              <li key={index}>
                <button type="button" onClick={() => exploration.pick(index)}>
                  <span class="pair">
                    <Pictures
                      images={rowsOf(data.images, [index])}
                      label={t('Image {place}', { place: String(data.places[index]) })}
                    />
                    <Pictures
                      images={rowsOf(worst.value!.made, [i])}
                      label={t('its reconstruction')}
                    />
                  </span>
                  <span class="small number">
                    {data.labels && (
                      <>{data.info.classNames?.[data.labels[index]!] ?? data.labels[index]} · </>
                    )}
                    #{data.places[index]}
                    <br />
                    {text(scores.values[index]!)}
                  </span>
                </button>
              </li>
            ))}
          </ol>
          <div>
            <ExportButton
              name={`${exploration.run.name}-scores`}
              what={t('the scores')}
              exports={{ csv: () => csvFile(() => scoreRows(scores)) }}
            />
          </div>
        </>
      )}
    </>
  );
}
