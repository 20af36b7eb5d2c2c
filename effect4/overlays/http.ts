import type { Overlay } from "../codemod/overlay.js"

/** The sending of requests. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "src/internal/endpoint.ts",
    why: "the prototype of an Effect is made by a function, and a generator yields the Effect itself",
    edits: [
      {
        find: `import { SingleShotGen, YieldWrap } from "effect/Utils"\n`,
        replace: `import { SingleShotGen } from "effect/Utils"\n`
      },
      {
        find: `    Object.assign(Object.create(Function.prototype), Effectable.CommitPrototype, {
      commit(this: Callable) {
        return Effect.suspend(() => this[compiledId]().run(undefined, undefined))
      },
`,
        replace: `    Object.assign(Object.create(Function.prototype), effectPrototype, {
`
      },
      {
        find: "return new SingleShotGen(new YieldWrap(Effect.suspend(() => this[compiledId]().run(undefined, site))))",
        replace: "return new SingleShotGen(Effect.suspend(() => this[compiledId]().run(undefined, site)))"
      },
      {
        find: "const Proto = ",
        replace: `interface CallableEffect extends Callable, Effect.Effect<unknown, PipedriveError, Requirements> {}

const effectPrototype = /*#__PURE__*/ Effectable.Prototype<CallableEffect>({
  label: "effect-pipedrive/Endpoint",
  evaluate() {
    return this[compiledId]().run(undefined, undefined)
  }
})

const Proto = `
      }
    ]
  },
  {
    file: "src/internal/callSite.ts",
    why: "a cause names the frames of spans, which are told apart from the spans",
    edits: [
      {
        find: "Effect.provideService(Effect.fail(error), Tracer.ParentSpan, span)",
        replace: "Effect.withParentSpan(Effect.fail(error), span, { captureStackTrace: false })"
      }
    ]
  },
  {
    file: "src/internal/http/body.ts",
    why: "an error of the client holds its reason as an object",
    edits: [{ find: `=> error.reason === "EmptyBody"`, replace: `=> error.reason._tag === "EmptyBodyError"` }]
  },
  {
    file: "src/internal/http/failure.ts",
    why: "an error of the client holds its reason as an object",
    edits: [
      {
        find: `  const found = faultOf(error.cause ?? error.description ?? error.reason)
  const phase =
    error._tag === "ResponseError"
      ? "receive"
      : error.reason !== "Transport"`,
        replace: `  const { reason } = error
  const found = faultOf(error.cause ?? reason.description ?? reason._tag)
  const phase =
    "response" in reason
      ? "receive"
      : reason._tag !== "TransportError"`
      }
    ]
  },
  {
    file: "src/internal/http/fetchOptions.ts",
    why: "fetch is a reference, of which every context has the default; its client sends no length; a failed upload interrupts its stream before the request",
    edits: [
      {
        find: "Option.getOrUndefined(Context.getOption(context, FetchHttpClient.Fetch))",
        replace: "context.mapUnsafe.get(FetchHttpClient.Fetch.key)"
      },
      { find: "tellingLength(send)) : kept", replace: "tellingLength(quietOnceAborted(send))) : kept" },
      {
        find: ` * The length of a body goes to Node's fetch as the header of a stream only, which it holds the stream to; of other bodies it
 * knows the length itself. Platforms before 0.96.2 send it with those, too, which undici 7 refuses when it is behind Node's
 * fetch (it is, once \`@effect/platform-node\` is loaded); later ones send it with no body.
`,
        replace: ` * The length of a stream goes to Node's fetch as a header, which it holds the stream to. Effect's client takes the header away;
 * of other bodies fetch knows the length itself.
`
      },
      {
        find: `    const headers = new Headers(init?.headers)
    if (length === undefined && !headers.has("content-length")) return send(input, init)
    const { "content-length": _, ...rest } = Object.fromEntries(headers)
    return send(input, {
      ...init,
      headers: length === undefined ? rest : { ...rest, "content-length": String(length) }
    })
`,
        replace: `    if (length === undefined) return send(input, init)
    const headers = Object.fromEntries(new Headers(init?.headers))
    return send(input, { ...init, headers: { ...headers, "content-length": String(length) } })
`
      },
      {
        find: `/**
 * Deno's fetch repeats`,
        replace: `/**
 * When an upload breaks off, Effect's client aborts it, which interrupts the stream of the body and only then reaches fetch.
 * Node's fetch cancels the failed stream, and nobody handles the rejection of this, which ends the program. So a stream does
 * not fail once its request is aborted.
 */
const quietOnceAborted =
  (send: typeof fetch): typeof fetch =>
  (input, init) => {
    const { body, signal } = init ?? {}
    if (!(body instanceof ReadableStream)) return send(input, init)
    const reader = body.getReader()
    const pull = async (controller: ReadableStreamDefaultController<unknown>) => {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (cause) {
        if (signal?.aborted !== true) controller.error(cause)
      }
    }
    const cancel = (reason: unknown) => reader.cancel(reason).catch(() => undefined)
    return send(input, { ...init, body: new ReadableStream({ pull, cancel }, { highWaterMark: 0 }) })
  }

/**
 * Deno's fetch repeats`
      }
    ]
  },
  {
    file: "src/internal/http/multipart.ts",
    why: "an unfold ends with undefined",
    edits: [
      {
        find: `    at < bytes.length ? Option.some([bytes.subarray(at, at + sliceSize), at + sliceSize] as const) : Option.none()
`,
        replace: `    Effect.succeed(at < bytes.length ? ([bytes.subarray(at, at + sliceSize), at + sliceSize] as const) : undefined)
`
      }
    ]
  },
  {
    file: "src/internal/http/transfer.ts",
    why: "a pull ends with Cause.Done among its errors, and gives arrays",
    imports: ["effect/Array", "effect/Cause"],
    edits: [
      {
        find: `          ? Effect.fail(Option.none())
          : Effect.fail(Option.some(short(\`\${count} of \${length} bytes came\`)))`,
        replace: `          ? Cause.done()
          : Effect.fail(short(\`\${count} of \${length} bytes came\`))`
      },
      {
        find: `        onFailure: (error): Effect.Effect<never, Option.Option<E.PipedriveError>> =>
          Option.isSome(error) ? Effect.fail(error) : end(),`,
        replace: `        onFailure: (error): Effect.Effect<never, E.PipedriveError | Cause.Done> =>
          Cause.isDone(error) ? end() : Effect.fail(error),`
      },
      {
        find: "  return Stream.fromPull(\n    Effect.map(Stream.toPull(file), (pull) => {",
        replace: "  return Stream.scoped(Stream.fromPull(\n    Effect.map(Stream.toPull(file), (pull) => {"
      },
      {
        find: "      })\n    })\n  )\n}\n\n/** A part of a file",
        replace: "      })\n    })\n  ))\n}\n\n/** A part of a file"
      },
      { find: "Chunk.reduce(chunk, 0, (sum, part) =>", replace: "Arr.reduce(chunk, 0, (sum, part) =>" },
      {
        find: "> maximum ? Effect.fail(Option.some(tooLarge())) : Effect.succeed(chunk)",
        replace: "> maximum ? Effect.fail(tooLarge()) : Effect.succeed(chunk)"
      },
      {
        find: `  pull: Effect.Effect<B, Option.Option<E.PipedriveError>>
): Effect.Effect<B, Option.Option<E.PipedriveError>> =>`,
        replace: `  pull: Effect.Effect<B, E.PipedriveError | Cause.Done>
): Effect.Effect<B, E.PipedriveError | Cause.Done> =>`
      },
      {
        find: "Effect.fail(Option.some(new E.Timeout({ ...state.sending.call, attempts, duration, of })))",
        replace: "Effect.fail(new E.Timeout({ ...state.sending.call, attempts, duration, of }))"
      }
    ]
  },
  {
    file: "src/internal/telemetry/attempts.ts",
    why: "a tracer takes what it needs of a span by name",
    edits: [
      {
        find: `        const span = tracer.span(
          \`\${sending.span.name}.attempt\`,
          Option.some(sending.span),
          Context.empty(),
          [],
          start,
          "client"
        )`,
        replace: `        const span = tracer.span({
          name: \`\${sending.span.name}.attempt\`,
          parent: Option.some(sending.span),
          annotations: Context.empty(),
          links: [],
          startTime: start,
          kind: "client",
          root: false,
          sampled: sending.span.sampled
        })`
      }
    ]
  }
]
