import { type ClassLook, classLook } from '../../../../../src/report/class-colours.js';
import type { Exploration } from '../exploration.js';

/** The look of a group's points, else of a class's: the map is dark in every theme. */
export function lookOf({ grouping }: Exploration, label: number | undefined): ClassLook {
  return grouping.value?.looks[label ?? 0] ?? classLook(label, 'onDark');
}
