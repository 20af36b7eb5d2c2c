import { readFileSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { handlerOf } from "../../src/sandbox/http/handler.js"
import { isSupported } from "../../src/sandbox/http/parameters.js"
import { handlers } from "../../src/sandbox/operations/index.js"
import { documented } from "./inputs.js"
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

const operations = (): string => {
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

/** What is not known of each parameter: it is answered with 501. */
const parameters = (): string => {
  const endpoints = new Map<string, Array<string>>()
  for (const endpoint of all) {
    const { supportedParameters: honours } = handlerOf(endpoint)
    for (const name of endpoint.query ?? []) {
      const known = honours?.[name]
      const words = Array.from(new Set(documented(endpoint, name).map((word) => word.split(" ")[0] ?? "")))
      const unknown = !isSupported(endpoint, honours, name)
        ? [`\`${name}\``]
        : known === true || known === undefined
          ? []
          : words.flatMap((word) => (known.includes(word) ? [] : [`\`${name}=${word}\``]))
      const key = unknown.join(" ")
      if (key !== "") endpoints.set(key, [...(endpoints.get(key) ?? []), `\`${endpoint.version}.${endpoint.name}\``])
    }
  }
  const rows = [...endpoints].map(([what, of]) => `| ${what} | ${of.sort().join(" ")} |`).sort()
  return `\n${["| parameter | of |", "| --- | --- |", ...rows].join("\n")}\n`
}

describe("docs/sandbox.md", () => {
  for (const [name, what, section] of [
    ["parameters", "the parameters that are answered with 501", parameters],
    ["operations", "the operations that are stateful", operations]
  ] as const) {
    it(`lists ${what} (run with UPDATE_DOCS=1 to write the list)`, () => {
      const [, before = "", listed = "", after = ""] =
        new RegExp(`^(.*<!-- ${name}[^>]*-->\\n)(.*)(<!-- /${name} -->.*)$`, "s").exec(readFileSync(file, "utf8")) ?? []
      if (process.env.UPDATE_DOCS === "1") writeFileSync(file, `${before}${section()}\n${after}`)
      else assert.strictEqual(listed, `${section()}\n`)
    })
  }
})
