/** Values as a story has them: short, and without the marks of JSON where a reader can do without. */

/** `(3, north)` is how papers write a pair; a list of more is in brackets. */
export function valueWords(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (Array.isArray(value)) return `[${value.map(valueWords).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'nothing';
  const fields = Object.entries(value).map(([name, inner]) => `${name}: ${valueWords(inner)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
