/** A worker that fails before it can be asked for anything. */
globalThis.setTimeout(() => {
  throw new Error('planted while loading');
}, 1);
await new Promise((resolve) => globalThis.setTimeout(resolve, 60_000));
export default () => undefined;
