import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Target = string | { readonly browser: string; readonly default: string };

const { imports } = JSON.parse(
  readFileSync(new URL('./package.json', import.meta.url), 'utf8'),
) as { imports: Record<string, Target> };

/**
 * package.json's `imports` of one platform, with sources in the place of what is built of them. Parts
 * of other packages have none.
 */
export function sourceAliases(platform: 'browser' | 'default'): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports).map(([name, target]) => {
      const built = typeof target === 'string' ? target : target[platform];
      const isOurs = !/^\.\/dist\/(vendor|studio)\//.test(built);
      const source = isOurs ? built.replace('./dist/', './src/').replace(/\.js$/, '.ts') : built;
      return [name, fileURLToPath(new URL(source, import.meta.url))];
    }),
  );
}
