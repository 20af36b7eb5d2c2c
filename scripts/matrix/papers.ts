/** What tools say of the package itself. */
import { join } from "node:path"
import { type Cell, sh } from "./lab.js"

const table = "The tarball"

export const papers: ReadonlyArray<Cell> = [
  {
    table,
    row: "publint, strict",
    column: "says",
    run: async (lab) => {
      const folder = await lab.tool("publint@0.3")
      const { output } = await sh(process.execPath, [
        join(folder, "node_modules/publint/src/cli.js"),
        "run",
        lab.packed.tarball,
        "--strict"
      ])
      if (!output.includes("All good!")) throw new Error(output)
      return "all good"
    }
  },
  {
    table,
    row: "Are the types wrong?, ESM",
    column: "says",
    run: async (lab) => {
      const folder = await lab.tool("@arethetypeswrong/cli@0.18")
      const points = [...lab.entries, "effect-pipedrive/sandbox/server", "effect-pipedrive/v2/Deals"]
      await sh(process.execPath, [
        join(folder, "node_modules/@arethetypeswrong/cli/dist/index.js"),
        lab.packed.tarball,
        "--profile",
        "esm-only",
        "--no-emoji",
        "--entrypoints",
        ...points.map((entry) => entry.replace(/^effect-pipedrive\/?/, "") || ".")
      ])
      return `no problems in ${points.length} entry points`
    }
  }
]
