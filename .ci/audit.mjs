/* Fails on known vulnerabilities of what is installed with the package, where the registry tells. */
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const { metadata, error, message } = JSON.parse(stdout || '{}');
if (metadata) {
  console.log(JSON.stringify(metadata.vulnerabilities));
  process.exitCode = metadata.vulnerabilities.total > 0 ? 1 : 0;
} else {
  console.log(`the registry does not answer: ${error?.summary || message || 'no reason given'}`);
}
