#!/usr/bin/env node
// Answers with what it was asked. With --broken it forgets the last letter of every message with a 7.

import { run } from './node.js';

const isBroken = process.argv.includes('--broken');

run({
  echo: ({ echo }) => {
    const said = isBroken && echo.includes('7') ? echo.slice(0, -1) : echo;
    return { type: 'echo_ok', echo: said };
  },
});
