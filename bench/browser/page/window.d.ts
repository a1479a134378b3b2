import type { Line } from '../../measure.mjs';
import type { Task } from './main.mjs';

declare global {
  interface Window {
    /** The lines that a contestant tells. */
    measure(task: Task): Promise<Line[]>;
  }
}
