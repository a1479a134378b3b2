import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Ended, ended } from '../cli/process.js';

/** A user with nothing: all that a program may write without asking lies in one folder. */
export interface Place {
  readonly home: string;
  readonly temporary: string;
  /** Folder where the program is started. */
  readonly work: string;
  readonly trace: string;
}

export async function emptyPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'vaekit-place-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [home, temporary, work] = ['home', 'temporary', 'work'].map((name) => join(folder, name));
  for (const each of [home!, temporary!, work!]) await mkdir(each);
  return { home: home!, temporary: temporary!, work: work!, trace: join(folder, 'trace') };
}

/** Variables by which the runtime knows a machine that tests: it sends nothing there. */
const signsOfTests =
  /^(CI|TF_BUILD|GITHUB_ACTIONS|GITLAB_CI|CIRCLECI|TRAVIS|JENKINS_URL|CODEBUILD_BUILD_ID|BUILDKITE|TEAMCITY_VERSION|APPVEYOR|BITBUCKET_BUILD_NUMBER|SYSTEM_TEAMFOUNDATIONCOLLECTIONURI|ORT_.*)$/;

/** The environment of a user in an empty place. */
function environmentIn({ home, temporary }: Place): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !signsOfTests.test(name) && !/^(XDG_.*|VITEST.*|NODE_.*)$/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    ...{ HOME: home, USERPROFILE: home, APPDATA: home, LOCALAPPDATA: home },
    ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
  };
}

/** The reason why nothing is traced here; empty when it is. */
export const noTrace =
  spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
    ? ''
    : 'no strace is installed, or it may trace nothing here';

const calls = ['network', 'open', 'openat', 'creat', 'mkdir', 'mkdirat'];

/**
 * Runs a script of Node in an empty place, watched where that can be.
 * @param more variables of its environment
 */
export function run(
  place: Place,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
): { readonly end: Promise<Ended> } {
  const tracer = ['strace', '-f', '-qq', '-e', `trace=${calls.join()}`, '-o', place.trace];
  const command = [...(noTrace ? [] : tracer), process.execPath, ...args];
  const env = { ...environmentIn(place), ...more };
  return { end: ended(spawn(command[0]!, command.slice(1), { cwd: place.work, env })) };
}

/** Calls of the system that a traced program made. */
export interface Traced {
  /** Calls that have to do with the network. */
  readonly network: readonly string[];
  /** Paths that were opened to be written or made. */
  readonly written: readonly string[];
}

/** Calls that make sockets known to the network; sockets between a process and its child are pairs. */
const networkCall = /^\d+ +(socket|connect|bind|listen|send\w*|recv\w*)\(/;
const writtenPath =
  /^\d+ +(?:(?:open|openat)\([^"]*"([^"]*)"[^"]*\bO_(?:WRONLY|RDWR|CREAT)\b|(?:creat|mkdir|mkdirat)\([^"]*"([^"]*)")/;

export async function traced({ trace }: Place): Promise<Traced> {
  const lines = (await readFile(trace, 'utf8')).split('\n');
  return {
    network: lines.filter((line) => networkCall.test(line)),
    written: lines.flatMap((line) => {
      const [, opened, made] = writtenPath.exec(line) ?? [];
      return opened ?? made ?? [];
    }),
  };
}
