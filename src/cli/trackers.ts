import { basename } from 'node:path';
import { UserError } from '../base/errors.js';
import { quote } from '../base/excerpt.js';
import { advice } from '../base/suggest.js';
import { type Tracker, tensorBoard } from '../tracking/index.js';
import { type MlflowServer, mlflow, mlflowSender } from '../tracking/remote/mlflow.js';
import type { Sender } from '../tracking/remote/sending.js';
import { timeouts } from '../tracking/remote/timeouts.js';
import { type WandbServer, wandb, wandbSender } from '../tracking/remote/wandb.js';
import { shellWord } from './shell-word.js';

type Tell = (line: string) => void;

/** A tracker that the command line has by name. */
interface NamedTracker {
  /** @throws UserError when it is not set up */
  create(out: string, onTrouble: Tell): Tracker;
  /** Tells whether it is turned off, by a variable of its own. */
  isOff?(): boolean;
  /** A line on where the run can be seen. */
  seen(out: string): string;
  /** Sends the lines kept in a run's folder, for trackers of servers. @throws UserError when it is not set up */
  sender?(out: string): Sender;
}

/** The MLflow server that its own variables name. @throws UserError when none is named */
function mlflowServer(out: string): MlflowServer {
  const {
    MLFLOW_TRACKING_URI: uri = '',
    MLFLOW_EXPERIMENT_NAME: experiment,
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: name,
    MLFLOW_TRACKING_PASSWORD: password = '',
  } = process.env;
  if (!/^https?:\/\//.test(uri)) {
    throw new UserError(
      `--track mlflow: MLFLOW_TRACKING_URI is ${uri === '' ? 'not set' : quote(uri)}. Set it to the server's address, such as http://localhost:5000.`,
    );
  }
  return {
    uri,
    run: basename(out),
    files: out,
    ...(experiment ? { experiment } : {}),
    ...(token ? { token } : {}),
    ...(name ? { user: { name, password } } : {}),
  };
}

/** The modes of Weights & Biases: sent at once, kept for `vaekit track sync`, or nothing at all. */
const wandbModes = ['online', 'offline', 'disabled'];

/** @throws UserError when it is none */
function wandbMode(): string {
  const { WANDB_MODE: mode = 'online' } = process.env;
  if (wandbModes.includes(mode)) return mode;
  throw new UserError(`--track wandb: WANDB_MODE is ${quote(mode)}. ${advice(mode, wandbModes)}`);
}

/** The project that the variables of Weights & Biases name. @throws UserError when there is no key */
function wandbServer(out: string): WandbServer {
  const {
    WANDB_API_KEY: apiKey = '',
    WANDB_BASE_URL: baseUrl,
    WANDB_ENTITY: entity,
    WANDB_PROJECT: project,
    WANDB_NAME: name,
  } = process.env;
  if (baseUrl && !/^https?:\/\//.test(baseUrl)) {
    throw new UserError(
      `--track wandb: WANDB_BASE_URL is ${quote(baseUrl)}. Set it to an address, such as https://api.wandb.ai.`,
    );
  }
  return {
    apiKey,
    run: name || basename(out),
    files: out,
    ...(baseUrl ? { baseUrl } : {}),
    ...(entity ? { entity } : {}),
    ...(project ? { project } : {}),
  };
}

/** The same, to be told at once. */
function wandbOnline(out: string): WandbServer {
  const server = wandbServer(out);
  if (server.apiKey !== '') return server;
  throw new UserError(
    '--track wandb: WANDB_API_KEY is not set. Set it to your key, or set WANDB_MODE=offline to send the run later.',
  );
}

const journalOf = (out: string, name: string) => `${out}/tracking/${name}`;

/** Trackers by the names that `--track` takes. */
const known: Readonly<Record<string, NamedTracker>> = {
  tensorboard: {
    create: (out) => tensorBoard({ folder: `${out}/tensorboard` }),
    seen: (out) => `TensorBoard shows the run: tensorboard --logdir ${shellWord(out)}`,
  },
  mlflow: {
    create: (out, onTrouble) =>
      mlflow({ ...mlflowServer(out), folder: journalOf(out, 'mlflow'), onTrouble }),
    seen: (out) => `MLflow shows the run: ${mlflowServer(out).uri}`,
    sender: (out) => mlflowSender(mlflowServer(out), timeouts.alone),
  },
  wandb: {
    isOff: () => wandbMode() === 'disabled',
    create: (out, onTrouble) => {
      const isOffline = wandbMode() === 'offline';
      const server = isOffline ? wandbServer(out) : wandbOnline(out);
      return wandb({ ...server, folder: journalOf(out, 'wandb'), onTrouble, isOffline });
    },
    seen: (out) =>
      wandbMode() === 'offline'
        ? `Kept for Weights & Biases: vaekit track sync ${shellWord(out)} sends it.`
        : `Weights & Biases shows the run ${wandbServer(out).run}: project ${wandbServer(out).project ?? 'vaekit'}`,
    sender: (out) => wandbSender(wandbOnline(out), timeouts.alone),
  },
};

/** The names of all trackers. */
const trackerNames = Object.keys(known);

/** The tracker of a name. @throws UserError when there is none */
export function namedTracker(name: string): NamedTracker {
  if (Object.hasOwn(known, name)) return known[name]!;
  throw new UserError(`--track: there is no tracker ${quote(name)}. ${advice(name, trackerNames)}`);
}

/** Trackers of servers, each with the folder of a run in which it keeps unsent lines. */
export const serverTrackers = (out: string) =>
  Object.entries(known).flatMap(([name, { sender }]) =>
    sender ? [{ name, sender, folder: journalOf(out, name) }] : [],
  );
