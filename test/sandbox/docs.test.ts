import { readFileSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { handlers } from "../../src/sandbox/operations.js"
import { all } from "./support.js"

const file = "docs/sandbox.md"

/** Operations by module, ours and the official name. */
const table = (version: string): string => {
  const modules = new Map<string, Array<string>>()
  for (const endpoint of all) {
    if (endpoint.version !== version || !(`${version}.${endpoint.operation}` in handlers)) continue
    const [module = "", operation = ""] = endpoint.name.split(".")
    modules.set(module, [...(modules.get(module) ?? []), `\`${operation}\``])
  }
  const rows = [...modules]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([module, names]) => `| \`${module}\` | ${names.sort().join(" ")} |`)
  return ["| module | operations |", "| --- | --- |", ...rows].join("\n")
}

const section = (): string => {
  const count = (version: string) => {
    const own = all.filter((endpoint) => endpoint.version === version)
    const stateful = own.filter((endpoint) => `${version}.${endpoint.operation}` in handlers)
    return `${stateful.length} of ${own.length}`
  }
  return `
### v2: ${count("v2")}

${table("v2")}

### v1: ${count("v1")}

${table("v1")}
`
}

describe("docs/sandbox.md", () => {
  it("lists the operations that are stateful (run with UPDATE_DOCS=1 to write the list)", () => {
    const text = readFileSync(file, "utf8")
    const [, before = "", listed = "", after = ""] =
      /^(.*<!-- operations[^>]*-->\n)(.*)(<!-- \/operations -->\n?)$/s.exec(text) ?? []
    if (process.env.UPDATE_DOCS === "1") writeFileSync(file, `${before}${section()}\n${after}`)
    else assert.strictEqual(listed, `${section()}\n`)
  })
})
