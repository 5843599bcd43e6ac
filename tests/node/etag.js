// Answers each line {"object": …, "changed": boolean} with {"etag": …}: the function of the package etag over the compact
// text of the object, members in the order of PostgreSQL's jsonb. The folder of the packages is the first argument.
'use strict';

const path = require('path');
const readline = require('readline');

const etag = require(path.join(process.argv[2], 'etag'));

const order = (one, other) => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length - right.length || Buffer.compare(left, right);
};

// JSON.stringify would put members whose names are integers first.
const text = (value) => {
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort(order);
  return `{${members.map((name) => `${JSON.stringify(name)}:${text(value[name])}`).join(',')}}`;
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { object, changed } = JSON.parse(line);
  delete object.meta.etag;
  if (!changed) object.meta.etag = '';
  process.stdout.write(`${JSON.stringify({ etag: etag(text(object)).slice(1, -1) })}\n`);
});
