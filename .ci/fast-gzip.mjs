/*
 * Has npm pack at zlib's lowest level, where a tarball is for checks alone: `NODE_OPTIONS='--import <this file>'`. At
 * npm's level, which is the highest, packing takes twice as long.
 */
import zlib from 'node:zlib';

zlib.Gzip = class extends zlib.Gzip {
  constructor(options) {
    super({ ...options, level: 1 });
  }
};
