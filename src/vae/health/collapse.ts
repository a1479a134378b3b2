/** A collapsed latent carries less than this many nats about the image. */
export const collapsedNats = 0.01;
