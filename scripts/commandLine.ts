/**
 * The command line as one file, for plain Node and an empty directory.
 */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { build } from "esbuild"

/** The licenses of what is bundled, which ask to go with it. */
const licenses = (inputs: ReadonlyArray<string>): string => {
  const folders = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  return Array.from(folders)
    .sort()
    .map((folder) => {
      const { license, name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
      const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
      const text = file === undefined ? `Licensed under ${license}.` : readFileSync(join(folder, file), "utf8").trim()
      return `${name} ${version}\n\n${text}\n`
    })
    .join(`\n${"-".repeat(80)}\n\n`)
}

/** Bundles it to that file, with the licenses beside it. */
export const commandLine = async (file: string): Promise<void> => {
  const { metafile, warnings } = await build({
    entryPoints: ["cli/main.ts"],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    minify: true,
    legalComments: "none",
    metafile: true,
    // some of what is bundled is CommonJS and requires Node's own modules
    banner: {
      js: `#!/usr/bin/env node\nimport { createRequire as require_ } from "node:module"; const require = require_(import.meta.url);`
    },
    logLevel: "warning"
  })
  if (warnings.length > 0) throw new Error("the command line does not bundle without warnings")
  chmodSync(file, 0o755)
  writeFileSync(join(dirname(file), "LICENSES.txt"), licenses(Object.keys(metafile.inputs)))
}
