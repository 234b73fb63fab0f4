/** An own change to a rule, in JavaScript. */

export const twoAtATime = {
  id: 'two-at-a-time',
  describe: 'a leader sends two entries in each message',
  kind: 'variant',
  rules: (base) => ({ batchEntries: (state, next) => base.batchEntries(state, next).slice(0, 2) }),
};
