/** Calls of Effect's functions, and classes, that need more than another name. */
import { ts } from "ts-morph"
import type { Known, Rule } from "./file.js"

const keyValueStore: Known = { from: "@effect/platform/KeyValueStore", name: "KeyValueStore" }

/** What a call needs beyond another name. */
const effectCall: Rule = (node, file) => {
  const { between, callOf, list, memberAt, note, print, source } = file
  const found = callOf(node)
  if (found === undefined) return undefined
  const { call, member, module } = found
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
      return args.length === 2 ? `${to("fromReadableStream")}({ evaluate: ${arg(0)}, onError: ${arg(1)} })` : undefined
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

/** The methods of requests, by what a router of Effect 3 calls them. */
const routeMethods: ReadonlyMap<string, string> = new Map([
  ["del", "DELETE"],
  ["get", "GET"],
  ["patch", "PATCH"],
  ["post", "POST"],
  ["put", "PUT"]
])

/** `HttpRouter.empty.pipe(HttpRouter.get(path, handler))` is the layer `HttpRouter.add("GET", path, handler)`. */
const routes: Rule = (node, file) => {
  const { between, callOf, memberAt, moduleAt, source, text } = file
  if (!ts.isCallExpression(node)) return undefined
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

/** Why a request failed: names, which are classes in Effect 4. */
const reasons: ReadonlyMap<string, string> = new Map([
  [`"Transport"`, "TransportError"],
  [`"Encode"`, "EncodeError"],
  [`"InvalidUrl"`, "InvalidUrlError"],
  [`"Decode"`, "DecodeError"],
  [`"EmptyBody"`, "EmptyBodyError"],
  [`"StatusCode"`, "StatusCodeError"]
])

/** `new RequestError({ request, reason: "Transport", cause })`: an error of the client holds its reason as an object. */
const clientError: Rule = (node, file) => {
  const { list, memberAt, moduleAt, source } = file
  if (!ts.isNewExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
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

/** `new BadArgument(...)` is `badArgument(...)`. */
const badArgument: Rule = (node, { list, memberAt, moduleAt }) => {
  if (!ts.isNewExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  const { expression, name } = node.expression
  const module = moduleAt(expression)
  return module?.from === "@effect/platform/Error" && name.text === "BadArgument"
    ? `${memberAt(module, "badArgument", expression.getText(), false)}(${list(node.arguments ?? [])})`
    : undefined
}

/** `store.forSchema(schema)` is `KeyValueStore.toSchemaStore(store, schema)`. */
const schemaStore: Rule = (node, { between, memberAt, print }) => {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  const { expression, name } = node.expression
  if (name.text !== "forSchema") return undefined
  const store = print(expression).replace(/^\((.*)\)$/, "$1")
  return `${memberAt(keyValueStore, "toSchemaStore", "KeyValueStore", false)}(${store}, ${between(node.arguments)})`
}

/** `fiber.unsafeInterruptAsFork(id)` is `fiber.interruptUnsafe()`. */
const interruptFork: Rule = (node, { print }) =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  node.expression.name.text === "unsafeInterruptAsFork"
    ? `${print(node.expression.expression)}.interruptUnsafe()`
    : undefined

/**
 * `Context.Tag(id)<Self, Shape>()` is `Context.Service<Self, Shape>()(id)`, and `Context.Reference<Self>()(id, options)` is
 * `Context.Reference<Shape>(id, options)` where the class that extends it is a constant.
 */
const tagCall: Rule = (node, file) => {
  const { callOf, list, note } = file
  if (ts.isCallExpression(node) && node.arguments.length === 0 && node.typeArguments !== undefined) {
    const inner = callOf(node.expression)
    if (inner?.module.name === "Context" && inner.member === "Tag") {
      note("effect/Context", "Context", false)
      return `Context.Service<${list(node.typeArguments)}>()(${list(inner.call.arguments)})`
    }
  }
  return undefined
}

/**
 * A class that extends a `Context.Reference` is a constant: `const CurrentPolicy: Context.Reference<Policy>`. Nothing has to
 * provide a reference, and so its type as a requirement is `never`.
 */
const referenceClass: Rule = (node, file) => {
  const { between, callOf, note } = file
  if (!ts.isClassDeclaration(node)) return undefined
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

export const callRules: ReadonlyArray<Rule> = [
  referenceClass,
  effectCall,
  clientError,
  interruptFork,
  schemaStore,
  tagCall,
  routes,
  badArgument
]
