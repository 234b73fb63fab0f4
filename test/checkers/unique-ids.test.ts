import { expect, test } from 'vitest';
import { checkUniqueIds } from '../../checkers/unique-ids.ts';
import { done, events } from './events.ts';

test('different ids are valid', () => {
  const history = events(...done(0, 'generate', null, 1), ...done(0, 'generate', null, '1'));
  expect(checkUniqueIds(history).verdict.kind).toBe('valid');
});

test('an id that is given out twice names both answers', () => {
  const history = events(
    ...done(0, 'generate', null, [1, 2]),
    ...done(3, 'generate', null, [1, 2]),
  );
  expect(checkUniqueIds(history).verdict).toMatchObject({
    kind: 'invalid',
    events: [0, 1, 2, 3],
    because:
      'the id [1,2] was given out twice: process 0, events 0 to 1, and process 3, events 2 to 3',
  });
});

test('no id at all is unknown', () => {
  const history = events([0, 'invoke', 'generate'], [0, 'info', 'generate']);
  expect(checkUniqueIds(history).verdict.kind).toBe('unknown');
});
