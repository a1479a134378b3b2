"""Writes picture-samples.ts: small files of kinds that the tests do not encode themselves.

python test/data/layouts/peers/picture_samples.py > test/data/layouts/picture-samples.ts
needs numpy, Pillow (with AVIF) and pyarrow.
"""

import base64
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

samples = {}


def keep(name, about, image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    samples[name] = (about, out.getvalue())


gray = Image.fromarray(np.array([[0, 51, 102], [153, 204, 255]], 'u1'))
halves = np.zeros((16, 16, 3), 'u1')
halves[:, 8:] = 255
frames = [Image.new('RGB', (2, 1), color) for color in ('#f00', '#00f', '#0f0')]
more = dict(save_all=True, append_images=frames[1:])

keep('grayJpeg', 'JPEG of gray 102, 16×16, saved as colour', Image.new('RGB', (16, 16), (102,) * 3), 'JPEG', quality=95)
keep('plainGrayJpeg', 'JPEG of gray 102, 16×16, of one component', Image.new('L', (16, 16), 102), 'JPEG', quality=95)
exif = Image.Exif()
exif[0x0112] = 6
keep('turnedJpeg', 'JPEG 16 wide and 8 high that EXIF turns upright by a quarter', Image.new('L', (16, 8), 102), 'JPEG', exif=exif)
keep('cmykJpeg', 'JPEG of CMYK, no ink at all, 16×16', Image.new('CMYK', (16, 16), (0, 0, 0, 0)), 'JPEG', quality=95)
keep('palettePng', 'PNG with a palette of red and blue', frames[0].resize((1, 1)).convert('P', palette=Image.ADAPTIVE), 'PNG')
keep('grayPalettePng', 'PNG with a palette of grays', gray.convert('P'), 'PNG')
clear = Image.new('P', (2, 1))
clear.putpalette([255, 0, 0, 0, 0, 255])
clear.putdata([0, 1])
keep('clearPalettePng', 'PNG with a palette of which the second colour is transparent', clear, 'PNG', transparency=1)
keep('bitPng', 'PNG of one bit: black, white', Image.fromarray(np.array([[0, 255]], 'u1')).convert('1'), 'PNG')
keep('grayAlphaPng', 'PNG of gray and alpha: 51 opaque, 51 transparent', Image.fromarray(np.array([[[51, 255], [51, 0]]], 'u1'), 'LA'), 'PNG')
keep('movingPng', 'APNG of three frames, the first red', frames[0], 'PNG', **more)
keep('movingGif', 'GIF of three frames, the first red', frames[0], 'GIF', **more)
keep('movingWebp', 'WebP of three frames, the first red', frames[0], 'WEBP', lossless=True, **more)
keep('webp', 'WebP without loss: red', frames[0], 'WEBP', lossless=True)
keep('avif', 'AVIF of white, 16×16', Image.new('RGB', (16, 16), 'white'), 'AVIF', quality=100)
keep('lzwTiff', 'TIFF by LZW with a predictor', gray, 'TIFF', compression='tiff_lzw')
keep('deflateTiff', 'TIFF by deflate of 16 bits', Image.fromarray(np.array([[0, 1000, 4095]], 'u2')), 'TIFF', compression='tiff_adobe_deflate')
keep('paletteTiff', 'TIFF with a palette: red', frames[0].convert('P', palette=Image.ADAPTIVE), 'TIFF')
keep('bitTiff', 'TIFF of one bit: black, white', Image.fromarray(np.array([[0, 255]], 'u1')).convert('1'), 'TIFF')
keep('bmp', 'BMP of gray values in a palette', gray, 'BMP')
table = io.BytesIO()
pq.write_table(pa.table({'x': [1.0, 2.0], 'y': [3.0, 4.0]}), table, compression='none', write_statistics=False, store_schema=False)
samples['parquet'] = ('Parquet of x 1, 2 and y 3, 4', table.getvalue())

print('// Small files of kinds that tests do not encode themselves; peers/picture_samples.py writes this file.')
print("import { fromBase64 } from './picture-files.js';\n")
print('const texts = {')
for name, (about, content) in samples.items():
    print(f'  /** {about}. */')
    print(f"  {name}: '{base64.b64encode(content).decode()}',")
print('} as const;\n')
print('/** The bytes of a small file. */')
print('export const sample = (name: keyof typeof texts): Uint8Array => fromBase64(texts[name]);')
