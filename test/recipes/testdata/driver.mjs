// Reads cases as a JSON list on stdin and prints what the sample of each one's platform says. Samples lie in the folder that is given.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const answers = [];
for (const { platform, header, body, secret } of JSON.parse(readFileSync(0, "utf8"))) {
  const { verify } = await import(pathToFileURL(`${process.argv[2]}/${platform}.mjs`));
  const headers = Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value])); // as Node has them
  answers.push(verify(headers, Buffer.from(body, "base64"), secret));
}
process.stdout.write(JSON.stringify(answers));
