import { trained } from './model.mjs';

/* Program of a page, for a bundler: the title tells how it ended. */
trained()
  .then(({ numbers }) => JSON.stringify(numbers))
  .catch((error) => String(error))
  .then((result) => {
    document.title = result;
  });
