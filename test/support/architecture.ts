/**
 * The rules of the house, checked on the syntax trees of the source files.
 */
import { posix } from "node:path"
import { ts } from "ts-morph"

/**
 * Where each top-level module stands. A module may import those that stand lower, and those of its own floor.
 */
const floors: ReadonlyArray<ReadonlyArray<string>> = [
  ["PipedriveError"],
  [
    "Auth",
    "HttpLayer",
    "RateLimiter",
    "RateLimiterShared",
    "TokenStore",
    "TokenStoreSql",
    "OAuth2",
    "SyncStore",
    "SyncStoreSql",
    "Undici"
  ],
  ["Batch", "Bulk", "Field", "Endpoint", "Pagination", "CustomFields", "Sync", "Times", "Upload", "Download"],
  ["v1", "v2"],
  ["current"],
  ["Pipedrive", "Accounts", "Upsert", "WebhookEvents"],
  ["sandbox"],
  ["index"]
]

/** Modules that other modules of the source never import, however high they stand. */
const ends: ReadonlyArray<string> = ["sandbox", "index"]

/** What `internal` may not know. */
const notForInternal: ReadonlyArray<string> = ["v1", "v2", "current", "Pipedrive", "sandbox", "index"]

/** The edge of the sandbox, where a Node server is started: the one place that knows Node and runs Effects. */
const serverEdge = /^src\/sandbox\/server\.ts$/

/** Where fibers are made that their maker waits for or interrupts: no edge, and only by `Runtime.runFork`. */
const ownFibers = /^src\/internal\/fiber\.ts$/

/** What knows SQL, behind an entry point of its own. */
const sqlEdge = /^src\/(TokenStore|SyncStore)Sql\.ts$/

/** What knows the store of shared limits, likewise. */
const sharedEdge = /^src\/RateLimiterShared\.ts$/

/** What knows undici, likewise. */
const undiciEdge = /^src\/(Undici|internal\/http\/undici)\.ts$/

const runners = new Set(["runPromise", "runPromiseExit", "runSync", "runSyncExit", "runFork", "runCallback"])

/** The top-level module a file belongs to: `src/v2/Deals.ts` is part of `v2`. */
const moduleOf = (file: string): string =>
  file
    .replace(/^src\//, "")
    .replace(/\.ts$/, "")
    .split("/")[0] ?? ""

const checkImport = (file: string, specifier: string): string | undefined => {
  const from = moduleOf(file)
  if (!specifier.startsWith(".")) {
    if (specifier === "effect" || specifier === "@effect/platform") return "imports a barrel"
    if (/^(effect|@effect\/platform)\//.test(specifier)) return undefined
    if (serverEdge.test(file) && /^(node:|@effect\/platform-node\/)/.test(specifier)) return undefined
    if (undiciEdge.test(file) && specifier.startsWith("@effect/platform-node/")) return undefined
    if (sharedEdge.test(file) && specifier === "@effect/experimental/RateLimiter") return undefined
    if (sqlEdge.test(file) && /^@effect\/sql\//.test(specifier)) return undefined
    return "is not a dependency of the core"
  }
  const target = posix.join(posix.dirname(file), specifier.replace(/\.js$/, ".ts"))
  if (!target.startsWith("src/")) return "leads out of src"
  const to = moduleOf(target)
  if (from === to) return undefined
  if (from === "internal") return notForInternal.includes(to) ? "is not for internal" : undefined
  if (to === "internal") return undefined
  const here = floors.findIndex((floor) => floor.includes(from))
  const there = floors.findIndex((floor) => floor.includes(to))
  if (here < 0) return "imported by a module without a floor: give it one in test/support/architecture.ts"
  if (there < 0) return "has no floor: give it one in test/support/architecture.ts"
  if (there > here) return "stands higher"
  if (from.startsWith("v") && there === here) return "is another version"
  return ends.includes(to) && from !== "index" ? "is not imported by other modules" : undefined
}

const checkNode = (file: string, node: ts.Node): string | undefined => {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const [object, name] = [node.expression.text, node.name.text]
    if (object === "console") return `uses console.${name}`
    const own = object === "Runtime" && name === "runFork" && ownFibers.test(file)
    if ((object === "Effect" || object === "Runtime") && runners.has(name) && !own && !serverEdge.test(file)) {
      return `runs an Effect with ${object}.${name}`
    }
    if (object === "Date" && name === "now") return "reads the time from Date.now: use Clock"
    if (object === "Math" && name === "random") return "takes Math.random: use Random"
  }
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    if (node.expression.text === "Function") return "builds code from text"
    if (node.expression.text === "Date" && (node.arguments ?? []).length === 0) return "reads the time: use Clock"
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "eval") {
    return "builds code from text"
  }
  if (node.kind === ts.SyntaxKind.AnyKeyword && moduleOf(file) !== "internal") return "uses any"
  return undefined
}

const specifierOf = (node: ts.Node): string | undefined => {
  const literal =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : undefined
  return literal !== undefined && ts.isStringLiteral(literal) ? literal.text : undefined
}

/**
 * Every breach in one file, as `file:line: what`.
 */
export const breaches = (file: string, text: string): ReadonlyArray<string> => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022)
  const found: Array<string> = []
  const report = (node: ts.Node, what: string) =>
    found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}: ${what}`)
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node)
    const wrong = specifier === undefined ? undefined : checkImport(file, specifier)
    if (wrong !== undefined) report(node, `"${specifier}" ${wrong}`)
    const use = checkNode(file, node)
    if (use !== undefined) report(node, use)
    ts.forEachChild(node, visit)
  }
  const [first] = source.statements
  if (first !== undefined && (ts.isImportDeclaration(first) || ts.isExportDeclaration(first))) {
    // stripInternal drops what stands below such a comment from the declarations
    if (text.slice(0, first.getStart(source)).includes("@internal")) report(first, "loses an import to @internal")
  }
  visit(source)
  return found
}
