/** The imports of a rewritten file. */
import { ts } from "ts-morph"
import { barrels, type File, isEffects, nameOf } from "./file.js"
import { members, modules } from "./names.js"

const barrelOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")))

/** The imports of the rewritten file: the ones that are not Effect's as they were, and Effect's as they are needed. */
export const importLines = (
  imports: ReadonlyArray<ts.ImportDeclaration>,
  { source, used }: File
): ReadonlyArray<string> => {
  const kept: Array<string> = []
  let barreled = false
  for (const statement of imports) {
    const from = (statement.moduleSpecifier as ts.StringLiteral).text
    const bindings = statement.importClause?.namedBindings
    if (bindings !== undefined && ts.isNamespaceImport(bindings) && isEffects(from)) continue
    if (bindings !== undefined && !ts.isNamespaceImport(bindings) && barrels.has(from)) {
      const members = bindings.elements.filter(({ name, propertyName }) => !/^[A-Z]/.test((propertyName ?? name).text))
      barreled = true
      if (members.length > 0) kept.push(`import { ${members.map((m) => m.getText(source)).join(", ")} } from "${from}"`)
      continue
    }
    if (isEffects(from) && bindings !== undefined && !ts.isNamespaceImport(bindings)) {
      const elements = bindings.elements.map((element) => {
        const imported = (element.propertyName ?? element.name).text
        const renamed = members[`${nameOf(from)}.${imported}`]
        const name = renamed === undefined ? imported : renamed.slice(renamed.indexOf(".") + 1)
        const local = element.propertyName === undefined ? name : `${name} as ${element.name.text}`
        return `${element.isTypeOnly ? "type " : ""}${local}`
      })
      const type = statement.importClause?.isTypeOnly === true ? "type " : ""
      kept.push(`import ${type}{ ${elements.join(", ")} } from "${modules[from] ?? from}"`)
      continue
    }
    kept.push(statement.getText(source))
  }
  const own: Array<string> = []
  if (barreled) {
    const groups = new Map<string, Array<string>>()
    for (const [key, kind] of used) {
      const [path, local] = key.split("\n") as [string, string]
      if (path === "@effect/platform-node/Undici") {
        own.push(`import * as ${local} from "${path}"`)
        continue
      }
      const named = nameOf(path) === local ? local : `${nameOf(path)} as ${local}`
      const group = groups.get(barrelOf(path)) ?? []
      groups.set(barrelOf(path), [...group, kind === "type" ? `type ${named}` : named])
    }
    for (const [path, names] of groups) {
      if (path === "") {
        for (const name of names) {
          const local = name.replace(/^(type )?(\w+ as )?/, "")
          own.push(`import ${name.startsWith("type ") ? "type " : ""}* as ${local} from "fast-check"`)
        }
        continue
      }
      const all = names.every((name) => name.startsWith("type "))
      const sorted = names.map((name) => (all ? name.slice(5) : name)).sort(byName)
      own.push(`import ${all ? "type " : ""}{ ${sorted.join(", ")} } from "${path}"`)
    }
  } else {
    for (const [key, kind] of used) {
      const [path, local] = key.split("\n") as [string, string]
      own.push(`import ${kind === "type" ? "type " : ""}* as ${local} from "${path}"`)
    }
  }
  const isPackage = (line: string) => !/from "\./.test(line)
  const before = kept.filter((line) => isPackage(line) && /from "node:/.test(line))
  const packages = kept.filter((line) => isPackage(line) && !/from "node:/.test(line))
  const path = (line: string) => /from "([^"]*)"/.exec(line)?.[1] ?? ""
  const middle = [...packages, ...own].sort((a, b) => (path(a) < path(b) ? -1 : 1))
  return [...before, ...middle, ...kept.filter((line) => !isPackage(line))]
}

const byName = (a: string, b: string): number => (a.replace(/^type /, "") < b.replace(/^type /, "") ? -1 : 1)
