/** 1234567 as `1,234,567`, in every locale. */
export function grouped(number: number | bigint): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 mailbox`, `3 mailboxes`. */
export function counted(number: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(number)} ${number === 1 ? singular : plural}`;
}

/** A duration for a person. Unit of the argument: milliseconds. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return `${hours > 0 ? `${hours} h ` : ''}${minutes} min ${whole % 60} s`;
}

/** A size for a person, with the exact number beside it when it was rounded. */
export function bytes(decimal: string): string {
  const exact = BigInt(decimal);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = Number(exact);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${exact} B` : `${value.toFixed(1)} ${units[unit]!} (${grouped(exact)} bytes)`;
}
