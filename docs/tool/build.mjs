// Builds the API documentation into docs/api; installs TypeDoc into this folder when it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('.', import.meta.url));

function run(command) {
  const { status } = spawnSync(command, { cwd, stdio: 'inherit', shell: true });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${cwd}node_modules/typedoc/package.json`)) run('npm ci');
run('npm exec --offline typedoc');
