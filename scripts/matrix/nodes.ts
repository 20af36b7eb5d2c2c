/** Versions of Node, from the oldest that a line is for. */
import { type Cell, equal, main, program, required, served, server, sh, told } from "./lab.js"

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

const lines = [
  { table: "Node", effect: 3, versions: ["20.0.0", "20", "22", "24", "26"] },
  { table: "Node, for Effect 4", effect: 4, versions: ["22.19.0", "24", "26"] }
] as const

export const nodes: ReadonlyArray<Cell> = lines.flatMap(({ effect, table, versions }) =>
  versions.flatMap((version) =>
    Object.entries(columns).map(([column, run]) => ({
      table,
      row: `Node ${version}`,
      column,
      run: async (lab) => {
        const folder = await lab.project(effect)
        lab.write(folder, { "program.mjs": program, "main.mjs": main, "required.cjs": required, "server.mjs": server })
        return run(await lab.node(version), folder)
      }
    }))
  )
)
