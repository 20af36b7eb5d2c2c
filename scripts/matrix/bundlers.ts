/** Bundlers, for Node and for browsers: no warning, and each bundle is run. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { executable, launch } from "../../test/support/browser.js"
import { type Cell, equal, type Lab, Missing, main, program, sh, told } from "./lab.js"

const table = "Bundlers"
type Target = "node" | "browser"

interface Bundler {
  readonly packages: ReadonlyArray<string>
  /** The command's script in the tool's folder, with its arguments. */
  readonly args: (target: Target) => ReadonlyArray<string>
  readonly files: (target: Target, tool: string) => Readonly<Record<string, string>>
  /** What it always says, which is no warning. */
  readonly noise?: RegExp
}

const bundlers: Readonly<Record<string, Bundler>> = {
  "esbuild 0.28": {
    packages: ["esbuild@0.28"],
    args: (target) => [
      "esbuild/bin/esbuild",
      "main.mjs",
      "--bundle",
      "--format=esm",
      "--minify",
      "--log-level=warning",
      `--platform=${target}`,
      "--outfile=out/bundle.mjs"
    ],
    files: () => ({})
  },
  "Rollup 4": {
    packages: ["rollup@4", "@rollup/plugin-node-resolve@16"],
    args: () => ["rollup/dist/bin/rollup", "-c", "rollup.config.mjs", "--silent=false"],
    files: (target, tool) => ({
      "rollup.config.mjs": `import resolve from ${JSON.stringify(join(tool, "node_modules/@rollup/plugin-node-resolve/dist/es/index.js"))}
export default {
  input: "main.mjs",
  plugins: [resolve(${target === "browser" ? "{ browser: true }" : "{ exportConditions: ['node'] }"})],
  ${target === "node" ? "external: /^node:|^(crypto|util|os|path|fs|url|buffer|stream)$/," : ""}
  // what it says of others' files is not ours to mend: fast-check has a \`this\` at the top of a module
  onwarn: (warning) => { if (JSON.stringify(warning).includes('node_modules/effect-pipedrive/')) throw new Error(warning.message) },
  output: { file: "out/bundle.mjs", format: "es", inlineDynamicImports: true }
}`
    })
  },
  "Vite 8": {
    packages: ["vite@8"],
    args: (target) => [
      "vite/bin/vite.js",
      "build",
      "--logLevel=warn",
      ...(target === "node" ? ["--ssr", "main.mjs"] : [])
    ],
    files: () => ({
      "vite.config.mjs": `export default {
  ssr: { noExternal: true },
  build: {
    outDir: "out", emptyOutDir: true, chunkSizeWarningLimit: 5000, target: "es2022",
    rollupOptions: { input: "main.mjs", output: { entryFileNames: "bundle.mjs" } }
  }
}`
    })
  },
  "webpack 5": {
    packages: ["webpack@5", "webpack-cli@7"],
    args: () => ["webpack-cli/bin/cli.js", "--config", "webpack.config.mjs", "--stats=errors-warnings"],
    files: (target) => ({
      "webpack.config.mjs": `export default {
  mode: "production", entry: "./main.mjs", target: ${target === "node" ? `"node20"` : `["web", "es2022"]`},
  experiments: { outputModule: true }, performance: false,
  output: { path: process.cwd() + "/out", filename: "bundle.mjs", module: true }
}`
    }),
    noise: /^webpack [\d.]*\s*compiled successfully/
  }
}

const inNode = async (folder: string) => {
  // alone: what was left outside is not found
  equal((await sh(process.execPath, ["bundle.mjs"], { cwd: folder })).stdout, told)
}

const inBrowser = async (folder: string) => {
  if (executable === undefined) throw new Missing("no Chromium (scripts/services.sh)")
  const chromium = await launch()
  try {
    const page = await chromium.newPage()
    const said = page.waitForEvent("console", { timeout: 60_000 })
    await page.route("http://app.localhost:3000/**", (route) =>
      /\.m?js$/.test(route.request().url())
        ? route.fulfill({ contentType: "text/javascript", path: join(folder, new URL(route.request().url()).pathname) })
        : route.fulfill({
            contentType: "text/html",
            body: `<!doctype html><script type="module" src="/bundle.mjs"></script>`
          })
    )
    await page.goto("http://app.localhost:3000/")
    equal((await said).text(), told)
  } finally {
    await chromium.close()
  }
}

const cell = (name: string, bundler: Bundler, target: Target) => async (lab: Lab) => {
  const tool = await lab.tool(...bundler.packages)
  const folder = join(await lab.project(3), `bundle-${name}-${target}`.replaceAll(/[^\w-]+/g, "-"))
  lab.write(folder, { "program.mjs": program, "main.mjs": main, ...bundler.files(target, tool) })
  const [file = "", ...args] = bundler.args(target)
  const script = join(tool, "node_modules", file)
  const { output } = await sh(process.execPath, [script, ...args], { cwd: folder })
  const said = output.split("\n").filter((line) => line.trim() !== "" && bundler.noise?.test(line.trim()) !== true)
  if (said.length > 0 && !/^(main\.mjs → out|created out)/.test(said[0] ?? "")) throw new Error(output)
  const bundle = join(folder, "out/bundle.mjs")
  if (!existsSync(bundle)) throw new Error(`no bundle: ${output}`)
  await { node: inNode, browser: inBrowser }[target](join(folder, "out"))
  return `runs, ${Math.round(statSync(bundle).size / 1024)} KiB (${Math.round(gzipSync(readFileSync(bundle)).length / 1024)} compressed)`
}

export const cells: ReadonlyArray<Cell> = Object.entries(bundlers).flatMap(([row, bundler]) =>
  (["node", "browser"] as const).map((target) => ({
    table,
    row,
    column: target === "node" ? "for Node" : "for browsers",
    run: cell(row, bundler, target)
  }))
)
