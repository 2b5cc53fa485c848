// Reads one JSON request a line ({tex, display}), answers one JSON line ({mathml} or {error}).
import { createInterface } from "node:readline";
import temml from "temml";

const macros = {};
for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    const mathml = temml.renderToString(tex, {
      displayMode: display,
      annotate: true, // the TeX source stays inside, for copying
      throwOnError: true,
      strict: true,
      trust: false,
      macros,
    });
    answer = { mathml };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
