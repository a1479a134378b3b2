/*
 * Runs commands of the built command line one after another, as the parent process asks. The entry is
 * evaluated anew for each command, as in a process of its own; its imports stay loaded.
 */
import { pathToFileURL } from 'node:url';

const main = process.argv[2];
const home = process.cwd();
const emitters = [process, process.stdout, process.stderr];
let count = 0;

/** @returns a function that takes away all listeners that are added from now on */
function keepListeners() {
  const kept = emitters.map((emitter) => {
    return new Map(emitter.eventNames().map((name) => [name, emitter.rawListeners(name)]));
  });
  return () => {
    for (const [i, emitter] of emitters.entries()) {
      for (const name of emitter.eventNames()) {
        for (const listener of emitter.rawListeners(name)) {
          if (!kept[i].get(name)?.includes(listener)) emitter.off(name, listener);
        }
      }
    }
  };
}

/** @returns a function that ends the collection, and gives all text written to the stream meanwhile */
function collect(stream) {
  const { write } = stream;
  let text = '';
  stream.write = (chunk, ...rest) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') queueMicrotask(done);
    return true;
  };
  return () => {
    stream.write = write;
    return text;
  };
}

function setEnvironment(env) {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

async function run({ cwd, args, env }) {
  process.chdir(cwd);
  setEnvironment(env);
  process.argv = [process.execPath, main, ...args];
  const restoreListeners = keepListeners();
  const ends = [process.stdout, process.stderr].map(collect);
  try {
    await import(`${pathToFileURL(main)}?${count++}`);
  } finally {
    restoreListeners();
  }
  const [stdout, stderr] = ends.map((end) => end());
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  process.chdir(home);
  return { code, stdout, stderr };
}

process.on('message', async (task) => process.send(await run(task)));
