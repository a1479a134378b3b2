import type { Change } from './controls.js';

/** Plain data. */
type Data = Readonly<Record<string, unknown>>;

const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers that are in force in the place of planned ones. */
export interface NumbersInForce {
  readonly learningRate?: number;
  /** The objective's numbers by name. */
  readonly schedules: Readonly<Record<string, number>>;
}

/** The numbers that changes have led to, without numbers that were set back to their plan. */
export function numbersInForce(changes: readonly Change[]): NumbersInForce {
  let learningRate: number | null = null;
  const schedules = new Map<string, number>();
  for (const change of changes) {
    if (change.learningRate !== undefined) learningRate = change.learningRate;
    for (const [name, value] of Object.entries(change.schedules ?? {})) {
      if (value === null) schedules.delete(name);
      else schedules.set(name, value);
    }
  }
  return {
    ...(learningRate === null ? {} : { learningRate }),
    schedules: Object.fromEntries(schedules),
  };
}

/**
 * A run's settings with the numbers now in force, so that a config tells how the model was trained.
 * @param settings with a `model` as `config.json` has it, and an `optimizer`
 */
export function settingsInForce<Settings extends { model?: unknown; optimizer?: unknown }>(
  settings: Settings,
  { learningRate, schedules }: NumbersInForce,
): Settings {
  const { model, optimizer } = settings;
  return {
    ...settings,
    ...(isData(model) && isData(model.objective)
      ? { model: { ...model, objective: withSchedules(model.objective, schedules) } }
      : {}),
    ...(isData(optimizer) && learningRate !== undefined
      ? { optimizer: { ...optimizer, learningRate } }
      : {}),
  };
}

/** An objective with other numbers, also in the objectives inside of it. */
function withSchedules(objective: Data, schedules: NumbersInForce['schedules']): Data {
  const { objective: inner } = objective;
  const own = Object.entries(schedules).filter(([name]) => name in objective);
  return {
    ...objective,
    ...Object.fromEntries(own),
    ...(isData(inner) ? { objective: withSchedules(inner, schedules) } : {}),
  };
}
