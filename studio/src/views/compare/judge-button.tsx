import { useSignal } from '@preact/signals';
import { t } from '../../language/language.js';
import type { Compared } from './comparison.js';
import { figureTitle } from './judged-rows.js';

/** Judges a run, and tells how far it is. */
export type Judging = (
  run: Compared,
  onMeasure: (name: string, done: number, of: number) => void,
) => Promise<void>;

/** Judges the runs that are shown, one after another. */
export function JudgeButton({ runs, judge }: { runs: readonly Compared[]; judge: Judging }) {
  const stage = useSignal<string | undefined>(undefined);
  const start = async () => {
    for (const run of runs) {
      stage.value = run.run!.name;
      await judge(run, (name, done, of) => {
        stage.value = t('{run}: {measure}, {done} of {of}', {
          run: run.run!.name,
          measure: figureTitle(name),
          done,
          of,
        });
      });
    }
    stage.value = undefined;
  };
  return (
    <>
      <button type="button" disabled={stage.value !== undefined} onClick={start}>
        {t('Judge')}
      </button>
      <span class="small soft" role="status">
        {stage.value ?? t('More measures of each run, by examples that it is not trained on.')}
      </span>
    </>
  );
}
