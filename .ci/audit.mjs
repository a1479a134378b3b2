/*
 * Fails on known vulnerabilities of packages that are installed with this one, or shipped in it (see
 * packaging/vendor.mjs), where the registry tells.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names of packages of which parts are in the build, by the licences beside them. */
function shipped() {
  const files = ['onnx-proto', 'vega'].map((name) => `../dist/vendor/${name}/LICENSE.md`);
  const texts = files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/^## (\S+) - \d/gm)].map(([, name]) => name),
  );
  return new Set([...names, 'onnxruntime-node', 'onnxruntime-web']);
}

function audit(...options) {
  const { stdout } = spawnSync('npm', ['audit', '--json', ...options], { encoding: 'utf8' });
  return JSON.parse(stdout || '{}');
}

const [installed, all] = [audit('--omit=dev'), audit()];
if (installed.metadata && all.metadata) {
  const inside = shipped();
  const found = [
    ...Object.keys(installed.vulnerabilities),
    ...Object.keys(all.vulnerabilities).filter((name) => inside.has(name)),
  ];
  console.log(
    `${found.length} with known vulnerabilities${found.map((name) => ` ${name}`).join()}`,
  );
  process.exitCode = found.length > 0 ? 1 : 0;
} else {
  const { error, message } = installed;
  console.log(`the registry does not answer: ${error?.summary || message || 'no reason given'}`);
}
