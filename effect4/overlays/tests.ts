import type { Overlay } from "../codemod/overlay.js"

/** Tests, and what supports them. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "test/support/tracing.ts",
    why: "a tracer takes what it needs of a span by name",
    edits: [
      {
        find: "span: (name, parent, context, links, startTime, kind) => {",
        replace: "span: ({ annotations, kind, links, name, parent, startTime }) => {"
      },
      { find: `        context,\n`, replace: `        annotations,\n` }
    ]
  },
  {
    file: "test/http/transports/support.ts",
    why: "what starts and ends fibers is told to a service of the fibers, not to a supervisor",
    imports: ["effect/Metric"],
    edits: [
      {
        find: `    const supervisor = yield* Supervisor.track
    const exit = yield* Effect.exit(Effect.supervised(effect, supervisor))
`,
        replace: `    let left = 0
    const exit = yield* effect.pipe(
      Effect.provideService(Metric.FiberRuntimeMetrics, {
        recordFiberStart: () => void left++,
        recordFiberEnd: () => void left--
      }),
      Effect.exit
    )
`
      },
      {
        find: `turn < 50 && (yield* supervisor.value).length > 0; turn++)`,
        replace: `turn < 50 && left > 0; turn++)`
      },
      { find: `(yield* supervisor.value).length, 0`, replace: `left, 0` }
    ]
  },
  {
    file: "test/http/watching.test.ts",
    why: "annotations of the log stand in a reference of the fiber",
    edits: [
      { find: "Logger.make(({ annotations, message }) => {", replace: "Logger.make(({ fiber, message }) => {" },
      {
        find: "Object.fromEntries(HashMap.toEntries(annotations))",
        replace: "{ ...fiber.getRef(References.CurrentLogAnnotations) }"
      }
    ]
  },
  {
    file: "test/http/secrecy.test.ts",
    why: "a value is formatted by a module of its own, and a cause with all its causes",
    imports: ["effect/Formatter"],
    edits: [
      { find: "Inspectable.format(held)", replace: "Formatter.formatJson(held)" },
      { find: "Cause.pretty(held, { renderErrorCause: true })", replace: "Cause.pretty(held)" }
    ]
  },
  {
    file: "test/http/limiter.test.ts",
    why: "an error of the client holds its reason as an object",
    edits: [
      {
        find: "new HttpClientError.RequestError({ request, reason, cause })",
        replace: `new HttpClientError.HttpClientError({ reason: new HttpClientError[\`\${reason}Error\`]({ request, cause }) })`
      }
    ]
  },
  {
    file: "test/sandbox/faults.test.ts",
    why: "an error of the client holds its reason as an object",
    edits: [
      { find: `error._tag === "RequestError" ? error.cause`, replace: `error._tag === "HttpClientError" ? error.cause` }
    ]
  },
  {
    file: "test/download.test.ts",
    why: "an error of the platform holds its reason as an object",
    edits: [
      {
        find: `assert.deepInclude(yield* to(join(own, "none", "a.bin")), { _tag: "SystemError", reason: "NotFound" })
      const wrong = yield* to(own)
      assert.strictEqual(wrong._tag, "BadArgument")`,
        replace: `const missing = yield* to(join(own, "none", "a.bin"))
      assert.strictEqual(missing._tag === "PlatformError" ? missing.reason._tag : missing._tag, "NotFound")
      const wrong = yield* to(own)
      assert.strictEqual(wrong._tag === "PlatformError" ? wrong.reason._tag : wrong._tag, "BadArgument")`
      },
      {
        find: `assert.strictEqual(error._tag, "SystemError")`,
        replace: `assert.strictEqual(error._tag, "PlatformError")`
      }
    ]
  },
  {
    file: "test/upload.test.ts",
    why: "an error of the platform holds its reason as an object",
    edits: [
      {
        find: `assert.deepInclude(missing, { _tag: "SystemError", reason: "NotFound" })`,
        replace: `assert.strictEqual(missing._tag === "PlatformError" ? missing.reason._tag : missing._tag, "NotFound")`
      },
      {
        find: `assert.strictEqual(wrong._tag, "BadArgument")`,
        replace: `assert.strictEqual(wrong._tag === "PlatformError" ? wrong.reason._tag : wrong._tag, "BadArgument")`
      }
    ]
  },
  {
    file: "test/schema/inputIssues.test.ts",
    why: "a declared type says otherwise what it found",
    imports: ["effect/Effect"],
    edits: [
      {
        find: `Schema.declare([], {
    decode: () => (u, _, ast) => SchemaIssue.fail(new SchemaIssue.Type(ast, u, "is no price")),
    encode: () => (u, _, ast) => SchemaIssue.fail(new SchemaIssue.Type(ast, u, "is no price"))
  })`,
        replace: `Schema.declareConstructor<never>()(
    [],
    () => () => Effect.fail(new SchemaIssue.InvalidValue({ message: "is no price" }))
  )`
      }
    ]
  },
  {
    file: "test/syncCluster.test.ts",
    why: "a level of the log is its name",
    edits: [{ find: "logLevel.label", replace: "logLevel.toUpperCase()" }]
  }
]
