import { makeProgram } from './make-program.js';
import { statusOf } from './status-of-error.js';

/** Done when the command is; the status is set by then. */
export const finished = makeProgram()
  .parseAsync()
  .then(
    () => undefined,
    (error: unknown) => {
      const status = statusOf(error);
      // The help may have failed to be written.
      if (status !== 0) process.exitCode = status;
    },
  );
