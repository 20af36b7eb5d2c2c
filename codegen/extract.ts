/**
 * The official client's operations, as data: read from the declarations and the code that its packages publish.
 */
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { ts } from "ts-morph"
import { type Models, makeModels, type Type } from "./types.js"

export type Version = "v1" | "v2"

export interface Parameter {
  /** The official client's name for it. */
  readonly name: string
  /** The name on the wire; the whole body has none. */
  readonly wire: string
  readonly place: "path" | "query" | "form" | "body"
  readonly required: boolean
  readonly type: Type
  /** The official client writes a `Date` given here as a day or as a point in time. */
  readonly time?: "date" | "timestamp"
  /** The official client takes an array here and joins it with commas. */
  readonly joined?: true
  /** Its comment says that several values are sent comma-joined. */
  readonly commas?: true
}

export interface Operation {
  /** `v2.getDeals`. */
  readonly key: string
  readonly version: Version
  /** The official class, without `Api`. */
  readonly module: string
  /** The official name. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly path: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly contentType?: "application/json" | "application/x-www-form-urlencoded" | "multipart/form-data"
  readonly scopes: ReadonlyArray<string>
  readonly response: Type
  /** The version of the official client that has it. */
  readonly release: string
  readonly beta?: true
  readonly deprecated?: true
  /** Only in the older of the two packages. */
  readonly legacy?: true
}

export interface Surface {
  readonly version: Version
  readonly legacy: boolean
  readonly models: Models
  readonly operations: ReadonlyArray<Operation>
}

/** What is generated, in three parts: v2, v1, and the v1 that only the older package knows. */
export interface Official {
  readonly v2: Surface
  readonly v1: Surface
  readonly legacy: Surface
  readonly operations: ReadonlyArray<Operation>
}

/** The packages as `package.json` names them: the one place where their versions are written. */
const dependencies: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8")
).devDependencies

const require = createRequire(import.meta.url)

/** A version of the official client, and the folder of its `v1` and `v2`. */
export interface Source {
  readonly release: string
  readonly folder: string
}

export const sourceIn = (folder: string): Source => ({
  folder,
  release: JSON.parse(readFileSync(join(folder, "../../package.json"), "utf8")).version
})

const installed = (name: string): Source => {
  const source = sourceIn(dirname(dirname(require.resolve(`${name}/v1`))))
  const named = dependencies[name]?.replace(/^.*@/, "")
  if (source.release !== named) throw new Error(`${name}: package.json names ${named}, ${source.release} is installed`)
  return source
}

/** `current` stands in for the newer of the two packages: a test changes a copy of it. */
export const extract = (current: Source = installed("pipedrive")): Official => {
  const v2 = surface(current, "v2", false)
  const v1 = surface(current, "v1", false)
  const older = surface(installed("pipedrive-31"), "v1", true)
  const kept = new Set(v1.operations.map((operation) => operation.name))
  const legacy = { ...older, operations: older.operations.filter((operation) => !kept.has(operation.name)) }
  return { v2, v1, legacy, operations: [...v2.operations, ...v1.operations, ...legacy.operations] }
}

const surface = ({ folder, release }: Source, version: Version, legacy: boolean): Surface => {
  const root = join(folder, version)
  const models = makeModels(join(root, "models"))
  const api = join(root, "api")
  const operations = readdirSync(api)
    .filter((file) => file.endsWith("-api.d.ts"))
    .sort()
    .flatMap((file) => readClass(models, join(api, file), version, release, legacy))
  return { version, legacy, models, operations: onlyOnce(operations) }
}

/** The operations of `BetaApi` also stand in the class of their resource: there they stay, marked. */
const onlyOnce = (operations: ReadonlyArray<Operation>): ReadonlyArray<Operation> => {
  const beta = new Set(operations.filter(({ module }) => module === "Beta").map(({ name }) => name))
  const kept = operations
    .filter(({ module }) => module !== "Beta")
    .map((operation): Operation => (beta.has(operation.name) ? { ...operation, beta: true } : operation))
  const names = new Set(kept.map(({ name }) => name))
  if (names.size !== kept.length) throw new Error("an operation stands in two classes")
  for (const name of beta) if (!names.has(name)) throw new Error(`${name} stands in BetaApi alone`)
  return kept
}

const readClass = (
  models: Models,
  file: string,
  version: Version,
  release: string,
  legacy: boolean
): ReadonlyArray<Operation> => {
  const declarations = models.load(file)
  const declaration = declarations.statements.find(ts.isClassDeclaration)
  if (declaration?.name === undefined) throw new Error(`${file} declares no class`)
  const name = declaration.name.text
  const requests = readRequests(models.load(file.replace(/\.d\.ts$/, ".js")), `${name}AxiosParamCreator`)
  return declaration.members.filter(ts.isMethodDeclaration).map((method): Operation => {
    const operation = method.name.getText(declarations)
    const request = requests.get(operation)
    if (request === undefined) throw new Error(`${name}.${operation} makes no request`)
    const input = method.parameters[0]?.type
    const given = input === undefined ? [] : inputFields(declarations, input)
    const answer = answerType(declarations, name, method)
    if (answer === undefined) throw new Error(`${name}.${operation} has no type`)
    const parameters = given.map((field): Parameter => {
      const parameter = field.name.getText(declarations).replaceAll("'", "")
      const use = request.uses.get(parameter)
      if (use === undefined || field.type === undefined) throw new Error(`${name}.${operation} ignores ${parameter}`)
      const required = field.questionToken === undefined
      if (required !== request.required.has(parameter))
        throw new Error(`${name}.${operation}: is ${parameter} required?`)
      const commas = severalValues.test(commentOf(field, declarations)) ? { commas: true as const } : {}
      return { name: parameter, required, type: models.typeOf(field.type, declarations), ...use, ...commas }
    })
    const deprecated = ts.getJSDocDeprecatedTag(method) !== undefined
    return {
      key: `${version}.${operation}`,
      version,
      module: name.replace(/Api$/, ""),
      name: operation,
      method: request.method,
      path: request.path,
      parameters,
      ...(request.contentType === undefined ? {} : { contentType: request.contentType }),
      scopes: request.scopes,
      response: models.typeOf(answer, declarations),
      release,
      ...(deprecated || legacy ? { deprecated: true } : {}),
      ...(legacy ? { legacy: true } : {})
    }
  })
}

const severalValues = /comma[- ]separated|separated (by|with) (a )?commas?\b|multiple (selection|statuses)/i

const commentOf = (node: ts.Node, source: ts.SourceFile): string =>
  source.text.slice(node.getFullStart(), node.getStart(source)).replaceAll(/\s*\n\s*\* ?/g, " ")

/**
 * The type of an answer. Where the class knows none (`Promise<any>`: 31.2.1 for the subscriptions), the functions that the
 * class is made of still do: `Promise<(..) => Promise<X>>`.
 */
const answerType = (source: ts.SourceFile, name: string, method: ts.MethodDeclaration): ts.TypeNode | undefined => {
  if (method.type?.getText(source) !== "Promise<any>") return method.type
  const functions = find(
    source,
    (node): node is ts.VariableDeclaration =>
      ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === `${name}Fp`
  )
  const own =
    functions &&
    find(
      functions,
      (node): node is ts.MethodSignature =>
        ts.isMethodSignature(node) && node.name.getText(source) === method.name.getText(source)
    )
  return own?.type && find(own.type, ts.isFunctionTypeNode)?.type
}

const inputFields = (source: ts.SourceFile, type: ts.TypeNode): ReadonlyArray<ts.PropertySignature> => {
  const name = type.getText(source)
  const declaration = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name
  )
  if (declaration === undefined) throw new Error(`${source.fileName} does not declare ${name}`)
  return declaration.members.filter(ts.isPropertySignature)
}

// -----------------------------------------------------------------------------
// requests, as the official client's code makes them
// -----------------------------------------------------------------------------

interface Use {
  readonly wire: string
  readonly place: Parameter["place"]
  readonly time?: "date" | "timestamp"
  readonly joined?: true
}

interface Request {
  readonly method: Operation["method"]
  readonly path: string
  readonly uses: ReadonlyMap<string, Use>
  readonly required: ReadonlySet<string>
  readonly contentType?: NonNullable<Operation["contentType"]>
  readonly scopes: ReadonlyArray<string>
}

/** `const XApiAxiosParamCreator = function (configuration) { return { getX: (a, b) => ..., ... } }` */
const readRequests = (source: ts.SourceFile, name: string): ReadonlyMap<string, Request> => {
  const creator = find(
    source,
    (node): node is ts.VariableDeclaration =>
      ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === name
  )
  const functions = creator && find(creator, ts.isObjectLiteralExpression)
  if (functions === undefined) throw new Error(`${source.fileName} has no ${name}`)
  return new Map(
    functions.properties
      .filter(ts.isPropertyAssignment)
      .map((property) => [property.name.getText(source), readRequest(property.initializer, source)])
  )
}

const readRequest = (code: ts.Expression, source: ts.SourceFile): Request => {
  const uses = new Map<string, Use>()
  const required = new Set<string>()
  let method: string | undefined
  let path: string | undefined
  let contentType: string | undefined
  let scopes: ReadonlyArray<string> = []

  const use = (expression: ts.Expression, wire: string, place: Use["place"]) => {
    const date = find(
      expression,
      (node): node is ts.PropertyAccessExpression =>
        ts.isPropertyAccessExpression(node) && node.name.text === "toISOString"
    )
    const cut = find(
      expression,
      (node): node is ts.PropertyAccessExpression => ts.isPropertyAccessExpression(node) && node.name.text === "substr"
    )
    const joined = find(
      expression,
      (node): node is ts.PropertyAccessExpression => ts.isPropertyAccessExpression(node) && node.name.text === "join"
    )
    const parameter = ts.isIdentifier(expression) ? expression : find(expression, ts.isIdentifier)
    if (parameter === undefined) throw new Error(`${source.fileName}: ${expression.getText(source)}`)
    uses.set(parameter.text, {
      wire,
      place,
      ...(date === undefined ? {} : { time: cut === undefined ? "timestamp" : "date" }),
      ...(joined === undefined ? {} : { joined: true })
    })
  }

  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      if (node.name.text === "localVarPath") path = readPath(node.initializer, source, use)
      if (node.name.text === "localVarRequestOptions") {
        const options = find(node.initializer, ts.isObjectLiteralExpression)?.properties[0]
        if (options !== undefined && ts.isPropertyAssignment(options)) method = text(options.initializer)
      }
    }
    if (ts.isBinaryExpression(node) && ts.isElementAccessExpression(node.left)) {
      const target = node.left.expression.getText(source)
      const key = text(node.left.argumentExpression)
      if (target === "localVarQueryParameter") use(node.right, key, "query")
      if (target === "localVarHeaderParameter") {
        if (key !== "Content-Type") throw new Error(`${source.fileName}: a header ${key}`)
        contentType = text(node.right)
      }
    }
    if (ts.isCallExpression(node)) {
      const callee = node.expression.getText(source)
      const [first, second, third] = node.arguments
      if (/assertParamExists\)$/.test(callee) && second !== undefined) required.add(text(second))
      if (/setOAuthToObject\)$/.test(callee) && third !== undefined && ts.isArrayLiteralExpression(third)) {
        scopes = third.elements.map(text)
      }
      if (/^localVarFormParams\.(append|set)$/.test(callee) && first !== undefined && second !== undefined) {
        use(second, text(first), "form")
      }
      if (/serializeDataIfNeeded\)$/.test(callee) && first !== undefined) use(first, "", "body")
    }
    ts.forEachChild(node, visit)
  }
  visit(code)

  if (method === undefined || path === undefined)
    throw new Error(`${source.fileName}: a request without method or path`)
  return {
    method: method as Operation["method"],
    path,
    uses,
    required,
    scopes,
    ...(contentType === undefined ? {} : { contentType: contentType as NonNullable<Operation["contentType"]> })
  }
}

/** `/deals/{id}`, and which parameter stands at which place. */
const readPath = (
  code: ts.Expression,
  source: ts.SourceFile,
  use: (expression: ts.Expression, wire: string, place: "path") => void
): string => {
  if (ts.isNoSubstitutionTemplateLiteral(code)) return code.text
  if (!ts.isCallExpression(code) || !ts.isPropertyAccessExpression(code.expression)) {
    throw new Error(`${source.fileName}: a path ${code.getText(source)}`)
  }
  const [place, value] = code.arguments
  const key = place && find(place, ts.isStringLiteral)
  const written =
    value &&
    find(
      value,
      (node): node is ts.CallExpression => ts.isCallExpression(node) && node.expression.getText(source) === "String"
    )
  const parameter = written?.arguments[0]
  if (key === undefined || parameter === undefined) throw new Error(`${source.fileName}: ${code.getText(source)}`)
  use(parameter, key.text, "path")
  return readPath(code.expression.expression, source, use)
}

const text = (node: ts.Node): string => {
  if (ts.isStringLiteralLike(node)) return node.text
  throw new Error(`expected a string, found ${ts.SyntaxKind[node.kind]}`)
}

const find = <A extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is A): A | undefined => {
  if (is(node)) return node
  return ts.forEachChild(node, (child) => find(child, is))
}
