/**
 * Rewrites one file from Effect 3 to Effect 4, by its syntax alone. What is not touched keeps its text, so that the result
 * is formatted as its source is.
 */
import { ts } from "ts-morph"
import { members, modules } from "./names.js"

/** A module as a file knows it: its path, and the name its members are reached by. */
interface Known {
  readonly from: string
  readonly name: string
}

const nameOf = (path: string): string => (path === "fast-check" ? "FastCheck" : path.slice(path.lastIndexOf("/") + 1))

const barrelOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")))

/** Packages whose barrels hold modules: `import { Effect } from "effect"`. */
const barrels = new Set([
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

/** @internal */
export const rewrite = (fileName: string, text: string, references: ReadonlySet<string>): string => {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true)
  const known = new Map<string, Known>()
  /** Members that a file imports by their own name: `import { Tag } from "effect/Context"`. */
  const direct = new Map<string, string>()
  const used = new Map<string, "type" | "value">()

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

  /** The module that an expression names, unless the file calls something else by that name. */
  const moduleAt = (node: ts.Node): Known | undefined => (ts.isIdentifier(node) ? known.get(node.text) : undefined)

  /** The new spelling of `Module.member`, with its import noted. */
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

  const isTypePosition = (node: ts.Node): boolean => {
    for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
      if (ts.isTypeNode(at) && !ts.isExpressionWithTypeArguments(at)) return true
      if (ts.isExpressionWithTypeArguments(at)) return ts.isInterfaceDeclaration(at.parent.parent)
      if (ts.isExpression(at) || ts.isStatement(at)) return false
    }
    return false
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

  const callOf = (
    node: ts.Node
  ): { readonly module: Known; readonly member: string; readonly call: ts.CallExpression } | undefined => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
    const module = moduleAt(node.expression.expression)
    return module === undefined ? undefined : { module, member: node.expression.name.text, call: node }
  }

  const isSchema = (module: Known): boolean => module.from === "effect/Schema"

  const schemaName = (module: Known): string => {
    const local = [...known].find(([, value]) => value === module)?.[0] ?? "Schema"
    note("effect/Schema", local, false)
    return local
  }

  const hasEither =
    [...known.values()].some(({ from }) => from === "effect/Either") || /_tag [!=]== "(Left|Right)"/.test(text)

  /** `left` and `right` are also names of functions. */
  const isCalleeOfUnknown = (node: ts.PropertyAccessExpression): boolean =>
    eitherProperties.has(node.name.text) && ts.isCallExpression(node.parent) && node.parent.expression === node

  const print = (node: ts.Node): string => {
    if (ts.isImportDeclaration(node)) return ""
    if (ts.isClassDeclaration(node)) {
      const special = referenceClass(node)
      if (special !== undefined) return special
    }
    const found = callOf(node)
    if (found !== undefined && ts.isCallExpression(node)) {
      const rewritten = effectCall(found)
      if (rewritten !== undefined) return rewritten
    }
    if (found !== undefined && isSchema(found.module)) {
      const rewritten = schemaCall(found.member, found.call, schemaName(found.module))
      if (rewritten !== undefined) return rewritten
    }
    if (ts.isNewExpression(node)) {
      const special = clientError(node)
      if (special !== undefined) return special
    }
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === "unsafeInterruptAsFork"
    ) {
      return `${print(node.expression.expression)}.interruptUnsafe()`
    }
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === "forSchema"
    ) {
      const store = print(node.expression.expression).replace(/^\((.*)\)$/, "$1")
      return `${memberAt(keyValueStore, "toSchemaStore", "KeyValueStore", false)}(${store}, ${between(node.arguments)})`
    }
    if (ts.isCallExpression(node)) {
      const special = tagCall(node) ?? routes(node) ?? piped(node) ?? annotated(node)
      if (special !== undefined) return special
    }
    if (ts.isNewExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const module = moduleAt(node.expression.expression)
      if (module?.from === "@effect/platform/Error" && node.expression.name.text === "BadArgument") {
        const local = node.expression.expression.getText(source)
        return `${memberAt(module, "badArgument", local, false)}(${list(node.arguments ?? [])})`
      }
    }
    if (ts.isPropertyAccessExpression(node)) {
      const method = node.expression.getText(source) === "it" ? testMethods.get(node.name.text) : undefined
      if (method !== undefined) return `it.${method}`
      const module = moduleAt(node.expression)
      if (module?.name === "LogLevel") return JSON.stringify(node.name.text)
      if (module?.name === "TestContext") {
        note("effect/testing/TestClock", "TestClock", false)
        return "TestClock.layer()"
      }
      if (module?.from === "effect/ExecutionStrategy") return JSON.stringify(node.name.text)
      if (module !== undefined)
        return memberAt(module, node.name.text, node.expression.getText(source), isTypePosition(node))
      const renamed = properties.get(node.name.text) ?? (hasEither ? eitherProperties.get(node.name.text) : undefined)
      if (renamed !== undefined && !isCalleeOfUnknown(node)) {
        return children(node).slice(0, -node.name.text.length) + renamed
      }
    }
    if (
      hasEither &&
      ts.isStringLiteral(node) &&
      (node.text === "Left" || node.text === "Right") &&
      (ts.isExpression(node.parent) || ts.isVariableDeclaration(node.parent))
    ) {
      return node.text === "Left" ? '"Failure"' : '"Success"'
    }
    if (hasEither && ts.isIdentifier(node) && (node.text === "onLeft" || node.text === "onRight") && isName(node)) {
      return node.text === "onLeft" ? "onFailure" : "onSuccess"
    }
    if (ts.isQualifiedName(node) && node.getText(source) === "Config.Config.Wrap") {
      return memberAt({ from: "effect/Config", name: "Config" }, "Wrap", "Config", true)
    }
    if (
      ts.isQualifiedName(node) &&
      ts.isQualifiedName(node.left) &&
      node.left.right.text === node.left.left.getText(source)
    ) {
      // `Effect.Effect.Success<A>` is `Effect.Success<A>`
      const module = moduleAt(node.left.left)
      if (module !== undefined && flattened.has(module.name)) {
        return memberAt(module, node.right.text, node.left.right.text, true)
      }
    }
    if (ts.isQualifiedName(node)) {
      const module = moduleAt(node.left)
      if (module !== undefined) {
        const type = !ts.isTypeQueryNode(node.parent) || true
        return memberAt(module, node.right.text, node.left.getText(source), type)
      }
    }
    if (ts.isUnionTypeNode(node)) {
      // nothing has to provide a reference
      const kept = node.types.filter((type) => !isReference(type))
      if (kept.length < node.types.length) return kept.length === 0 ? "never" : kept.map(print).join(" | ")
    }
    if (ts.isTypeReferenceNode(node)) {
      if (isReference(node) && ts.isTypeReferenceNode(node.parent)) return "never"
      const special = typeReference(node)
      if (special !== undefined) return special
    }
    if (isFaultMessage(node)) {
      return ts.isShorthandPropertyAssignment(node) ? "issue: message" : `issue: ${print(node.initializer)}`
    }
    if (ts.isIdentifier(node) && ts.isPropertyAssignment(node.parent) && isName(node)) {
      if (node.text.startsWith("unsafeCurrentTime")) return properties.get(node.text) ?? node.text
    }
    if (ts.isIdentifier(node) && !isName(node)) {
      const module = known.get(node.text)
      if (module !== undefined) {
        const to = modules[module.from] ?? module.from
        const shown = node.text === module.name ? nameOf(to) : node.text
        note(to, shown, isTypePosition(node))
        return ts.isShorthandPropertyAssignment(node.parent) && shown !== node.text ? `${node.text}: ${shown}` : shown
      }
      const renamed = direct.get(node.text)
      if (renamed !== undefined) return renamed.slice(renamed.indexOf(".") + 1)
    }
    return children(node)
  }

  const isReference = (node: ts.TypeNode): boolean =>
    ts.isTypeReferenceNode(node) &&
    (ts.isQualifiedName(node.typeName)
      ? references.has(node.typeName.right.text)
      : references.has(node.typeName.text) && !ownTypes.has(node.typeName.text))

  /** Types that the file declares: another file may have a reference of that name. */
  const ownTypes = new Set(
    source.statements.flatMap((statement) =>
      ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ? [statement.name.text] : []
    )
  )

  /** `Schema.Schema<A, I>` is `Schema.Codec<A, I>`. */
  const typeReference = (node: ts.TypeReferenceNode): string | undefined => {
    const name = node.typeName
    if (!ts.isQualifiedName(name)) return undefined
    const module = moduleAt(name.left)
    if (
      module?.from === "@effect/platform/HttpApp" &&
      name.right.text === "Default" &&
      node.typeArguments === undefined
    ) {
      const type = (from: string, name: string) => {
        note(from, name, true)
        return `${name}.${name}`
      }
      const response = type("effect/http/HttpServerResponse", "HttpServerResponse")
      const needs = `${type("effect/http/HttpServerRequest", "HttpServerRequest")} | ${type("effect/Scope", "Scope")}`
      note("effect/Effect", "Effect", true)
      return `Effect.Effect<${response}, never, ${needs}>`
    }
    if (ts.isQualifiedName(name.left) && /^(All|Any|AnyNoContext)$/.test(name.right.text)) {
      const owner = moduleAt(name.left.left)
      if (owner !== undefined && isSchema(owner)) {
        const local = name.left.left.getText(source)
        note("effect/Schema", local, true)
        return name.right.text === "AnyNoContext" ? `${local}.Codec<any, any>` : `${local}.Top`
      }
    }
    if (module !== undefined && isSchema(module) && name.right.text === "Schema") {
      note("effect/Schema", name.left.getText(source), true)
      return `${name.left.getText(source)}.Codec${children(node).slice(children(name).length)}`
    }
    return undefined
  }

  /** `new RequestError({ request, reason: "Transport", cause })`: an error of the client holds its reason as an object. */
  const clientError = (node: ts.NewExpression): string | undefined => {
    if (!ts.isPropertyAccessExpression(node.expression)) return undefined
    const module = moduleAt(node.expression.expression)
    const member = node.expression.name.text
    const [fields] = node.arguments ?? []
    if (module?.name !== "HttpClientError" || !/^Re(quest|sponse)Error$/.test(member)) return undefined
    if (fields === undefined || !ts.isObjectLiteralExpression(fields)) return undefined
    const reason = fields.properties.find((property) => property.name?.getText(source) === "reason")
    if (reason === undefined || !ts.isPropertyAssignment(reason)) return undefined
    const kind = reasons.get(reason.initializer.getText(source))
    if (kind === undefined) return undefined
    const local = node.expression.expression.getText(source)
    const rest = fields.properties.filter((property) => property !== reason)
    return `new ${memberAt(module, "HttpClientError", local, false)}({ reason: new ${memberAt(module, kind, local, false)}({ ${list(rest)} }) })`
  }

  /** What a call needs beyond another name. */
  const effectCall = ({ call, member, module }: NonNullable<ReturnType<typeof callOf>>): string | undefined => {
    const args = call.arguments
    const local = (call.expression as ts.PropertyAccessExpression).expression.getText(source)
    const to = (name: string) => `${memberAt(module, name, local, false)}`
    const effect = (name: string) => memberAt({ from: "effect/Effect", name: "Effect" }, name, "Effect", false)
    const arg = (index: number) => print(args[index] as ts.Node)
    const last = args.length - 1
    const before = args
      .slice(0, -1)
      .map((one) => `${print(one)}, `)
      .join("")
    switch (`${module.name}.${member}`) {
      case "Stream.runFold": {
        const start = args.length - 2
        return `${to("runFold")}(${args.map((_, i) => (i === start ? `() => ${arg(i)}` : arg(i))).join(", ")})`
      }
      case "Effect.orElse":
        return `${to("catchAll")}(${between(args)})`
      case "Effect.orElseFail":
        return `${to("mapError")}(${between(args)})`
      case "Effect.dieMessage":
        return `${to("die")}(new Error(${arg(0)}))`
      case "Effect.timeoutFail": {
        const options = args[last] as ts.Node
        if (!ts.isObjectLiteralExpression(options)) return undefined
        const fields = options.properties.map((property) => {
          if (property.name?.getText(source) !== "onTimeout") return print(property)
          if (!ts.isPropertyAssignment(property)) return `orElse: () => ${to("fail")}(onTimeout())`
          const body = property.initializer
          return ts.isArrowFunction(body) && !ts.isBlock(body.body)
            ? `orElse: () => ${to("fail")}(${print(body.body)})`
            : `orElse: () => ${to("fail")}((${print(body)})())`
        })
        return `${to("timeoutOrElse")}(${before}{ ${fields.join(", ")} })`
      }
      case "Random.nextIntBetween":
        return args.length === 2 ? `${to(member)}(${between(args)}, { halfOpen: true })` : undefined
      case "Schedule.intersect":
      case "Schedule.union":
        return args.length === 2 ? `${to(member)}([${between(args)}])` : undefined
      case "Effect.withSpan": {
        // only what is called with the effect first takes all options at once
        const without = args.length === 2 ? arg(1).replace(/\s*captureStackTrace: false,?/, "") : ""
        return args.length === 2 && without !== arg(1)
          ? `${to("withSpan")}(${arg(0)}, ${without}, { captureStackTrace: false })`
          : undefined
      }
      case "Fiber.interruptFork":
        return `${effect("asVoid")}(${effect("forkDaemon")}(${to("interrupt")}(${arg(0)})))`
      case "Stream.fromReadableStream":
        return args.length === 2
          ? `${to("fromReadableStream")}({ evaluate: ${arg(0)}, onError: ${arg(1)} })`
          : undefined
      case "NodeKeyValueStore.layerFileSystem": {
        note("@effect/platform-node/NodeServices", "NodeServices", false)
        note("effect/Layer", "Layer", false)
        const store = memberAt(keyValueStore, "layerFileSystem", "KeyValueStore", false)
        return `${store}(${between(args)}).pipe(Layer.provide(NodeServices.layer))`
      }
      case "Workflow.make": {
        // a workflow has its name before all else
        const [options] = args
        if (options === undefined || !ts.isObjectLiteralExpression(options)) return undefined
        const name = options.properties.find((property) => property.name?.getText(source) === "name")
        if (name === undefined || !ts.isPropertyAssignment(name)) return undefined
        const rest = print(options).replace(new RegExp(`\\s*name: ${print(name.initializer)},?`), "")
        return `${to("make")}(${print(name.initializer)}, ${rest})`
      }
      case "Deferred.unsafeMake":
        return `${to("unsafeMake")}${call.typeArguments === undefined ? "" : `<${list(call.typeArguments)}>`}()`
      case "Effect.withClock":
        note("effect/Clock", "Clock", false)
        return `${to("provideService")}(${before}Clock.Clock, ${arg(last)})`
      case "Stream.mapConcat":
        // two steps of a pipe
        if (args.length === 1) return `${to("map")}(${between(args)}), ${to("flattenIterable")}`
        return args.length === 2 ? `${to("flattenIterable")}(${to("map")}(${between(args)}))` : undefined
      case "Stream.mapConcatChunk":
        return args.length === 2 ? `${to("flattenArray")}(${to("map")}(${between(args)}))` : undefined
      case "Effect.yieldNow":
        return to("yieldNow")
      case "Effect.repeatN":
        return `${to("repeat")}(${before}{ times: ${arg(last)} })`
      case "Fiber.poll":
        note("effect/Option", "Option", false)
        return `${effect("sync")}(() => Option.fromNullishOr(${arg(0)}.pollUnsafe()))`
      case "Clock.make":
        return `${to("Clock")}.defaultValue()`
      case "Tracer.make": {
        // a context that only runs what it is given is what there is without one
        const [tracer] = args
        if (tracer === undefined || !ts.isObjectLiteralExpression(tracer)) return undefined
        const kept = tracer.properties.filter(
          (one) =>
            !(one.name?.getText(source) === "context" && /^context: \((\w+)\) => \1\(\)$/.test(one.getText(source)))
        )
        return `${to("make")}({ ${list(kept)} })`
      }
      case "Console.withConsole":
        return `${effect("provideService")}(${before}${to("Console")}, ${arg(last)})`
      case "Logger.replace":
        return `${to("layer")}([${arg(1)}])`
      case "Logger.remove":
        return `${to("layer")}([])`
      case "Logger.withMinimumLogLevel":
        note("effect/References", "References", false)
        return `${effect("provideService")}(${before}References.MinimumLogLevel, ${arg(last)})`
      case "ConfigProvider.fromMap": {
        const [map] = args
        if (map === undefined || !ts.isNewExpression(map)) return undefined
        const [entries] = map.arguments ?? []
        return entries !== undefined &&
          ts.isCallExpression(entries) &&
          entries.expression.getText(source) === "Object.entries"
          ? `${to("fromUnknown")}(${list(entries.arguments)})`
          : `${to("fromUnknown")}(Object.fromEntries(${list(map.arguments ?? [])}))`
      }
      case "Effect.tracerWith":
        note("effect/Tracer", "Tracer", false)
        return `Tracer.Tracer.use(${between(args)})`
      default:
        return undefined
    }
  }

  /**
   * A class that extends a `Context.Reference` is a constant: `const CurrentPolicy: Context.Reference<Policy>`. Nothing has to
   * provide a reference, and so its type as a requirement is `never`.
   */
  const referenceClass = (node: ts.ClassDeclaration): string | undefined => {
    const clause = node.heritageClauses?.[0]?.types[0]?.expression
    if (node.name === undefined || clause === undefined) return undefined
    let call: ts.Expression = clause
    // `(() => Context.Reference<Self>()(id, options))()`
    if (
      ts.isCallExpression(call) &&
      ts.isParenthesizedExpression(call.expression) &&
      ts.isArrowFunction(call.expression.expression)
    ) {
      call = call.expression.expression.body as ts.Expression
    }
    if (!ts.isCallExpression(call)) return undefined
    const inner = callOf(call.expression)
    if (inner?.module.name !== "Context" || inner.member !== "Reference") return undefined
    note("effect/Context", "Context", false)
    const exported = node.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) === true ? "export " : ""
    return `${exported}const ${node.name.text} = /*#__PURE__*/ Context.Reference(${between(call.arguments)})`
  }

  /** `{ key, value }`, as a record of its own. */
  const record = (shape: ts.Node, schema: string): string | undefined => {
    if (!ts.isObjectLiteralExpression(shape)) return undefined
    const field = (key: string) => shape.properties.find((p) => p.name?.getText(source) === key)
    const value = (p: ts.ObjectLiteralElementLike | undefined) =>
      p !== undefined && ts.isPropertyAssignment(p) ? print(p.initializer) : (p?.name?.getText(source) ?? "")
    return `${schema}.Record(${value(field("key"))}, ${value(field("value"))})`
  }

  /** The shape of Schema's constructors and checks. */
  const schemaCall = (member: string, call: ts.CallExpression, schema: string): string | undefined => {
    const args = call.arguments
    switch (member) {
      case "TemplateLiteral":
      case "TemplateLiteralParser":
      case "Tuple":
      case "Union":
        if (args[0] !== undefined && ts.isArrayLiteralExpression(args[0])) {
          return `${schema}.TupleWithRest(${schema}.Tuple(${print(args[0])}), [${list(args.slice(1))}])`
        }
        return args.some(ts.isSpreadElement) && args.length === 1
          ? `${schema}.${member}(${print((args[0] as ts.SpreadElement).expression)})`
          : `${schema}.${member}([${between(args)}])`
      case "Literal":
        if (args.length > 1 && args.some(isNull)) {
          const rest = args.filter((one) => !isNull(one))
          const literals = rest.length === 1 ? `Literal(${list(rest)})` : `Literals([${list(rest)}])`
          return `${schema}.NullOr(${schema}.${literals})`
        }
        if (args.length === 1 && args[0]?.kind === ts.SyntaxKind.NullKeyword) return `${schema}.Null`
        if (args.length === 1 && !ts.isSpreadElement(args[0] as ts.Node)) return undefined
        return args.length === 1
          ? `${schema}.Literals(${print((args[0] as ts.SpreadElement).expression)})`
          : `${schema}.Literals([${between(args)}])`
      case "Struct": {
        const [fields, ...records] = args
        if (fields === undefined || records.length === 0) return undefined
        return `${schema}.StructWithRest(${schema}.Struct(${print(fields)}), [${records.map((one) => record(one, schema) ?? print(one)).join(", ")}])`
      }
      case "Record":
        return args[0] === undefined ? undefined : record(args[0], schema)
      case "make":
        return call.typeArguments?.length === 1
          ? `${schema}.make<${schema}.Codec<${list(call.typeArguments)}>>(${between(args)})`
          : undefined
      case "transform": {
        const [from, into, options] = args
        if (from === undefined || into === undefined || options === undefined || !ts.isObjectLiteralExpression(options))
          return undefined
        note("effect/SchemaTransformation", "SchemaTransformation", false)
        const steps = print(options).replace(/\s*strict: (true|false),?/, "")
        const source = ts.isAsExpression(from) ? `(${print(from)})` : print(from)
        return `${source}.pipe(${schema}.decodeTo(${print(into)}, SchemaTransformation.transform(${steps})))`
      }
      default:
        return undefined
    }
  }

  /** `HttpRouter.empty.pipe(HttpRouter.get(path, handler))` is the layer `HttpRouter.add("GET", path, handler)`. */
  const routes = (node: ts.CallExpression): string | undefined => {
    const pipe = node.expression
    if (!ts.isPropertyAccessExpression(pipe) || pipe.name.text !== "pipe") return undefined
    const { expression: empty } = pipe
    const module = ts.isPropertyAccessExpression(empty) ? moduleAt(empty.expression) : undefined
    if (module?.name !== "HttpRouter" || !ts.isPropertyAccessExpression(empty) || empty.name.text !== "empty") {
      return undefined
    }
    const to = (member: string) => memberAt(module, member, empty.expression.getText(source), false)
    const steps = node.arguments.map((argument) => {
      const step = callOf(argument)
      const method = step?.module === module ? routeMethods.get(step.member) : undefined
      return method === undefined || step === undefined ? undefined : `"${method}", ${between(step.call.arguments)}`
    })
    if (steps.includes(undefined)) return undefined
    if (steps.length === 1) return `${to("add")}(${steps[0]})`
    // a step stands where it stood, with the comment before it
    let out = ""
    let at = node.arguments.pos
    for (const [index, argument] of node.arguments.entries()) {
      const start = argument.getStart(source)
      out += `${text.slice(at, start)}${to("route")}(${steps[index]})`
      at = argument.end
    }
    return `${to("addAll")}([${out}${text.slice(at, node.end - 1)}])`
  }

  /** `schema.pipe(Schema.between(0, 100))` is `schema.check(Schema.isBetween({ minimum: 0, maximum: 100 }))`. */
  const piped = (node: ts.CallExpression): string | undefined => {
    if (!ts.isPropertyAccessExpression(node.expression) || node.expression.name.text !== "pipe") return undefined
    const parts = node.arguments.map((argument) => {
      const step = callOf(argument)
      return step !== undefined && isSchema(step.module) ? check(step) : undefined
    })
    if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined
    return `${print(node.expression.expression)}.check(${parts.join(", ")})`
  }

  /** Of `{ path, message }`, which a filter says, the message: there it is an `issue`. */
  const isFaultMessage = (node: ts.Node): node is ts.PropertyAssignment | ts.ShorthandPropertyAssignment => {
    if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node)) return false
    const names = node.parent.properties.map((property) => property.name?.getText(source)).join()
    if (node.name.getText(source) !== "message" || names !== "path,message") return false
    for (let at: ts.Node = node; !ts.isStatement(at) || ts.isReturnStatement(at) || ts.isBlock(at); at = at.parent) {
      const call = callOf(at)
      if (call?.member === "filter" && isSchema(call.module)) return true
      if (at.parent === undefined) return false
    }
    return false
  }

  /** `schema.annotations({ ... })` is `schema.annotate({ ... })`. */
  const annotated = (node: ts.CallExpression): string | undefined =>
    ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "annotations"
      ? `${print(node.expression.expression)}.annotate(${between(node.arguments)})`
      : undefined

  /** What is said of a check: `message: () => text` is `message: text`. */
  const annotation = (node: ts.Node): string => {
    if (!ts.isObjectLiteralExpression(node)) return print(node)
    const said = node.properties.map((property) => {
      if (property.name?.getText(source) !== "message" || !ts.isPropertyAssignment(property)) return print(property)
      const body = property.initializer
      return ts.isArrowFunction(body) && body.parameters.length === 0 && !ts.isBlock(body.body)
        ? `message: ${print(body.body)}`
        : print(property)
    })
    return `{ ${said.join(", ")} }`
  }

  const check = ({ call, member, module }: NonNullable<ReturnType<typeof callOf>>): string | undefined => {
    const schema = schemaName(module)
    const args = call.arguments
    const list = (nodes: ReadonlyArray<ts.Node>): string => nodes.map(annotation).join(", ")
    switch (member) {
      case "between":
        return `${schema}.isBetween({ minimum: ${print(args[0] as ts.Node)}, maximum: ${print(args[1] as ts.Node)} }${
          args.length > 2 ? `, ${list(args.slice(2))}` : ""
        })`
      case "maxItems":
        return `${schema}.isMaxLength(${list(args)})`
      case "minItems":
        return `${schema}.isMinLength(${list(args)})`
      case "greaterThan":
      case "greaterThanOrEqualTo":
      case "lessThan":
      case "lessThanOrEqualTo":
      case "maxLength":
      case "minLength":
      case "pattern":
      case "int":
      case "finite":
      case "multipleOf":
        return `${schema}.is${member[0]?.toUpperCase()}${member.slice(1)}(${list(args)})`
      case "filter":
        return `${schema}.makeFilter(${list(args)})`
      default:
        return undefined
    }
  }

  /**
   * `Context.Tag(id)<Self, Shape>()` is `Context.Service<Self, Shape>()(id)`, and `Context.Reference<Self>()(id, options)` is
   * `Context.Reference<Shape>(id, options)` where the class that extends it is a constant.
   */
  const tagCall = (node: ts.CallExpression): string | undefined => {
    if (node.arguments.length === 0 && node.typeArguments !== undefined) {
      const inner = callOf(node.expression)
      if (inner?.module.name === "Context" && inner.member === "Tag") {
        note("effect/Context", "Context", false)
        return `Context.Service<${list(node.typeArguments)}>()(${list(inner.call.arguments)})`
      }
    }
    return undefined
  }

  let out = ""
  let at = 0
  const imports: Array<ts.ImportDeclaration> = []
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) imports.push(statement)
  }
  const first = imports[0]
  for (const statement of source.statements) {
    const start = statement.getStart(source)
    if (ts.isImportDeclaration(statement)) {
      out += text.slice(at, start) + (statement === first ? "\u0000" : "")
      at = statement.end
      // an import leaves no empty line behind
      if (text[at] === "\n" && statement !== imports.at(-1)) at++
      continue
    }
    out += text.slice(at, start) + print(statement)
    at = statement.end
  }
  out += text.slice(at)
  return out.replace("\u0000", () => importLines(imports, source, used, print).join("\n"))
}

/** What `@effect/vitest` calls otherwise: every test of an effect has a scope. */
const testMethods: ReadonlyMap<string, string> = new Map([
  ["scoped", "effect"],
  ["scopedLive", "live"]
])

/** The methods of requests, by what a router of Effect 3 calls them. */
const routeMethods: ReadonlyMap<string, string> = new Map([
  ["del", "DELETE"],
  ["get", "GET"],
  ["patch", "PATCH"],
  ["post", "POST"],
  ["put", "PUT"]
])

/** Modules whose types of members stand beside the type. */
const flattened = new Set(["Effect", "Layer", "Stream"])

/** Members of values that have another name. */
const properties: ReadonlyMap<string, string> = new Map([
  ["unsafeCurrentTimeMillis", "currentTimeMillisUnsafe"],
  ["unsafeCurrentTimeNanos", "currentTimeNanosUnsafe"],
  ["unsafeMap", "mapUnsafe"],
  ["unsafePoll", "pollUnsafe"],
  ["currentContext", "context"]
])

/** Why a request failed: names, which are classes in Effect 4. */
const reasons: ReadonlyMap<string, string> = new Map([
  [`"Transport"`, "TransportError"],
  [`"Encode"`, "EncodeError"],
  [`"InvalidUrl"`, "InvalidUrlError"],
  [`"Decode"`, "DecodeError"],
  [`"EmptyBody"`, "EmptyBodyError"],
  [`"StatusCode"`, "StatusCodeError"]
])

const eitherProperties: ReadonlyMap<string, string> = new Map([
  ["left", "failure"],
  ["right", "success"]
])

const isEffects = (path: string): boolean => /^(effect|@effect)\//.test(path) && path !== "@effect/vitest"

const keyValueStore: Known = { from: "@effect/platform/KeyValueStore", name: "KeyValueStore" }

/** Where modules stand that a renamed member belongs to. */
const extra: Readonly<Record<string, string>> = {
  Base64: "effect/encoding/Base64",
  Base64Url: "effect/encoding/Base64Url",
  Hex: "effect/encoding/Hex"
}

const isNull = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.NullKeyword

const isName = (node: ts.Identifier): boolean => {
  const { parent } = node
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isQualifiedName(parent) && parent.right === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ((ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent)) &&
      parent.name === node)
  )
}

/** The classes of a file that extend a `Context.Reference`. */
export const referencesOf = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/class (\w+) extends[^{]*?Context\.Reference</g), ([, name]) => name as string)

/** The imports of the rewritten file: the ones that are not Effect's as they were, and Effect's as they are needed. */
const importLines = (
  imports: ReadonlyArray<ts.ImportDeclaration>,
  source: ts.SourceFile,
  used: ReadonlyMap<string, "type" | "value">,
  print: (node: ts.Node) => string
): ReadonlyArray<string> => {
  const kept: Array<string> = []
  const wanted = new Set<string>()
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
    void print
    kept.push(statement.getText(source))
  }
  void wanted
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
