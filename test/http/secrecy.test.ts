import { inspect } from "node:util"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { Auth, Endpoint, HttpLayer, PipedriveError } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"
import * as Robots from "../support/endpoints.js"
import * as Fake from "../support/fake.js"

const token = "7f/3c+9d==0123456789abcdef0123456789abcd"
const access = "v1u:AQIABHw7-0123456789.abcdef_0123456789"

const auths: Record<string, readonly [secret: string, Layer.Layer<Auth.Auth>]> = {
  "an API token": [token, Layer.orDie(Auth.apiKey(token))],
  "an access token": [access, Layer.orDie(Auth.accessToken(access))]
}

/** Every way in which somebody may come to print what they hold. */
const renderings = (held: unknown): ReadonlyArray<string> => {
  const texts = [
    inspect(held, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
    JSON.stringify(held, (_, value) => (typeof value === "bigint" ? String(value) : value)) ?? "",
    String(held),
    // spans hold bigints, which it does not take
    isEnded(held) ? "" : Inspectable.format(held),
    Inspectable.toStringUnknown(held)
  ]
  if (held instanceof Error) texts.push(held.message, held.stack ?? "", inspect(held.cause), held.toString())
  if (Cause.isCause(held)) texts.push(Cause.pretty(held, { renderErrorCause: true }), inspect(Cause.squash(held)))
  return texts
}

const assertSecret = (secret: string, held: ReadonlyArray<unknown>, what: string) => {
  const forms = [secret, encodeURIComponent(secret), secret.slice(0, 16), secret.slice(-16)].map((form) =>
    form.toLowerCase()
  )
  for (const text of held.flatMap(renderings)) {
    for (const form of forms) {
      if (text.toLowerCase().includes(form))
        assert.fail(
          `${what} shows ${form}: ${text.slice(Math.max(0, text.toLowerCase().indexOf(form) - 300)).slice(0, 500)}`
        )
    }
  }
}

/** Everything that a call leaves behind: its cause, its error as JSON, log lines and spans. */
const traces = (
  call: Effect.Effect<unknown, PipedriveError.PipedriveError, Requirements>,
  live: Layer.Layer<Requirements>
) =>
  Effect.gen(function* () {
    const held: Array<unknown> = []
    const logger = Logger.make((options) => {
      held.push(options.message, options.cause, Logger.logfmtLogger.log(options), Logger.jsonLogger.log(options))
    })
    const native = yield* Effect.tracer
    const tracer = Tracer.make({
      span: (...args) => {
        const span = native.span(...args)
        held.push(span)
        return span
      },
      context: (f) => f()
    })
    const exit = yield* call.pipe(
      Effect.exit,
      Effect.withTracer(tracer),
      Logger.withMinimumLogLevel(LogLevel.All),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Effect.provide(live)
    )
    held.push(exit)
    if (Exit.isFailure(exit)) {
      held.push(exit.cause, Cause.squash(exit.cause))
      const error = Cause.failureOption(exit.cause)
      if (error._tag === "Some") held.push(error.value, Schema.encodeSync(PipedriveError.PipedriveError)(error.value))
    }
    return { held, exit }
  })

const quick = HttpLayer.withPolicy({ retries: 0 })

describe("no rendering of anything shows a credential that the server echoes", () => {
  const statuses = [400, 401, 402, 403, 404, 405, 409, 410, 422, 429, 500, 503]
  const bodies = (secret: string): ReadonlyArray<readonly [string, string]> => [
    [
      "application/json",
      JSON.stringify({ success: false, error: `token ${secret}`, error_info: secret, code: secret })
    ],
    [
      "application/json",
      JSON.stringify({ success: false, errors: { [secret]: [secret], x: [encodeURIComponent(secret)] } })
    ],
    ["application/json", JSON.stringify({ message: secret.toUpperCase(), additional_data: { code: secret } })],
    ["application/json", JSON.stringify([secret])],
    ["text/html", `<html><title>${secret}</title><body>x-api-token: ${secret}</body></html>`],
    // the cut for the snippet goes through the middle of it
    ["text/html", `<html>${"<p></p>".repeat(570)}${secret}`],
    ["text/plain", `${"x".repeat(180)}${secret}`],
    ["text/plain", secret.repeat(3000)]
  ]
  for (const [name, [secret, auth]] of Object.entries(auths)) {
    it.effect(`${name}, in body and headers, under every status`, () =>
      Effect.gen(function* () {
        for (const status of statuses) {
          for (const [type, body] of bodies(secret)) {
            const answer = () =>
              new Response(body, {
                status,
                headers: { "content-type": type, "x-correlation-id": secret, "retry-after": secret }
              })
            const { exit, held } = yield* traces(
              quick(Robots.get({ id: 1 })),
              Layer.merge(auth, Fake.make(answer).layer)
            )
            assert.isTrue(Exit.isFailure(exit))
            assertSecret(secret, held, `${status} ${body.slice(0, 60)}`)
          }
        }
      })
    )

    it.effect(`${name}, in an answer that is not as documented`, () =>
      Effect.gen(function* () {
        for (const body of [
          secret,
          `{"success":true,"data":{"id":${JSON.stringify(secret)}}}`,
          JSON.stringify({ [secret]: 1 })
        ]) {
          const answer = Fake.text(200, body, `application/json; ${secret}`)
          for (const responseValidation of ["strict", "lenient"] as const) {
            const fake = Fake.make(answer)
            const { held } = yield* traces(
              Robots.get({ id: 1 }).pipe(HttpLayer.withPolicy({ retries: 0, responseValidation })),
              Layer.merge(auth, fake.layer)
            )
            // the value itself is what the server sent
            assertSecret(
              secret,
              held.filter((one) => !(Exit.isExit(one) && Exit.isSuccess(one)) && !isEnded(one)),
              body
            )
          }
        }
      })
    )

    it.effect(`${name}, in a redirect that is not followed`, () =>
      Effect.gen(function* () {
        for (const place of [`http://x.example/${secret}`, `https://x.example/?t=${secret}`]) {
          const fake = Fake.make(new Response(null, { status: 307, headers: { location: place } }))
          const { held } = yield* traces(quick(Robots.add({ name: "R" })), Layer.merge(auth, fake.layer))
          assertSecret(secret, held, place)
        }
      })
    )

    it.effect(`${name}, in the transport's own error, which holds the whole request`, () =>
      Effect.gen(function* () {
        const client = HttpClient.make((request) =>
          Effect.fail(
            new HttpClientError.RequestError({
              request,
              reason: "Transport",
              description: `sending ${JSON.stringify(request.headers)}`,
              cause: Object.assign(new Error(`headers ${JSON.stringify(request.headers)}`), {
                request,
                code: "ECONNRESET"
              })
            })
          )
        )
        const { held } = yield* traces(
          quick(Robots.get({ id: 1 })),
          Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, client))
        )
        assertSecret(secret, held, "a transport error")
        const dying = HttpClient.make((request) =>
          Effect.die(Object.assign(new Error(request.headers["x-api-token"]), { request }))
        )
        const died = yield* traces(
          quick(Robots.get({ id: 1 })),
          Layer.merge(auth, Layer.succeed(HttpClient.HttpClient, dying))
        )
        assert.isTrue(Exit.isFailure(died.exit) && !Cause.isDie(died.exit.cause))
        assertSecret(secret, died.held, "a transport that dies")
      })
    )

    it.effect(`${name}, in services, meta data and metrics`, () =>
      Effect.gen(function* () {
        const fake = Fake.make(() =>
          Fake.json(200, { success: true, data: { id: 1 } }, { "x-correlation-id": secret, etag: secret })
        )
        const live = Layer.merge(auth, HttpLayer.layer({ limiter: true }).pipe(Layer.provide(fake.layer)))
        const context = yield* Effect.scoped(Layer.build(live))
        const { meta } = yield* Endpoint.withMeta(Robots.get({ id: 1 })).pipe(Effect.provide(context))
        assert.strictEqual(meta.headers.etag, "<redacted>")
        assertSecret(secret, [context, meta, yield* Metric.snapshot, Robots.get({ id: 1 })], "a service")
      })
    )
  }
})

const isEnded = (one: unknown): boolean =>
  typeof one === "object" && one !== null && "status" in one && "attributes" in one
