import { Term } from '../../ui/term.js';

/** Tells the purpose of the page before the first training. */
export function Intro() {
  return (
    <section class="panel stack intro">
      <h1>Train a model, and watch it learn</h1>
      <p>
        A <Term name="vae">variational autoencoder</Term> squeezes every image, or every row of a
        table, into a few numbers, its <Term name="latent">latents</Term>, and makes it again from
        them. Training makes both alike, and keeps the latents so orderly that new images or rows
        can be drawn from them.
      </p>
      <ol>
        <li>Choose data and a network, or leave them as they are.</li>
        <li>
          Press <strong>Start training</strong>: this browser does the work, and nothing leaves your
          machine.
        </li>
        <li>
          See the <Term name="loss">loss</Term> fall and what it draws get better, then walk through
          what it learned under Explore.
        </li>
      </ol>
    </section>
  );
}
