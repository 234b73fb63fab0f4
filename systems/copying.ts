/** What a run that is copied hands to each part of it that copies itself. */

/** One copy of one run. */
export interface Copying {
  /** What the copy's draws come from, from here on. */
  readonly seed: number;
  /** Code that stands among the data, such as a table of rules: the copy has it as it is. */
  share(code: object): void;
  /**
   * A copy of plain data (records, lists, Maps, Sets, typed arrays, and what is no object). What is one
   * object in several places of the run is one object in those of the copy. Throws what tells a user
   * where something is that cannot be copied; `named` says of what.
   */
  data<Data>(data: Data, named: string): Data;
}
