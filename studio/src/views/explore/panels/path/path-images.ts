import { type ReadonlySignal, type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { latentPath, type PathKind } from '../../../../../../src/vae/latent-space/index.js';
import type { Numbers } from '../../../../model/api.js';
import { type Exploration, rowOf, type ShownData } from '../../exploration.js';

/** Images of a path, both ends with them. */
export const frames = 41;

/** Images along the path between two images of the data; the map shows the path too. */
export function usePathImages(
  exploration: Exploration,
  data: ShownData,
  pair: ReadonlySignal<readonly [from: number, to: number]>,
  kind: ReadonlySignal<PathKind>,
): Signal<Numbers | undefined> {
  const made = useSignal<Numbers | undefined>(undefined);
  useSignalEffect(() => {
    const [from, to] = pair.value;
    const path = latentPath(rowOf(data.mean, from), rowOf(data.mean, to), frames, kind.value);
    if (exploration.hasMap) exploration.path.value = path;
    const dims = [frames, ...exploration.latentShape];
    const z = { data: path.data as Float32Array, dims };
    const labels = exploration.labels(frames, exploration.label.value);
    let current = true;
    exploration.service.decode(exploration.id, z, labels).then(
      (images) => {
        if (current) made.value = images;
      },
      (error: Error) => {
        if (current) exploration.problem.value = error.message;
      },
    );
    return () => {
      current = false;
    };
  });
  useEffect(
    () => () => {
      exploration.path.value = undefined;
    },
    [exploration],
  );
  return made;
}
