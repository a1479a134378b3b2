import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../../src/base/random.js';
import { latentSpace, UserError } from '../../../src/index.js';

const {
  axesPlane,
  latentPath,
  latentsAt,
  placeOn,
  placesOn,
  planeThrough,
  posteriorEllipse,
  principalComponents,
  principalPlane,
} = latentSpace;

function normal(name: string, count: number): Float32Array {
  const values = new Float32Array(count);
  fillNormal(randomStream(0, name), values);
  return values;
}

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 5) => {
  expect(actual.length).toBe(expected.length);
  Array.from(expected).forEach((value, i) => {
    expect(actual[i]!).toBeCloseTo(value, digits);
  });
};

/** Points around (1, 2, 3), widest along (3, 4, 0) / 5, then along (0, 0, 1), flat along the rest. */
function cloud(count: number): Tensor {
  const [wide, narrow] = [normal('wide', count), normal('narrow', count)];
  const values = Array.from({ length: count }, (_, i) => [
    1 + 0.6 * 3 * wide[i]!,
    2 + 0.8 * 3 * wide[i]!,
    3 + narrow[i]!,
  ]);
  return new Tensor('float32', Float32Array.from(values.flat()), [count, 3]);
}

describe('principalComponents', () => {
  test('finds the directions in which points were drawn, the widest first', async () => {
    const { mean, directions, variances } = await principalComponents(cloud(20_000));
    close(mean, [1, 2, 3], 1);
    close(directions[0]!, [0.6, 0.8, 0], 1);
    close(directions[1]!, [0, 0, 1], 1);
    expect(variances[0]).toBeCloseTo(9, 0);
    expect(variances[1]).toBeCloseTo(1, 1);
    expect(variances[2]).toBeCloseTo(0, 5);
  });

  test('keeps all of the variance, in directions at right angles', async () => {
    const points = new Tensor('float32', normal('points', 50 * 6), [50, 6]);
    const { directions, variances } = await principalComponents(points);
    for (const [i, a] of directions.entries()) {
      expect(a.reduce((most, v) => (Math.abs(v) > Math.abs(most) ? v : most))).toBeGreaterThan(0);
      for (const [j, b] of directions.entries()) {
        const product = a.reduce((total, value, k) => total + value * b[k]!, 0);
        expect(product).toBeCloseTo(+(i === j), 9);
      }
    }
    const values = points.data as Float32Array;
    const variance = (axis: number) => {
      const column = values.filter((_, i) => i % 6 === axis);
      const middle = column.reduce((a, b) => a + b) / 50;
      return column.reduce((total, value) => total + (value - middle) ** 2, 0) / 49;
    };
    const total = [0, 1, 2, 3, 4, 5].reduce((sum, axis) => sum + variance(axis), 0);
    expect(variances.reduce((a, b) => a + b)).toBeCloseTo(total, 4);
    expect(variances).toEqual([...variances].sort((a, b) => b - a));
  });

  test('refuses tensors that are no points', async () => {
    await expect(principalComponents(new Tensor('float32', [1, 2], [1, 2]))).rejects.toThrow(
      UserError,
    );
    await expect(
      principalComponents(new Tensor('float32', [1, NaN, 2, 3], [2, 2])),
    ).rejects.toThrow('finite');
    await expect(
      principalComponents(new Tensor('float32', [1, 2, 3, 4], [2, 2, 1])),
    ).rejects.toThrow('[N, latent]');
  });
});

describe('planes', () => {
  test('of two axes: latents at places, and places of latents', () => {
    const plane = axesPlane(4, [2, 0]);
    const z = latentsAt(plane, [1, 2, -3, 0.5]);
    expect(z.dims).toEqual([2, 4]);
    close(z.data as Float32Array, [2, 0, 1, 0, 0.5, 0, -3, 0]);
    close(placesOn(plane, z), [1, 2, -3, 0.5]);
  });

  test('through a point hold it, at the place it had', async () => {
    const components = await principalComponents(cloud(500));
    for (const plane of [axesPlane(3, [1, 2]), principalPlane(components)]) {
      const z = [0.3, -1.2, 2];
      const moved = planeThrough(plane, z);
      const place = placeOn(plane, z);
      close(placeOn(moved, z), place);
      close(latentsAt(moved, place).data as Float32Array, z);
    }
  });

  test('of components go through the mean', async () => {
    const points = cloud(500);
    const components = await principalComponents(points);
    const plane = principalPlane(components, [0, 1]);
    close(placeOn(plane, components.mean), [0, 0]);
    // The cloud is flat: its points lie on the plane.
    close(
      latentsAt(plane, placesOn(plane, points)).data as Float32Array,
      points.data as Float32Array,
      4,
    );
  });

  test('need two different directions', () => {
    expect(() => axesPlane(2, [0, 2])).toThrow('two different latents of 0 to 1, not 0 and 2');
    expect(() => axesPlane(2, [1, 1])).toThrow(UserError);
    expect(() => axesPlane(1)).toThrow(UserError);
  });
});

describe('posteriorEllipse', () => {
  test('along the axes has their standard deviations', () => {
    const log = (deviation: number) => 2 * Math.log(deviation);
    const wide = posteriorEllipse(axesPlane(3, [0, 2]), [1, 2, 3], [2, 9, 0.5].map(log));
    close([wide.x, wide.y, wide.major, wide.minor, wide.angle], [1, 3, 2, 0.5, 0]);
    const tall = posteriorEllipse(axesPlane(3, [2, 0]), [1, 2, 3], [2, 9, 0.5].map(log));
    close(
      [tall.x, tall.y, tall.major, tall.minor, Math.abs(tall.angle)],
      [3, 1, 2, 0.5, Math.PI / 2],
    );
  });

  test('on a slanted plane holds the covariance of draws', () => {
    const [mean, deviation] = [
      [0.5, -1, 2],
      [0.2, 1.5, 0.7],
    ];
    const plane = { origin: [1, 0, 0], right: [0.6, 0.8, 0], up: [-0.48, 0.36, 0.8] };
    const noise = normal('draws', 3 * 100_000);
    const draws = noise.map((value, i) => mean![i % 3]! + value * deviation![i % 3]!);
    const places = placesOn(plane, new Tensor('float32', draws, [100_000, 3]));
    const { x, y, major, minor, angle } = posteriorEllipse(
      plane,
      mean!,
      deviation!.map((d) => 2 * Math.log(d)),
    );
    // Draws have the ellipse's deviations along its diameters, and no covariance.
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    let [along, across, both] = [0, 0, 0];
    for (let i = 0; i < 100_000; i++) {
      const [dx, dy] = [places[2 * i]! - x, places[2 * i + 1]! - y];
      along += (dx * cos + dy * sin) ** 2 / 100_000;
      across += (dy * cos - dx * sin) ** 2 / 100_000;
      both += ((dx * cos + dy * sin) * (dy * cos - dx * sin)) / 100_000;
    }
    expect(Math.sqrt(along) / major).toBeCloseTo(1, 2);
    expect(Math.sqrt(across) / minor).toBeCloseTo(1, 2);
    expect(both).toBeCloseTo(0, 2);
    expect(major).toBeGreaterThan(1.2 * minor);
  });

  test('of a deterministic encoder is a point', () => {
    const { major, minor } = posteriorEllipse(axesPlane(2), [1, 2], [-Infinity, -Infinity]);
    expect([major, minor]).toEqual([0, 0]);
  });
});

describe('latentPath', () => {
  test('goes straight in equal steps', () => {
    const path = latentPath([0, 2], [4, 0], 5);
    expect(path.dims).toEqual([5, 2]);
    close(path.data as Float32Array, [0, 2, 1, 1.5, 2, 1, 3, 0.5, 4, 0]);
  });

  test('goes along the arc in equal angles, keeping the length', () => {
    const path = latentPath([2, 0, 0], [0, 2, 0], 4, 'spherical').data as Float32Array;
    const turn = (degrees: number) => [
      2 * Math.cos((degrees * Math.PI) / 180),
      2 * Math.sin((degrees * Math.PI) / 180),
      0,
    ];
    close(path, [0, 30, 60, 90].flatMap(turn));
  });

  test.each([
    ['one direction', [1, 0], [3, 0], [2, 0]],
    ['opposite directions', [1, 0], [-1, 0], [0, 0]],
    ['none', [0, 0], [0, 2], [0, 1]],
  ])('spherical is straight for %s', (_, from, to, middle) => {
    const path = latentPath(from, to, 3, 'spherical').data as Float32Array;
    close(path, [...from, ...middle, ...to]);
  });

  test('refuses ends and counts that give no path', () => {
    expect(() => latentPath([0], [0, 1], 3)).toThrow('one length, not of 1 and 2');
    expect(() => latentPath([0], [1], 1)).toThrow(UserError);
  });
});
