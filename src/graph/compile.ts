import { createSession } from '#runtime';
import type { Session, SessionOptions } from '../runtime/session.js';
import { toLoopModel, toModel } from './emit.js';
import type { LoopProgram, Program } from './program.js';

/** Makes a program runnable. @throws UserError when it uses an input that it does not list */
export function compile(program: Program, options?: SessionOptions): Promise<Session> {
  return createSession(toModel(program), options);
}

/** Makes a repeated step runnable. @throws UserError when it uses an input that it does not list */
export function compileLoop(program: LoopProgram, options?: SessionOptions): Promise<Session> {
  return createSession(toLoopModel(program), options);
}
