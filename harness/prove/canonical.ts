/** Plain data as text: two values have the same text if and only if nothing tells them apart. */

/** Throws for what is no plain data; `copying.ts` says so in a user's words before it comes here. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'number':
      // JSON knows no infinities, and 0 is no other number than -0 to a protocol.
      return String(value);
    case 'string':
      return JSON.stringify(value);
    case 'object':
      return value === null ? '~' : ofObject(value);
    default:
      return String(value);
  }
}

/** Maps and records keep their order: a protocol that goes through them goes by it. */
function ofObject(value: object): string {
  if (Array.isArray(value)) return `[${ofEach(value)}]`;
  if (value instanceof Map) {
    let text = '{';
    for (const [key, item] of value) text += `${canonical(key)}>${canonical(item)},`;
    return `${text}}`;
  }
  if (value instanceof Set) return `<${ofEach([...value])}>`;
  if (ArrayBuffer.isView(value)) return `(${(value as Uint8Array).join()})`;
  let text = '{';
  for (const key in value) text += `${key}:${canonical((value as Record<string, unknown>)[key])},`;
  return `${text}}`;
}

function ofEach(items: readonly unknown[]): string {
  let text = '';
  for (const item of items) text += `${canonical(item)},`;
  return text;
}
