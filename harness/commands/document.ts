/** The one document of `--json`. */

/** What every document has: the exit status of the command, of a file where there are several. */
interface JsonDocument {
  readonly exitStatus: number;
}

export function printDocument<Document extends JsonDocument>(document: Document): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
