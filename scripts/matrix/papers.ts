/** What tools say of the package itself. */
import { join } from "node:path"
import { type Cell, type Lab, type Line, lines, sh } from "./lab.js"

const tools = {
  "publint, strict": async (lab: Lab, { tarball }: Line) => {
    const folder = await lab.tool("publint@0.3")
    const script = join(folder, "node_modules/publint/src/cli.js")
    const { output } = await sh(process.execPath, [script, "run", tarball, "--strict"])
    if (!output.includes("All good!")) throw new Error(output)
    return "all good"
  },
  "Are the types wrong?, ESM": async (lab: Lab, { entries, tarball }: Line) => {
    const folder = await lab.tool("@arethetypeswrong/cli@0.18")
    const points = [...entries, "effect-pipedrive/sandbox/server", "effect-pipedrive/v2/Deals"]
    await sh(process.execPath, [
      join(folder, "node_modules/@arethetypeswrong/cli/dist/index.js"),
      tarball,
      "--profile",
      "esm-only",
      "--no-emoji",
      "--entrypoints",
      ...points.map((entry) => entry.replace(/^effect-pipedrive\/?/, "") || ".")
    ])
    return `no problems in ${points.length} entry points`
  }
}

export const papers: ReadonlyArray<Cell> = Object.entries(tools).flatMap(([row, run]) =>
  lines.map((effect) => ({
    table: "The tarball",
    row,
    column: `for Effect ${effect}`,
    run: async (lab) => run(lab, await lab.line(effect))
  }))
)
