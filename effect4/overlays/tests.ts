import type { Overlay } from "../codemod/overlay.js"

/** Tests, and what supports them. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "test/Endpoint.test.ts",
    why: "what is both an Effect and a function is run as an Effect",
    edits: [
      { find: "is a function to these two", replace: "is an effect to these two" },
      { find: "[called, called]", replace: "[run, run]" }
    ]
  },
  {
    file: "test/http/fetchOptions.test.ts",
    why: "no client of the platform sends a length with fetch",
    edits: [{ find: "      assert.isUndefined(yield* sent({}, counted))\n", replace: "" }]
  },
  {
    file: "test/http/transports/options.test.ts",
    why: "no client of the platform sends a length with fetch",
    edits: [
      { find: `import * as HttpClient from "effect/http/HttpClient"\n`, replace: "" },
      { find: ", which fetch knows itself, where an older platform does", replace: ", which fetch knows itself" },
      {
        find: `      const older = HttpClient.make((request, url, signal) =>
        Effect.flatMap(Effect.serviceOption(FetchHttpClient.Fetch), (send) =>
          Effect.promise(async () => {
            const headers = { ...request.headers, "content-length": "12" }
            return HttpClientResponse.fromWeb(
              request,
              await Option.getOrThrow(send)(url, { method: request.method, headers, signal })
            )
          })
        )
      )
`,
        replace: ""
      },
      {
        find: "Layer.succeed(HttpClient.HttpClient, older)",
        replace: "FetchHttpClient.layer"
      }
    ]
  },
  {
    file: "test/http/transports/files.test.ts",
    why: "the platform's client over Node http waits for the socket",
    edits: [
      {
        find: `    // the platform's client over Node http reads a stream of single parts without waiting for the socket: docs/files.md says so
    if (transport === "Node http") return
`,
        replace: ""
      }
    ]
  },
  {
    file: "test/check.test.ts",
    why: "a missing key is never taken for undefined",
    edits: [{ find: "{ onExcessProperty, exact: true }", replace: "{ onExcessProperty }" }]
  },
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
    file: "test/http/failure.test.ts",
    why: "what went wrong is called otherwise",
    edits: [{ find: `["send", "Transport"]`, replace: `["send", "TransportError"]` }]
  },
  {
    file: "test/http/gate.test.ts",
    why: "a fiber goes on at once when it is woken, so that no interruption comes between the grant and its end",
    edits: [
      {
        find: `who waits", () => {
  it.effect("and is interrupted just when a place was granted gives it back"`,
        replace: `who waits", () => {
  it.effect("has a place as soon as it is granted, and an interruption then comes too late"`
      },
      {
        find: `      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
      assert.strictEqual(gate.inFlight, 0)
      assert.lengthOf(gate.all.log, 0)`,
        replace: `      const exit = yield* Fiber.await(waiting)
      assert.isTrue(Exit.isSuccess(exit))
      assert.strictEqual(gate.inFlight, 1)
      if (Exit.isSuccess(exit)) Gate.abandon(gate, exit.value, false)
      assert.strictEqual(gate.inFlight, 0)
      assert.lengthOf(gate.all.log, 0)`
      }
    ]
  },
  {
    file: "test/http/shared.test.ts",
    why: "the store tells how long ago it added tokens, and is one of Effect's own over any client of Redis",
    imports: ["@effect/platform-node/NodeRedis"],
    edits: [
      { find: `import { layerStore } from "@effect/experimental/RateLimiter/Redis"\n`, replace: "" },
      {
        find: "import { layerStoreMemory, RateLimiterStore",
        replace: "import { layerStoreMemory, layerStoreRedis, RateLimiterError, RateLimiterStore"
      },
      {
        find: `tokenBucket: ({ key }) => Effect.sync(() => keys.add(key)).pipe(Effect.as(0))`,
        replace: `tokenBucket: ({ key }) => Effect.sync(() => keys.add(key)).pipe(Effect.as([0, 0] as const)),
          adaptiveConsume: () => Effect.never,
          adaptiveFeedback: () => Effect.never`
      },
      {
        find: `fixedWindow: () => Effect.fail(new RateLimitStoreError({ message: "gone" })),
      tokenBucket: () => Effect.never`,
        replace: `fixedWindow: () => Effect.fail(new RateLimiterError({ reason: new RateLimitStoreError({ message: "gone" }) })),
      tokenBucket: () => Effect.never,
      adaptiveConsume: () => Effect.never,
      adaptiveFeedback: () => Effect.never`
      },
      {
        find: `layerStore({
        host: "127.0.0.1",
        port: redis.port,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null
      })`,
        replace: `layerStoreRedis().pipe(
        Layer.provide(
          NodeRedis.layer({
            disableOfflineQueue: true,
            socket: { host: "127.0.0.1", port: redis.port, reconnectStrategy: false }
          })
        )
      )`
      }
    ]
  },
  {
    file: "test/http/sharedWorker.ts",
    why: "the store is one of Effect's own over any client of Redis",
    imports: ["@effect/platform-node/NodeRedis", "effect/persistence/RateLimiter"],
    edits: [
      { find: `import { layerStore } from "@effect/experimental/RateLimiter/Redis"\n`, replace: "" },
      {
        find: `layerStore({ host: "127.0.0.1", port })`,
        replace: `RateLimiter.layerStoreRedis().pipe(Layer.provide(NodeRedis.layer({ socket: { host: "127.0.0.1", port } })))`
      }
    ]
  },
  {
    file: "test/oauth/mysql.test.ts",
    why: "a client of a database has more to it",
    edits: [
      {
        find: `    executeValues: () => Effect.succeed([]),
`,
        replace: `    executeValues: () => Effect.succeed([]),
    executeValuesUnprepared: () => Effect.succeed([]),
`
      },
      { find: `compiler, spanAttributes: [] }`, replace: `compiler, driver: "mysql", spanAttributes: [] }` }
    ]
  },
  {
    file: "test/http/transports/proxies.test.ts",
    why: "undici 8 forwards plain requests unless it is told to tunnel them, and Node's own fetch needs a wrapper around it",
    edits: [
      {
        find: "const by = (options: Undici.ProxyAgent.Options) => ({",
        replace: `const by = (given: Undici.ProxyAgent.Options) => {
  const options = { proxyTunnel: true, ...given }
  return {`
      },
      {
        find: "(dispatcher) => ({ dispatcher }) as RequestInit",
        replace: "(dispatcher) => ({ dispatcher: new Undici.Dispatcher1Wrapper(dispatcher) }) as RequestInit"
      },
      {
        find: `    )
  )
})

const ways`,
        replace: `    )
  )
  }
}

const ways`
      }
    ]
  },
  {
    file: "test/http/transports/files.test.ts",
    why: "fetch lets a body go a turn after the call is over",
    edits: [
      {
        find: `          assert.isBelow(counts.bytes, 32 * megabyte)
          assert.strictEqual(counts.ended, 1)`,
        replace: `          assert.isBelow(counts.bytes, 32 * megabyte)
          for (let turn = 0; turn < 50 && counts.ended === 0; turn++) yield* Effect.sleep(10)
          assert.strictEqual(counts.ended, 1)`
      }
    ]
  },
  {
    file: "test/cli/fields.test.ts",
    why: "its packages stand a folder above",
    edits: [{ find: `resolve("node_modules")`, replace: `resolve("../node_modules")` }]
  },
  {
    file: "codegen/extract.ts",
    why: "the official client's versions stand in the manifest of the repository",
    edits: [
      {
        find: `new URL("../package.json", import.meta.url)`,
        replace: `new URL("../../../package.json", import.meta.url)`
      }
    ]
  },
  {
    file: "test/oauth/config.test.ts",
    why: "Effect itself takes the Buffer that may be among the globals",
    edits: [{ find: String.raw`\bBuffer\b/`, replace: String.raw`(?<!globalThis\.)\bBuffer\b/` }]
  },
  {
    file: "test/http/telemetry.test.ts",
    why: "annotations of the log stand in a reference of the fiber",
    edits: [
      {
        find: "Logger.make(({ annotations, logLevel, message }) => {",
        replace: "Logger.make(({ fiber, logLevel, message }) => {"
      },
      {
        find: "Object.fromEntries(HashMap.toEntries(annotations))",
        replace: "{ ...fiber.getRef(References.CurrentLogAnnotations) }"
      }
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
  }
]
