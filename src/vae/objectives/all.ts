/* Every kind of objective: a line a file. */
export * from './adversarial.js';
export * from './autoencoder.js';
export * from './beta-tc-vae.js';
export * from './beta-vae.js';
export * from './capacity.js';
export * from './ciwae.js';
export * from './conditional.js';
export * from './dip-vae.js';
export * from './factor-vae.js';
export * from './free-bits.js';
export * from './info-vae.js';
export * from './iwae.js';
export * from './miwae.js';
export * from './piwae.js';
export * from './vae.js';
export * from './vq-vae.js';
export * from './wae-mmd.js';
