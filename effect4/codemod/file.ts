/**
 * One file as the codemod knows it: its syntax, the modules of Effect that it imports, and the ones that its rewritten text
 * needs. What no rule touches keeps its text, so that the result is formatted as its source is.
 */
import { ts } from "ts-morph"
import { members, modules } from "./names.js"

/** A module as a file knows it: its path, and the name its members are reached by. */
export interface Known {
  readonly from: string
  readonly name: string
}

/** `Module.member(...)`. */
export interface Call {
  readonly module: Known
  readonly member: string
  readonly call: ts.CallExpression
}

export const nameOf = (path: string): string =>
  path === "fast-check" ? "FastCheck" : path.slice(path.lastIndexOf("/") + 1)

/** Packages whose barrels hold modules: `import { Effect } from "effect"`. */
export const barrels = new Set([
  "effect",
  "@effect/platform",
  "@effect/platform-node",
  "@effect/sql",
  "@effect/experimental",
  "@effect/cli",
  "@effect/cluster",
  "@effect/opentelemetry",
  "@effect/workflow"
])

export const isEffects = (path: string): boolean => /^(effect|@effect)\//.test(path) && path !== "@effect/vitest"

/** Where modules stand that a renamed member belongs to. */
const extra: Readonly<Record<string, string>> = {
  Base64: "effect/encoding/Base64",
  Base64Url: "effect/encoding/Base64Url",
  Hex: "effect/encoding/Hex"
}

/** Rewrites a node; nothing, where it does not apply. */
export type Rule = (node: ts.Node, file: File) => string | undefined

export interface File {
  readonly source: ts.SourceFile
  readonly text: string
  /** Names of classes, of any file, that extend a `Context.Reference`. */
  readonly references: ReadonlySet<string>
  /** Modules by the names that the file gives them. */
  readonly known: ReadonlyMap<string, Known>
  /** Members that the file imports by their own name: `import { Tag } from "effect/Context"`. */
  readonly direct: ReadonlyMap<string, string>
  /** Modules that the rewritten text uses: path and local name, divided by a line break. */
  readonly used: ReadonlyMap<string, "type" | "value">
  /** The module that an expression names. */
  readonly moduleAt: (node: ts.Node) => Known | undefined
  /** The new spelling of `Module.member`, with its import noted. */
  readonly memberAt: (module: Known, member: string, local: string, type: boolean) => string
  /** Notes that the rewritten text uses a module. */
  readonly note: (path: string, local: string, type: boolean) => void
  readonly callOf: (node: ts.Node) => Call | undefined
  /** The rewritten text of a node. */
  readonly print: (node: ts.Node) => string
  /** A node as it is, its children rewritten. */
  readonly children: (node: ts.Node) => string
  readonly list: (nodes: ReadonlyArray<ts.Node>) => string
  /** The text between the parentheses of a call, comments and line breaks kept. */
  readonly between: (nodes: ts.NodeArray<ts.Node>) => string
}

/** What a file imports of Effect. */
const importsOf = (source: ts.SourceFile) => {
  const known = new Map<string, Known>()
  const direct = new Map<string, string>()
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const from = statement.moduleSpecifier.text
    const bindings = statement.importClause?.namedBindings
    if (bindings === undefined) continue
    if (ts.isNamespaceImport(bindings)) {
      if (isEffects(from)) known.set(bindings.name.text, { from, name: nameOf(from) })
    } else if (barrels.has(from)) {
      for (const { name, propertyName } of bindings.elements) {
        const module = (propertyName ?? name).text
        if (/^[A-Z]/.test(module)) known.set(name.text, { from: `${from}/${module}`, name: module })
      }
    } else if (isEffects(from)) {
      for (const { name, propertyName } of bindings.elements) {
        const renamed = members[`${nameOf(from)}.${(propertyName ?? name).text}`]
        if (renamed !== undefined) direct.set(name.text, renamed)
      }
    }
  }

  return { known, direct }
}

/** A file, whose nodes the first rule that applies rewrites. */
export const open = (
  fileName: string,
  text: string,
  references: ReadonlySet<string>,
  rules: ReadonlyArray<Rule>
): File => {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true)
  const { direct, known } = importsOf(source)
  const used = new Map<string, "type" | "value">()

  const moduleAt = (node: ts.Node): Known | undefined => (ts.isIdentifier(node) ? known.get(node.text) : undefined)

  const memberAt = (module: Known, member: string, local: string, type: boolean): string => {
    const to = modules[module.from] ?? module.from
    const renamed = members[`${module.name}.${member}`]
    const [owner, name] = renamed === undefined ? [nameOf(to), member] : (renamed.split(".") as [string, string])
    const path = owner === nameOf(to) ? to : (extra[owner] ?? `effect/${owner}`)
    // a file that gave the module a name of its own keeps that name
    const shown = local === module.name ? owner : owner === nameOf(to) ? local : owner
    note(path, shown, type)
    return `${shown}.${name}`
  }

  const note = (path: string, local: string, type: boolean) => {
    const key = `${path}\n${local}`
    if (used.get(key) !== "value") used.set(key, type ? "type" : "value")
  }

  const children = (node: ts.Node): string => {
    let out = ""
    let at = node.getStart(source)
    ts.forEachChild(node, (child) => {
      const start = child.getStart(source)
      out += text.slice(at, start) + print(child)
      at = child.end
    })
    return out + text.slice(at, node.end)
  }

  const list = (nodes: ReadonlyArray<ts.Node>): string => nodes.map(print).join(", ")

  /** The text between the parentheses of a call, comments and line breaks kept. */
  const between = (nodes: ts.NodeArray<ts.Node>): string => {
    let out = ""
    let at = nodes.pos
    for (const node of nodes) {
      const start = node.getStart(source)
      out += text.slice(at, start) + print(node)
      at = node.end
    }
    return out
  }

  const callOf = (node: ts.Node): Call | undefined => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
    const module = moduleAt(node.expression.expression)
    return module === undefined ? undefined : { module, member: node.expression.name.text, call: node }
  }

  const print = (node: ts.Node): string => {
    for (const rule of rules) {
      const rewritten = rule(node, file)
      if (rewritten !== undefined) return rewritten
    }
    return children(node)
  }

  const file: File = {
    source,
    text,
    references,
    known,
    direct,
    used,
    moduleAt,
    memberAt,
    note,
    callOf,
    print,
    children,
    list,
    between
  }
  return file
}
