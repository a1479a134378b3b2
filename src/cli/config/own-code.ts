import { realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { exists } from '#files';
import { UserError } from '../../base/errors.js';
import type { LoadOptions } from '../../vae/index.js';
import { describeOwnCode, type OwnCode, ownCodeOf } from '../../vae/own-code.js';
import { readConfig } from './config-file.js';
import { codeConfigNames, findCodeConfig } from './config-names.js';

/** Tells whether the working folder is the run's own, or inside of it. */
async function standsIn(run: string): Promise<boolean> {
  // Settings of a training may be the config.json of a run.
  const folder = basename(run) === 'config.json' ? dirname(run) : run;
  const [place, here] = await Promise.all([realpath(folder).catch(() => folder), realpath('.')]);
  return here === place || here.startsWith(place.endsWith(sep) ? place : place + sep);
}

/** A config of code in the run's folder or beside it, which is not run unless it is named. */
async function configNear(run: string): Promise<string | undefined> {
  for (const folder of [run, join(run, '..')]) {
    for (const name of codeConfigNames) {
      const path = join(folder, name);
      if (await exists(path)) return path;
    }
  }
  return undefined;
}

/** The names that a run needs and a file does not define. */
function missingOf(needs: OwnCode, code: LoadOptions): OwnCode {
  const { layers, objective } = needs;
  return {
    layers: layers.filter((name) => !Object.hasOwn(code.layers ?? {}, name)),
    ...(objective === undefined || code.objective?.type === objective ? {} : { objective }),
  };
}

/**
 * The layers and the objective of a run that are code of the user's own. A run folder never brings
 * code that is run by itself: they come from the file that `--config` names or, where a run needs
 * any, from the config file of the working folder, unless that is the run's own folder.
 * @param run the run's place, for messages
 * @param model as the run's `config.json` has it
 * @param config the file that is named
 * @throws UserError when there is no such file, or it does not define all that the run needs
 */
export async function ownCode(
  run: string,
  model: unknown,
  config: string | undefined,
): Promise<LoadOptions> {
  const needs = ownCodeOf(model);
  const needed = describeOwnCode(needs);
  if (needed === '' && config === undefined) return {};
  const found = config ?? ((await standsIn(run)) ? undefined : await findCodeConfig());
  if (found === undefined) {
    const near = await configNear(run);
    const which = near ? ` Name it, if you trust it: --config ${near}` : '';
    throw new UserError(
      `${run} has ${needed} of its own, which is code and no part of a run.${which || ' Give the file that defines it: --config vae.config.ts'}.`,
    );
  }
  const { code } = await readConfig(found);
  const missing = describeOwnCode(missingOf(needs, code));
  if (missing !== '') {
    throw new UserError(
      `${found} does not define ${missing}, which ${run} has. Give the file that does: --config vae.config.ts.`,
    );
  }
  if (config === undefined) process.stderr.write(`Code of the run's own from ${found}.\n`);
  return code;
}
