// Writes the types of one OpenAPI document, and its version: node scripts/generate.mjs DOCUMENT OUT
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const [document, out] = process.argv.slice(2);
const { version } = JSON.parse(await readFile(document, "utf8")).info;
const types = astToString(await openapiTS(pathToFileURL(document), { defaultNonNullable: false }));
await writeFile(
  out,
  `// Generated from the document of ${version}.\n\nexport const VERSION = "${version}";\n\n${types}`,
);
