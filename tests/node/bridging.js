// Answers each line {"name", "message"} with whether the standard's generated code takes the message as such.
const { createInterface } = require("node:readline");
const { buildSync } = require(`${process.argv[2]}/esbuild`);

const file = `${process.argv[2]}/@finos/fdc3-schema/dist/generated/bridging/BridgingTypes.js`;
const { text } = buildSync({ entryPoints: [file], bundle: true, format: "cjs", write: false }).outputFiles[0];
const made = { exports: {} };
new Function("module", "exports", text)(made, made.exports);
const { Convert } = made.exports;

createInterface({ input: process.stdin }).on("line", (line) => {
  const { name, message } = JSON.parse(line);
  const convert = Convert[`to${name[0].toUpperCase()}${name.slice(1)}`];
  let error = null;
  try {
    if (convert === undefined) {
      throw new Error(`there is no converter of ${name}`);
    }
    convert(JSON.stringify(message));
  } catch (thrown) {
    error = String(thrown);
  }
  process.stdout.write(`${JSON.stringify({ error })}\n`);
});
