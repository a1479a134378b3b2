import { trained } from './model.mjs';

/* For a page, by a bundler: what becomes of it is told by the title. */
trained()
  .then(({ numbers }) => JSON.stringify(numbers))
  .catch((error) => String(error))
  .then((result) => {
    document.title = result;
  });
