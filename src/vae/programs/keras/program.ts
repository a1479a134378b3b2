import type { Plan } from '../plan.js';
import type { Program } from '../target.js';
import { refuse } from '../plan.js';
export function kerasProgram(_plan: Plan): Program {
  return refuse('keras', 'x', 'y');
}
