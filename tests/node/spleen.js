// Answers each line {"filter": text, "documents": [...]} with {"matches": [...]}, or {"at": position} for what spleen
// cannot read. The folder of the packages is the first argument.
'use strict';

const path = require('path');
const readline = require('readline');

const spleen = require(path.join(process.argv[2], 'spleen'));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  let answer;
  try {
    const parsed = spleen.parse(asked.filter);
    answer = parsed.success
      ? { matches: asked.documents.map((document) => parsed.value.match(document)) }
      : { at: typeof parsed.error.data === 'number' ? parsed.error.data : -1 };
  } catch (error) {
    answer = { at: -1, crash: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
