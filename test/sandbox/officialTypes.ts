/**
 * What the TypeScript compiler says of bodies, held against the types that the official clients give their users. A body is
 * written down as a type of literals and tuples, so that nothing is asked of it but what a value can be asked.
 */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import ts from "typescript-5"
import type { Operation } from "../../codegen/extract.js"

export interface Mismatch {
  /** `data[].owner.name`; `*` for a key that the official type does not name. */
  readonly path: string
  /** The official model that declares the field, and the field: `v2.Deal.owner_id`. */
  readonly field: string
  /** What the body has there: `null`, `missing`, or the kind of value. */
  readonly has: string
  readonly wants: string
}

export interface Body {
  readonly operation: Operation
  readonly value: unknown
}

const require = createRequire(import.meta.url)
const older = dirname(require.resolve("pipedrive-31/v1"))

/** The type that a user of the official client sees. */
const officialType = ({ legacy, module, name, response, version }: Operation): string => {
  // 31.2.1 forgot this class and its models in its indexes, so that it says `any`; the models' own files know better
  if (module === "Subscriptions" && response.kind === "ref") {
    const file = response.name.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase()
    return `import(${JSON.stringify(join(older, `models/${file}.js`))}).${response.name}`
  }
  const from = legacy === true ? "pipedrive-31" : "pipedrive"
  return `Awaited<ReturnType<import("${from}/${version}").${module}Api["${name}"]>>`
}

const literal = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(literal).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${literal(inner)}`)
    .join(";")}}`
}

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext
}

/** A program of one file that is on no disk. */
const programOf = (text: string) => {
  const file = join(import.meta.dirname, "virtual.ts")
  const host = ts.createCompilerHost(options)
  const { fileExists, getSourceFile } = host
  host.fileExists = (name) => name === file || fileExists(name)
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true) : getSourceFile(name, ...rest)
  const program = ts.createProgram([file], options, host)
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error("the compiler does not see its file")
  return { checker: program.getTypeChecker(), source, problems: program.getSemanticDiagnostics(source) }
}

/** Where each of the bodies is not what the official type says. */
export const mismatches = (bodies: ReadonlyArray<Body>): ReadonlyArray<ReadonlyArray<Mismatch>> => {
  const text = bodies
    .map(({ operation, value }, at) => `type B${at} = ${literal(value)}\ntype T${at} = ${officialType(operation)}\n`)
    .join("")
  const { checker, problems, source } = programOf(text)
  const [problem] = problems
  if (problem !== undefined) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"))
  const types = source.statements
    .filter(ts.isTypeAliasDeclaration)
    .map((declaration) => checker.getTypeAtLocation(declaration.name))
  const walk = walker(checker, source)
  return bodies.map(({ operation, value }, at) => {
    const [body, official] = [types[2 * at], types[2 * at + 1]]
    if (body === undefined || official === undefined) throw new Error("a type is missing")
    if (official.flags & ts.TypeFlags.Any) throw new Error(`${operation.key}: the official type is any`)
    return walk(value, body, official, { path: "", field: operation.key })
  })
}

type Place = Pick<Mismatch, "path" | "field">

const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "array"
      : typeof value === "string"
        ? JSON.stringify(value)
        : typeof value === "object"
          ? `{ ${Object.keys(value)
              .map((key) => key.replace(/^\d+$/, "*"))
              .join(", ")} }`
          : typeof value

/** `v1.Deal` of `.../versions/v1/models/deal.d.ts`; `31.Deal` of the older package. */
const modelOf = (symbol: ts.Symbol): string => {
  const declaration = symbol.declarations?.[0]
  const parent =
    declaration &&
    ts.findAncestor(declaration, (node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
  if (parent === undefined) return "?"
  const file = parent.getSourceFile().fileName
  const version = file.includes("pipedrive-31") ? "31" : file.includes("/v2/") ? "v2" : "v1"
  return `${version}.${(parent as ts.InterfaceDeclaration).name.text}`
}

const walker = (checker: ts.TypeChecker, source: ts.SourceFile) => {
  const typeOf = (symbol: ts.Symbol) => checker.getTypeOfSymbolAtLocation(symbol, source)
  const valueOf = (value: object, key: string) => (value as Readonly<Record<string, unknown>>)[key]
  const below = ({ path }: Place, key: string, model: string): Place => ({
    path: path === "" ? key : `${path}.${key}`,
    field: `${model}.${key}`
  })
  const item = ({ field, path }: Place): Place => ({ field: `${field}[]`, path: `${path}[]` })

  const inner = (value: object, body: ts.Type, official: ts.Type, place: Place): ReadonlyArray<Mismatch> => {
    if (Array.isArray(value)) {
      const items = checker.getIndexTypeOfType(official, ts.IndexKind.Number)
      if (items === undefined) return []
      return checker
        .getTypeArguments(body as ts.TypeReference)
        .flatMap((one, at) => walk(value[at], one, items, item(place)))
    }
    const named = checker.getPropertiesOfType(official)
    const found = named.flatMap((property): ReadonlyArray<Mismatch> => {
      const own = checker.getPropertyOfType(body, property.name)
      const wanted = typeOf(property)
      const at = below(place, property.name, modelOf(property))
      if (own !== undefined) return walk(valueOf(value, property.name), typeOf(own), wanted, at)
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0
      return optional ? [] : [{ ...at, has: "missing", wants: checker.typeToString(wanted) }]
    })
    const rest = checker.getIndexTypeOfType(official, ts.IndexKind.String)
    if (rest === undefined) return found
    const names = new Set(named.map(({ name }) => name))
    const others = checker.getPropertiesOfType(body).filter(({ name }) => !names.has(name))
    const at = { path: `${place.path}.*`, field: `${place.field}.*` }
    return [...found, ...others.flatMap((own) => walk(valueOf(value, own.name), typeOf(own), rest, at))]
  }

  /** The compiler says whether; where it says no, its answers for what is inside say where. */
  const walk = (value: unknown, body: ts.Type, official: ts.Type, place: Place): ReadonlyArray<Mismatch> => {
    if (checker.isTypeAssignableTo(body, official)) return []
    const whole: ReadonlyArray<Mismatch> = [{ ...place, has: kindOf(value), wants: checker.typeToString(official) }]
    if (typeof value !== "object" || value === null) return whole
    const alternatives = (official.isUnion() ? official.types : [official])
      .filter((type) => (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0)
      .filter((type) => checker.isArrayType(type) === Array.isArray(value))
      .map((type) => inner(value, body, type, place))
      .filter((found) => found.length > 0)
      .sort((a, b) => a.length - b.length)
    return alternatives[0] ?? whole
  }
  return walk
}
