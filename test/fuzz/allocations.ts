/** Largest single allocation of bytes since the last reset. Whatever else grows is held by the heap limit of the thread. */
let largest = 0;

const note = (size: unknown): void => {
  if (typeof size === 'number' && size > largest) largest = size;
};

export function takeLargestAllocation(): number {
  const size = largest;
  largest = 0;
  return size;
}

let isWatching = false;

/** Looks at every later `Buffer.alloc*`, `ArrayBuffer` and typed array of this thread. */
export function watchAllocations(): void {
  if (isWatching) return;
  isWatching = true;
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const) {
    const allocate = Buffer[name].bind(Buffer) as (size: number, ...rest: unknown[]) => Buffer<ArrayBuffer>;
    Buffer[name] = (size: number, ...rest: unknown[]) => {
      note(size);
      return allocate(size, ...rest);
    };
  }
  watch('ArrayBuffer', 1);
  watch('Uint8Array', 1);
  watch('Uint32Array', 4);
  watch('Int32Array', 4);
  watch('Float64Array', 8);
  watch('BigUint64Array', 8);
}

type Constructor = new (...args: never[]) => object;

function watch(name: string, unit: number): void {
  const scope = globalThis as unknown as Record<string, Constructor>;
  scope[name] = new Proxy(scope[name]!, {
    construct: (target, args: unknown[], newTarget) => {
      if (typeof args[0] === 'number') note(args[0] * unit);
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
}
