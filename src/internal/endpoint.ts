/**
 * What happens when an endpoint is called.
 */
import type * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Either from "effect/Either"
import { SingleShotGen, YieldWrap } from "effect/Utils"
import type { AnyDescription, Description, Requirements } from "../Endpoint.js"
import type { Policy } from "../HttpLayer.js"
import { InvalidRequest, type Issue, type PipedriveError } from "../PipedriveError.js"
import * as CallSite from "./callSite.js"
import { isBrowser } from "./http/body.js"
import * as Download from "./http/download.js"
import * as Envelope from "./http/envelope.js"
import * as Failure from "./http/failure.js"
import * as Multipart from "./http/multipart.js"
import * as Send from "./http/send.js"
import * as Limiter from "./rateLimit/gate.js"
import * as Check from "./schema/check.js"
import * as Encode from "./schema/encode.js"
import * as Complete from "./schema/promisedData.js"
import * as Issues from "./schema/responseIssues.js"
import * as Drift from "./telemetry/drift.js"
import * as Metrics from "./telemetry/metrics.js"
import { isShallow, tooDeep } from "./text.js"
import { version as packageVersion } from "./version.js"

/** @internal */
export type Run<A> = (input?: unknown) => Effect.Effect<A, PipedriveError, Requirements>

/** What becomes of a file that comes. It is read within the call, which is then retried as a whole, or later. @internal */
export type Consumer<A> = (file: Download.Incoming) => Effect.Effect<A, PipedriveError>

interface Compiled<I, A> {
  readonly endpoint: Description<I, A>
  readonly encode: Encode.Encoder
  readonly run: (input: unknown, site: CallSite.CallSite) => Effect.Effect<A, PipedriveError, Requirements>
  readonly consume: <B>(
    input: unknown,
    site: CallSite.CallSite,
    consumer: Consumer<B>
  ) => Effect.Effect<B, PipedriveError, Requirements>
}

// -----------------------------------------------------------------------------
// a function that is an Effect
// -----------------------------------------------------------------------------

const compiledId: unique symbol = Symbol.for("effect-pipedrive/internal/endpoint/compiled")

interface Callable {
  (input?: unknown): Effect.Effect<unknown, PipedriveError, Requirements>
  readonly [compiledId]: () => Compiled<unknown, unknown>
}

const Proto = /*#__PURE__*/ (() =>
  Object.defineProperty(
    Object.assign(Object.create(Function.prototype), Effectable.CommitPrototype, {
      commit(this: Callable) {
        return Effect.suspend(() => this[compiledId]().run(undefined, undefined))
      },
      // `yield* Deals.list` is where the caller's line can be told
      [Symbol.iterator](this: Callable) {
        const site = CallSite.capture()
        return new SingleShotGen(new YieldWrap(Effect.suspend(() => this[compiledId]().run(undefined, site))))
      }
    }),
    "endpoint",
    {
      get(this: Callable) {
        return this[compiledId]().endpoint
      }
    }
  ))()

/** @internal */
export interface Made<I, A> extends Run<A> {
  readonly endpoint: Description<I, A>
  readonly [compiledId]: () => Compiled<I, A>
}

/** The callable of a description, which is looked at on first use. @internal */
export const make = <I, A>(describe: () => Description<I, A>): Made<I, A> => {
  let memo: Compiled<I, A> | undefined
  const compiled = () => (memo ??= compile(describe()))
  const callable = (input?: unknown) => {
    const site = CallSite.capture()
    return Effect.suspend(() => compiled().run(input, site))
  }
  return Object.assign(Object.setPrototypeOf(callable, Proto), { [compiledId]: compiled })
}

/** The call of an endpoint on behalf of the caller of something else: errors name that one's line. @internal */
export const at =
  <I, A>(made: Made<I, A>, site: CallSite.CallSite): Run<A> =>
  (input) =>
    Effect.suspend(() => made[compiledId]().run(input, site))

/** What an input is on the wire, or what is wrong with it. @internal */
export const encode = <I, A>(made: Made<I, A>, input: unknown): Encode.Wire | ReadonlyArray<Issue> =>
  made[compiledId]().encode(input)

type Named = Pick<AnyDescription, "method" | "name" | "path" | "version">

const refusal = ({ method, name, path, version }: Named, issues: ReadonlyArray<Issue>): InvalidRequest =>
  CallSite.made(new InvalidRequest({ endpoint: `${version}.${name}`, method, path: `/api/${version}${path}`, issues }))

/** Fails before anything is sent. @internal */
export const refuse = (endpoint: Named, issues: ReadonlyArray<Issue>): Effect.Effect<never, InvalidRequest> =>
  Effect.fail(refusal(endpoint, issues))

/** Calls an endpoint whose answer is a file, and gives that to a consumer. @internal */
export const consume = <B>(
  endpoint: unknown,
  input: unknown,
  site: CallSite.CallSite,
  consumer: Consumer<B>
): Effect.Effect<B, PipedriveError, Requirements> =>
  Effect.suspend(() => {
    const compiled = typeof endpoint === "function" ? (endpoint as Partial<Callable>)[compiledId]?.() : undefined
    if (compiled?.endpoint.response === "binary") return compiled.consume(input, site, consumer)
    const issues = [{ path: [], message: "is not an endpoint that answers with a file: give v1.Files.download" }]
    return Effect.fail(new InvalidRequest({ endpoint: "Download", method: "GET", path: "", issues }))
  })

// -----------------------------------------------------------------------------
// requests
// -----------------------------------------------------------------------------

// Node, Bun, Deno and edge runtimes let a program name itself; in a browser the header would fail the CORS check
const userAgent = /*#__PURE__*/ (() => (isBrowser ? {} : { "user-agent": `effect-pipedrive/${packageVersion}` }))()

/** The headers of every request. @internal */
export const headers = (binary: boolean): Readonly<Record<string, string>> => ({
  accept: binary ? "*/*" : "application/json",
  // of what is packed nobody can say whether it came whole
  ...(binary && !isBrowser ? { "accept-encoding": "identity" } : {}),
  ...userAgent
})

const compile = <I, A>(endpoint: Description<I, A>): Compiled<I, A> => {
  const encode = Encode.make(endpoint)
  const binary = endpoint.response === "binary"
  const blank = HttpClientRequest.make(endpoint.method)("", { headers: headers(binary) })
  const receive = receiver(endpoint)
  const name = `${endpoint.version}.${endpoint.name}`
  const meter = Metrics.make(name)
  const search = Limiter.isSearch(endpoint.path)
  const { cost } = endpoint
  const options = {
    kind: "client",
    captureStackTrace: false,
    attributes: { "http.request.method": endpoint.method, "url.template": `/api/${endpoint.version}${endpoint.path}` }
  } as const
  const send = <B>(
    input: unknown,
    site: CallSite.CallSite,
    receive: (call: Failure.Call, answer: Send.Received, policy: Policy) => Effect.Effect<B, PipedriveError>
  ): Effect.Effect<B, PipedriveError, Requirements> =>
    Envelope.useSpan(`Pipedrive.${name}`, options, site, (span) => {
      const wire = encode(input)
      if (Encode.isIssues(wire)) return Send.unsent(meter, refusal(endpoint, wire))
      const call = { endpoint: name, method: endpoint.method, path: wire.path }
      const url = wire.query === "" ? wire.path : `${wire.path}?${wire.query}`
      const sending = ({ body, restartable }: Multipart.Outgoing): Effect.Effect<B, PipedriveError, Requirements> =>
        Send.send({
          call,
          request: request(blank, url, body),
          binary,
          restartable,
          cost,
          search,
          meter,
          span,
          receive: (answer, policy) => receive(call, answer, policy)
        })
      return Multipart.isForm(wire.body)
        ? Effect.matchEffect(Multipart.toBody(wire.body), {
            onFailure: (fault): Effect.Effect<never, PipedriveError> =>
              fault._tag === "Unsendable"
                ? Send.unsent(meter, refusal(endpoint, [{ path: [fault.key], message: fault.message }]))
                : Send.unsent(meter, Failure.fromDefect(call, fault.cause, 0, [], "body")),
            onSuccess: sending
          })
        : sending({ body: wire.body, restartable: true })
    })
  return {
    encode,
    endpoint,
    run: (input, site) => send(input, site, receive),
    consume: (input, site, consumer) =>
      send(input, site, (call, answer) =>
        isSuccess(answer.status) ? received(call, answer, consumer) : failedAsText(call, answer)
      )
  }
}

const request = (
  blank: HttpClientRequest.HttpClientRequest,
  url: string,
  body: HttpBody.HttpBody
): HttpClientRequest.HttpClientRequest => {
  const addressed = HttpClientRequest.setUrl(blank, url)
  return body._tag === "Empty" ? addressed : HttpClientRequest.setBody(addressed, body)
}

// -----------------------------------------------------------------------------
// answers
// -----------------------------------------------------------------------------

type Receiver<A> = (call: Failure.Call, answer: Send.Received, policy: Policy) => Effect.Effect<A, PipedriveError>

const receiver = <I, A>(endpoint: Description<I, A>): Receiver<A> => {
  const schema = endpoint.output
  const complete = Complete.make(schema.ast)
  const enveloped = Complete.fieldsOf(schema.ast).has("success")
  const check = Check.open(schema.ast)
  // Checked where the policy says so; under `lenient` and `off` an answer is taken for what Pipedrive documents.
  const trusted = (body: unknown): Effect.Effect<A> => Effect.succeed(body as A)

  return (call, answer, policy) => {
    const wrong = (issue: Issue, withSnippet: boolean) =>
      Effect.fail(Failure.invalidResponse(call, answer, [issue], { withSnippet }))
    if (!isSuccess(answer.status)) return failedAsText(call, answer)
    if (endpoint.response === "binary") return Effect.flatMap(received(call, answer, Download.whole), trusted)
    const mode = policy.responseValidation
    // an empty body is no JSON; that no data came, which is said otherwise, can be told of what is no list
    const isBare =
      answer.status === 204 ||
      (answer.text === "" && (endpoint.response === "empty" || (mode !== "off" && !complete.isList)))
    const parsed = isBare ? Either.right<unknown>({ success: true }) : Failure.parse(answer.text)
    if (Either.isLeft(parsed)) return wrong({ path: [], message: parsed.left }, true)
    const body = parsed.right
    if (!Failure.isRecord(body) || (enveloped && !("success" in body) && !("data" in body))) {
      const message = Failure.isRecord(body) ? "has neither `success` nor `data`" : "is not an object"
      return wrong({ path: [], message }, true)
    }
    if (body.success === false || body.success === "false") return failed(call, answer, parsed)
    const whole = complete.fill(body)
    if (mode === "off") return trusted(whole ?? body)
    if (whole === undefined) return wrong(Complete.noData(call.method), false)
    if (isValid(check, whole)) return trusted(whole)
    if (!isShallow(whole)) return wrong({ path: [], message: tooDeep }, false)
    const found = Issues.findIssues(schema.ast, whole)
    if (mode === "strict") {
      return Effect.fail(Failure.invalidResponse(call, answer, found, { withSnippet: false }))
    }
    const scrubbed = found.map((one) => ({ ...one, message: Failure.scrub(one.message, answer.secrets) }))
    return Effect.zipRight(Drift.report(call.endpoint, scrubbed), trusted(whole))
  }
}

/** Gives a file to its consumer. */
const received = <B>(
  call: Failure.Call,
  answer: Send.Received,
  consumer: Consumer<B>
): Effect.Effect<B, PipedriveError> => {
  if (answer.file !== undefined) return consumer(Download.make(answer, answer.file))
  const issue = answer.status === 206 ? { path: [], message: "is a part of the file" } : Complete.noData(call.method)
  return Effect.fail(Failure.invalidResponse(call, answer, [issue], { withSnippet: false }))
}

/** A check of somebody's own Schema may throw, or run out of stack. */
const isValid = (check: Check.Check, value: unknown): boolean => {
  try {
    return check(value)
  } catch {
    return false
  }
}

/** @internal */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300

const failedAsText = (call: Failure.Call, answer: Send.Received) => failed(call, answer, Failure.parse(answer.text))

/** @internal */
export const failed = (
  call: Failure.Call,
  answer: Send.Received,
  body: Either.Either<unknown, string>
): Effect.Effect<never, PipedriveError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.fail(Failure.fromAnswer(call, answer, body, now)))
