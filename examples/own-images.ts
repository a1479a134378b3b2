import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { adam, conv2d, datasets, dense, report, reshape, VAE } from 'vaekit';

const { EPOCHS = 20, IMAGES = 3000 } = process.env;
const folder = 'runs/examples/shapes';

// Stands for your own pictures: a subfolder for each class, with files of any size.
const shapes = {
  disc: '<circle r="16"/>',
  ring: '<circle r="14" fill="none" stroke-width="6"/>',
  square: '<rect x="-15" y="-15" width="30" height="30"/>',
};
for (const [name, shape] of Object.entries(shapes)) {
  await mkdir(`${folder}/${name}`, { recursive: true });
  for (let i = 0; i < Number(IMAGES) / 3; i++) {
    const along = (step: number) => (i * step) % 1;
    const colour = `hsl(${Math.round(360 * along(0.57))} 80% 50%)`;
    const place = `translate(${20 + 24 * along(0.618)} ${20 + 24 * along(0.755)})`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">
      <rect width="64" height="64"/>
      <g transform="${place}" fill="${colour}" stroke="${colour}" stroke-width="0">${shape}</g>
    </svg>`;
    await sharp(Buffer.from(svg)).png().toFile(`${folder}/${name}/${i}.png`);
  }
}

const { train: pictures } = await datasets.openDataset(folder, { resize: 32 });
console.log(`${pictures.size} pictures of shape [${pictures.shape.join(', ')}]`);
console.log(`classes: ${pictures.classNames?.join(', ')}`);
const { train, validation } = datasets.split(pictures, 0.1);

const halve = { stride: 2, padding: 'same', activation: 'relu' } as const;
const vae = new VAE({
  input: [3, 32, 32],
  latent: 8,
  encoder: [conv2d(16, halve), conv2d(32, halve), dense(64, { activation: 'relu' })],
  decoder: [dense(128, { activation: 'relu' }), dense(3 * 32 * 32), reshape([3, 32, 32])],
});
const { epochs } = await vae.fit(train, {
  epochs: Number(EPOCHS),
  optimizer: adam({ learningRate: 0.002 }),
  augment: { flip: 'both' },
  validation,
  earlyStopping: { patience: 5 },
});
console.log(`first epoch: val_loss ${epochs.at(0)?.val_loss?.toFixed(1)}`);
console.log(`last epoch: val_loss ${epochs.at(-1)?.val_loss?.toFixed(1)}`);

// Ten pictures of each class in turn: a dataset keeps its order, so the first ten are alike.
const few = datasets.ofEachClass(validation, 10);
const images = await datasets.readRange(few, 0, few.size);
const reconstructions = await vae.reconstruct(images);
const png = await report.reconstructionsPicture(images, reconstructions);
await writeFile('runs/examples/own-images.png', png);
