/** Versions of Node, by the binaries that npm has. */
import { join } from "node:path"
import { type Cell, equal, Missing, main, program, required, served, server, sh, told } from "./lab.js"

const table = "Node"

const binary = async (tool: (name: string) => Promise<string>, version: string): Promise<string> => {
  if (process.platform !== "linux") throw new Missing("binaries for Linux only")
  const name = `node-linux-${process.arch}`
  return join(await tool(`${name}@${version}`), "node_modules", name, "bin/node")
}

const script = (file: string, wanted: string) => async (node: string, folder: string) => {
  equal((await sh(node, [file], { cwd: folder })).stdout, wanted)
  return "runs"
}

const columns = {
  import: script("main.mjs", told),
  // 20.0 to 20.18 cannot load modules by `require`
  require: async (node: string, folder: string) => {
    const { output, status } = await sh(node, ["required.cjs"], { cwd: folder, status: "any" })
    if (status === 0) equal(output, told)
    else if (output.includes("ERR_REQUIRE_ESM")) return "no: `import()`"
    else throw new Error(output)
    return "runs"
  },
  "sandbox as a server, undici": script("server.mjs", served)
}

export const nodes: ReadonlyArray<Cell> = ["20.0.0", "20", "22", "24", "26"].flatMap((version) =>
  Object.entries(columns).map(([column, run]) => ({
    table,
    row: `Node ${version}`,
    column,
    run: async (lab) => {
      const folder = await lab.project()
      lab.write(folder, { "program.mjs": program, "main.mjs": main, "required.cjs": required, "server.mjs": server })
      return run(await binary(lab.tool, version), folder)
    }
  }))
)
