/** What a page has of the checkers. */

import { checkLinearizable, History } from 'ordeal/checkers';

const history = new History();
history.push({ time: 0, process: 0, type: 'invoke', f: 'write', value: 1 });
history.push({ time: 9, process: 0, type: 'ok', f: 'write', value: 1 });
globalThis.answer = checkLinearizable(history, { model: 'register' }).verdict.kind;
