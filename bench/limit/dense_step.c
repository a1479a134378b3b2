/*
 * The limit for the dense reference VAE (784-2-2-784): its whole training step, fused by hand, in
 * one thread. Real images, real noise, and the same arithmetic as the reference: gather from uint8
 * pixels, forward, loss, backward, Adam. Only the shuffled order and the noise are drawn ahead of
 * the clock.
 *
 * Usage: dense_step FOLDER [BATCH [EPOCHS [SEED]]], with MNIST's IDX files in FOLDER.
 * Prints one JSON line an epoch (msPerStep, loss, valLoss) and last their median.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PIXELS = 784, LATENT = 2, HIDDEN = 2 };

/* Each matrix is a row of PIXELS for each of its two units, so that every inner loop has unit
 * stride; all parameters in one block, so that Adam is one loop. */
typedef struct {
  float encoder[HIDDEN][PIXELS];
  float decoder[LATENT][PIXELS];
  float decoder_bias[PIXELS];
  float encoder_bias[HIDDEN];
  float mean[LATENT][HIDDEN], mean_bias[LATENT];
  float log_variance[LATENT][HIDDEN], log_variance_bias[LATENT];
} Parameters;

enum { COUNT = sizeof(Parameters) / sizeof(float) };

typedef struct {
  uint8_t *pixels;
  int count;
} Images;

static uint64_t random_state;

/* splitmix64 (Steele, Lea and Flood 2014), scaled to (0, 1). */
static double uniform(void) {
  uint64_t value = (random_state += 0x9e3779b97f4a7c15u);
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  value ^= value >> 31;
  return ((double)(value >> 11) + 0.5) / 9007199254740992.0;
}

static float normal(void) {
  return (float)(sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform()));
}

static void glorot_uniform(float *weights, int inputs, int outputs) {
  double limit = sqrt(6.0 / (inputs + outputs));
  for (int i = 0; i < inputs * outputs; i++) weights[i] = (float)((2 * uniform() - 1) * limit);
}

static Images read_images(const char *folder, const char *name) {
  char path[4096];
  uint8_t header[16];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file || fread(header, 1, 16, file) != 16 || memcmp(header, "\0\0\10\3", 4) != 0) {
    fprintf(stderr, "%s: not an IDX file of images\n", path);
    exit(2);
  }
  Images images = {0};
  images.count = header[4] << 24 | header[5] << 16 | header[6] << 8 | header[7];
  size_t size = (size_t)images.count * PIXELS;
  images.pixels = malloc(size);
  if (!images.pixels || fread(images.pixels, 1, size, file) != size) {
    fprintf(stderr, "%s: cut short\n", path);
    exit(2);
  }
  fclose(file);
  return images;
}

/* Mean loss of a batch; adds its gradient to `gradient` unless that is null. */
static float forward_backward(const Parameters *restrict p, Parameters *restrict gradient,
                              const uint8_t *restrict pixels, const int *restrict order,
                              const float *restrict noise, int batch) {
  float total = 0;
  for (int row = 0; row < batch; row++) {
    const uint8_t *restrict image = pixels + (size_t)order[row] * PIXELS;
    const float *epsilon = noise + row * LATENT;
    float x[PIXELS];

    float before0 = p->encoder_bias[0], before1 = p->encoder_bias[1];
    for (int i = 0; i < PIXELS; i++) {
      x[i] = (float)image[i] * (1.0f / 255);
      before0 += x[i] * p->encoder[0][i];
      before1 += x[i] * p->encoder[1][i];
    }
    float before[HIDDEN] = {before0, before1}, hidden[HIDDEN];
    for (int j = 0; j < HIDDEN; j++) hidden[j] = before[j] > 0 ? before[j] : 0;

    float mean[LATENT], log_variance[LATENT], deviation[LATENT], z[LATENT], kl = 0;
    for (int k = 0; k < LATENT; k++) {
      mean[k] = p->mean_bias[k];
      log_variance[k] = p->log_variance_bias[k];
      for (int j = 0; j < HIDDEN; j++) {
        mean[k] += p->mean[k][j] * hidden[j];
        log_variance[k] += p->log_variance[k][j] * hidden[j];
      }
      deviation[k] = expf(log_variance[k] / 2);
      z[k] = mean[k] + deviation[k] * epsilon[k];
      kl += 1 + log_variance[k] - mean[k] * mean[k] - deviation[k] * deviation[k];
    }

    /* Cross-entropy of logits: max(l, 0) - l x + log(1 + exp(-|l|)). */
    float loss = 0;
    if (!gradient) {
      for (int i = 0; i < PIXELS; i++) {
        float logit = p->decoder_bias[i] + z[0] * p->decoder[0][i] + z[1] * p->decoder[1][i];
        loss += fmaxf(logit, 0) - logit * x[i] + logf(1 + expf(-fabsf(logit)));
      }
      total += loss - 0.5f / LATENT * kl;
      continue;
    }
    float dz0 = 0, dz1 = 0;
    for (int i = 0; i < PIXELS; i++) {
      float logit = p->decoder_bias[i] + z[0] * p->decoder[0][i] + z[1] * p->decoder[1][i];
      float power = expf(-fabsf(logit));
      float probability = (logit >= 0 ? 1 : power) / (1 + power);
      loss += fmaxf(logit, 0) - logit * x[i] + logf(1 + power);
      float d = (probability - x[i]) / batch;
      gradient->decoder_bias[i] += d;
      gradient->decoder[0][i] += d * z[0];
      gradient->decoder[1][i] += d * z[1];
      dz0 += d * p->decoder[0][i];
      dz1 += d * p->decoder[1][i];
    }
    total += loss - 0.5f / LATENT * kl;

    float dz[LATENT] = {dz0, dz1}, dbefore[HIDDEN] = {0};
    for (int k = 0; k < LATENT; k++) {
      float dmean = dz[k] + mean[k] / (LATENT * batch);
      float dlog_variance = 0.5f * dz[k] * deviation[k] * epsilon[k] +
                            0.5f * (deviation[k] * deviation[k] - 1) / (LATENT * batch);
      gradient->mean_bias[k] += dmean;
      gradient->log_variance_bias[k] += dlog_variance;
      for (int j = 0; j < HIDDEN; j++) {
        gradient->mean[k][j] += dmean * hidden[j];
        gradient->log_variance[k][j] += dlog_variance * hidden[j];
        dbefore[j] += dmean * p->mean[k][j] + dlog_variance * p->log_variance[k][j];
      }
    }
    for (int j = 0; j < HIDDEN; j++) {
      if (before[j] <= 0) dbefore[j] = 0;
      gradient->encoder_bias[j] += dbefore[j];
    }
    float dbefore0 = dbefore[0], dbefore1 = dbefore[1];
    for (int i = 0; i < PIXELS; i++) {
      gradient->encoder[0][i] += dbefore0 * x[i];
      gradient->encoder[1][i] += dbefore1 * x[i];
    }
  }
  return total / batch;
}

/* Adam (Kingma and Ba 2015, section 2's efficient order), as Keras has it: 0.001, 0.9, 0.999, 1e-7. */
static void adam(float *restrict parameters, float *restrict first, float *restrict second,
                 const float *restrict gradient, long step) {
  float rate = (float)(0.001 * sqrt(1 - pow(0.999, step)) / (1 - pow(0.9, step)));
  for (int i = 0; i < COUNT; i++) {
    first[i] += 0.1f * (gradient[i] - first[i]);
    second[i] += 0.001f * (gradient[i] * gradient[i] - second[i]);
    parameters[i] -= rate * first[i] / (sqrtf(second[i]) + 1e-7f);
  }
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void draw(int *order, float *noise, int count) {
  for (int i = 0; i < count; i++) order[i] = i;
  for (int i = count - 1; i > 0; i--) {
    int j = (int)(uniform() * (i + 1)), kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  for (int i = 0; i < count * LATENT; i++) noise[i] = normal();
}

static float evaluate(const Parameters *p, Images images, int *order, float *noise) {
  draw(order, noise, images.count);
  return forward_backward(p, NULL, images.pixels, order, noise, images.count);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FOLDER [BATCH [EPOCHS [SEED]]]\n", argv[0]);
    return 2;
  }
  int batch = argc > 2 ? atoi(argv[2]) : 32, epochs = argc > 3 ? atoi(argv[3]) : 5;
  random_state = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
  if (batch < 1 || epochs < 1) {
    fprintf(stderr, "batch and epochs must be positive\n");
    return 2;
  }

  Images train = read_images(argv[1], "train-images-idx3-ubyte");
  Images test = read_images(argv[1], "t10k-images-idx3-ubyte");
  static Parameters parameters, first, second, gradient;
  glorot_uniform(&parameters.encoder[0][0], PIXELS, HIDDEN);
  glorot_uniform(&parameters.mean[0][0], HIDDEN, LATENT);
  glorot_uniform(&parameters.log_variance[0][0], HIDDEN, LATENT);
  glorot_uniform(&parameters.decoder[0][0], LATENT, PIXELS);

  int larger = train.count > test.count ? train.count : test.count;
  int *order = malloc(sizeof(int) * larger);
  float *noise = malloc(sizeof(float) * larger * LATENT);
  double *times = malloc(sizeof(double) * epochs);
  if (!order || !noise || !times) return 1;

  long step = 0;
  for (int epoch = 0; epoch < epochs; epoch++) {
    draw(order, noise, train.count);
    int steps = train.count / batch;
    double sum = 0, start = milliseconds();
    for (int s = 0; s < steps; s++) {
      memset(&gradient, 0, sizeof gradient);
      sum += forward_backward(&parameters, &gradient, train.pixels, order + s * batch,
                              noise + s * batch * LATENT, batch);
      adam((float *)&parameters, (float *)&first, (float *)&second, (const float *)&gradient,
           ++step);
    }
    times[epoch] = (milliseconds() - start) / steps;
    printf("{\"epoch\": %d, \"steps\": %d, \"msPerStep\": %.5f, \"loss\": %.4f, \"valLoss\": %.4f}\n",
           epoch + 1, steps, times[epoch], sum / steps,
           evaluate(&parameters, test, order, noise));
    fflush(stdout);
  }
  qsort(times, epochs, sizeof *times, ascending);
  printf("{\"medianMsPerStep\": %.5f}\n", times[epochs / 2]);
  return 0;
}
