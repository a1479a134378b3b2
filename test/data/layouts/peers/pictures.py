"""Compares how pictures were read with Pillow.

LAYOUTS=folder npx vitest run test/data/layouts
python test/data/layouts/peers/pictures.py folder
"""

import json
import pathlib
import sys

import numpy as np
from PIL import Image

root = pathlib.Path(sys.argv[1])
grounds = {'white': (255, 255, 255), 'black': (0, 0, 0)}
deep_modes = ('F', 'I', 'I;16', 'I;16B', 'I;16L')


def ground_of(text):
    return grounds.get(text) or tuple(bytes.fromhex(text[1:]))


def upright(path):
    image = Image.open(path)
    image.seek(0)
    return image if image.getexif().get(0x0112, 1) == 1 else image.transpose(
        {6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}[image.getexif()[0x0112]]
    )


def range_of(paths):
    """The black and white of pictures of more than 8 bits, by the rules of docs/data/pictures.md."""
    values = [np.asarray(image, 'f8') for image in map(upright, paths) if image.mode in deep_modes]
    values = [each for each in values if np.isfinite(each).all()]
    if not values:
        return 0, 1
    low, high = min(each.min() for each in values), max(each.max() for each in values)
    is_real = any(image.mode == 'F' for image in map(upright, paths))
    if is_real:
        return (0, 1) if low >= 0 and high <= 1 else (min(0, low), high)
    if low < 0:
        return low, high
    bits = next(bits for bits in (8, 10, 12, 14, 16) if high < 2**bits)
    return 0, 2**bits - 1


def expected(path, found, options, span):
    channels, height, width = found['shape']
    image = upright(path)
    resize, crop = options.get('resize'), options.get('crop')
    if image.mode in deep_modes:
        image = Image.fromarray(np.asarray(image).astype('f4'))
    elif image.mode != 'L':
        image = image.convert('RGBA')
        ground = Image.new('RGBA', image.size, ground_of(options.get('background', 'white')) + (255,))
        image = Image.alpha_composite(ground, image).convert('RGB' if channels == 3 else 'L')
    elif channels == 3:
        image = image.convert('RGB')
    if resize:
        box = None
        if crop:
            scale = max(width / image.width, height / image.height)
            w, h = width / scale, height / scale
            box = ((image.width - w) / 2, (image.height - h) / 2, (image.width + w) / 2, (image.height + h) / 2)
        image = image.resize((width, height), Image.Resampling.BILINEAR, box)
    values = np.asarray(image, 'f8')
    values = (values - span[0]) / (span[1] - span[0]) if image.mode == 'F' else values / 255
    return values.reshape(height, width, channels).transpose(2, 0, 1).ravel()


same, other, unread = 0, [], []
for place in sorted(root.glob('*pictures*/*/found.json')):
    found = json.loads(place.read_text())
    if 'refused' in found or not found.get('origins'):
        continue
    folder = place.parent / 'data' / found['open']
    folder = folder.parent if folder.is_file() else folder
    values = np.array(found['values']).reshape(-1, int(np.prod(found['shape'])))
    pictures = [each for each in folder.rglob('*') if each.suffix.lower() in ('.png', '.tif', '.tiff')]
    for values, origin in zip(values, found['origins']):
        path = folder / origin
        if not path.exists():
            # The folder's name is in the other form of Unicode.
            continue
        try:
            readable = [each for each in pictures if not each.name.startswith('.')]
            is_deep = upright(path).mode in deep_modes and path.suffix != '.pgm'
            span = range_of(readable) if is_deep else (0, 65535 if path.suffix == '.pgm' else 1)
            wanted = expected(path, found, found['options'], span)
        except Exception as error:
            unread.append(f"{found['title']}: {origin}: {error}")
            continue
        if path.suffix == '.png' and path.read_bytes()[24] == 16 and not is_deep:
            unread.append(f"{found['title']}: {origin}: 8 of its 16 bits alone")
            continue
        far = np.abs(wanted - values).max()
        if far < 1e-5:
            same += 1
        else:
            other.append(f"{found['title']}: {origin}: {far:.5f} apart")

print(f'{same} pictures agree with Pillow')
print(f'{len(other)} differ', *other, sep='\n  ')
print(f'{len(unread)} are not read by Pillow', *unread, sep='\n  ')
