import { adam, defineConfig } from 'vaekit';

// The settings of `vaekit train`; options on the command line go over them. Comments show the other
// settings, as functions of vaekit or plain data. docs/configuration.md describes every option.
export default defineConfig({
  // Network and settings to start from; model and training go over them.
  // dense    one hidden layer of two units: the tutorial, trained in seconds
  // mlp      one hidden layer of 512 units on each side
  // conv     the convolutional network of Keras's VAE example
  // resnet   convolutions with residual blocks, for pictures
  // vq       a VQ-VAE: a codebook in the place of a Gaussian
  // tabular  two dense layers of 128 units on each side, for rows of tables (sized as TVAE)
  // sequence convolutions along the steps and a dense layer on each side, for sequences of any length
  preset: 'dense',

  model: {
    // Shape of one example: [channels, height, width] for images. When left out: the data's.
    // input: [1, 28, 28],

    // How examples are to be taken. When left out: by their shape.
    // example: { kind: 'image', range: [0, 1] },

    // How many numbers stand for an example. Two can be drawn as a map.
    latent: 2,

    // Layers before the heads, which are dense layers. When left out: the preset's.
    // encoder: [dense(256, { activation: 'relu' })],

    // Layers from the latents to the likelihood's parameters: the input's shape, with as many times
    // the channels as the likelihood has numbers a value. When left out: the preset's.
    // decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],

    // How the decoder's output describes the values of an example: Bernoulli for black and white,
    // Gaussian and others for grays and colours. One of bernoulli, categorical, continuousBernoulli,
    // discretizedLogistic, gaussian, laplace, mse or table. When left out: the preset's, else
    // bernoulli.
    // likelihood: 'bernoulli',

    // How the KL term is weighed, where there is no objective.
    // kl: { weight: 0.5, reduction: 'sum' },

    // The loss that training makes small. One of adversarialAutoencoder, autoencoder, betaTcVae,
    // betaVae, capacity, ciwae, conditional, dipVae, factorVae, freeBits, infoVae, iwae, miwae,
    // piwae, rae, vae, vqVae or waeMmd. When left out: vae, weighed by kl.
    // objective: betaVae({ beta: 4 }),

    // Decides the first parameters, the order of examples and all noise.
    seed: 42,
  },

  training: {
    // Examples to train on: mnist, fashion-mnist, a folder of pictures, or a file (.npy, .npz, CSV,
    // Parquet, IDX).
    data: 'mnist',

    // The folder that the paths of data and of a file of labels start from, seen from this file.
    // Runs have it, so that their data is found from any folder. When left out: the working folder.
    // dataFrom: '..',

    // How the data is read.
    // read: { resize: 64, crop: 'center', channels: 3 },

    // How often every example is seen.
    epochs: 30,

    // How many examples one step of training looks at.
    batchSize: 32,

    // How gradients change the parameters. One of adam, adamW, adamax, lion, rmsprop or sgd.
    optimizer: adam({ learningRate: 0.001 }),

    // Settings of the objective's other players by name, such as an adversary's optimizer.
    // players: { discriminator: { optimizer: adam() } },

    // Steps in one call of the runtime. When left out: as many as take 80 to 400 ms.
    // stepsPerCall: 10,

    // Threads that compute a step. When left out: as many as pay.
    // threads: 1,

    // Hardware that steps run on. Small networks train faster on the processor, large ones on a
    // graphics processor, by WebGPU.
    // device: 'cpu',

    // Limits gradients: all together to a Euclidean norm, or each element to ±value.
    // clipGradients: { norm: 1 },

    // Batches that one change of the parameters takes its gradient from. When left out: 1.
    // accumulate: 1,

    // Keeps a moving average of the parameters with this factor, such as 0.999, and ends with it.
    // ema: 0.999,

    // Ends training when a metric improves no more. While a weight such as β grows, validation is by
    // its last value, and epochs are not compared by metrics of training.
    // earlyStopping: { metric: 'val_loss', patience: 10 },

    // Ends with the parameters of the epoch where this metric was smallest.
    // keepBest: 'val_loss',

    // The part of the data, between 0 and 1, that is validated by and not trained on.
    // validationSplit: 0.1,

    // Trains on black and white, drawn by the values anew at every step (dynamic) or once (static).
    // binarize: 'dynamic',

    // Random changes of training images, new at every step.
    // augment: { flip: 'horizontal', shift: 2 },

    // How often training is saved so that it can be resumed.
    // checkpoint: { seconds: 60 },

    // When a loss, gradient or parameter is not finite: stop with the last good state, skip the
    // batch, or rollback to the end of the last good epoch with half the learning rate.
    // onNonFinite: 'stop',

    // How many of the last checkpoints are kept, beside the best.
    // keepCheckpoints: 2,
  },
});
