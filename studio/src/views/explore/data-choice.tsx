import type { Exploration } from './exploration.js';

const published: Readonly<Record<string, string>> = {
  mnist: 'MNIST',
  'fashion-mnist': 'Fashion-MNIST',
};

/** Which images are on the map: the run's own, or others of the same shape. */
export function DataChoice({ exploration }: { exploration: Exploration }) {
  const own = exploration.ownData;
  const names = [...new Set([own, ...Object.keys(published)])];
  const data = exploration.data.value;
  const title = (name: string) =>
    published[name] ?? (data?.info.data === name ? data.info.title : name);
  return (
    <label class="field">
      {data?.part === 'train' ? 'Images' : 'Test images'}
      <select
        value={data?.info.data ?? own}
        onChange={(event) => {
          exploration.load(event.currentTarget.value);
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {title(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
