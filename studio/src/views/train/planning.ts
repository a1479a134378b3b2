import { useEffect, useState } from 'preact/hooks';
import { fileName } from '../../../../src/base/paths.js';
import { firstViewShown } from '../../app/first-view.js';
import type { DataFacts } from '../../data/info.js';
import { type DataEntry, dataEntry } from '../../data/store.js';
import { helper } from '../../model/helper.js';
import { freeName } from '../../runs/store.js';
import { start } from '../../train/session.js';
import type { Plan, TrainSettings } from '../../train/settings.js';

/** The name of a run of these settings: `mnist-dense`, or `mnist-dense-2` when there is one. */
function nameFor(data: string, preset: string, title: string): string {
  return freeName(`${fileName(data.startsWith('kept:') ? title : data)}-${preset}`);
}

/** Tells plans apart: by the settings, and by the data that these are for. */
function keyOf(settings: TrainSettings, data: DataEntry | undefined): string {
  return JSON.stringify([settings, data?.shape, data?.size, data?.table]);
}

/** Facts of data that a plan depends on. */
export const factsOf = (data: DataEntry): DataFacts => {
  const { shape, size, hasTest, classes, values, table } = data;
  return { shape, size, hasTest, classes, values, table };
};

/** The plan of settings for data. @throws UserError when they cannot be planned */
export const planFor = (settings: TrainSettings, data: DataEntry): Promise<Plan> =>
  helper().service.plan(settings, factsOf(data));

/** A plan of settings that are shown, and the way from it to a run. */
export interface Planning {
  /** The latest plan: it stays in sight until the settings that are shown are planned. */
  readonly plan: Plan | undefined;
  /** The settings that the plan is of. */
  readonly planned: TrainSettings | undefined;
  /** Tells whether it is a plan of the settings that are shown. */
  readonly isPlanned: boolean;
  /** The reason why the settings cannot be planned. */
  readonly problem: string | undefined;
  /** Starts a run of settings, which may be newer than the plan. */
  begin(settings: TrainSettings): Promise<void>;
}

/** Plans settings anew whenever they or their data change. */
export function usePlanning(shown: TrainSettings): Planning {
  const [made, setMade] = useState<{
    readonly for: string;
    readonly settings: TrainSettings;
    readonly plan: Plan;
  }>();
  const [problem, setProblem] = useState<string>();
  const data = dataEntry(shown.data);
  const wanted = keyOf(shown, data);
  useEffect(() => {
    let current = true;
    if (!data) return;
    firstViewShown
      .then(() => (current ? planFor(shown, data) : undefined))
      .then(
        (plan) => {
          if (!current || !plan) return;
          setMade({ for: wanted, settings: shown, plan });
          setProblem(undefined);
        },
        (error: Error) => current && setProblem(error.message),
      );
    return () => {
      current = false;
    };
  }, [wanted]);
  const begin = async (now: TrainSettings) => {
    const entry = dataEntry(now.data);
    if (!entry) return;
    try {
      const plan = made?.for === keyOf(now, entry) ? made.plan : await planFor(now, entry);
      start(plan, now, nameFor(now.data, plan.settings.preset, entry.title));
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const isPlanned = made?.for === wanted && problem === undefined;
  return { plan: made?.plan, planned: made?.settings, isPlanned, problem, begin };
}
