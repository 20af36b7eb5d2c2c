/**
 * The client of the OAuth server: posts forms, returns JSON or typed errors.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Fiber from "effect/Fiber"
import { constTrue } from "effect/Function"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import { AuthError, type AuthErrorReason, type TransportError } from "../../PipedriveError.js"
import { abandonable, unlogged } from "../effects.js"
import * as Body from "../http/body.js"
import * as Failure from "../http/failure.js"
import { redactUnknown } from "./token.js"

/** @internal */
export interface Server {
  readonly client: HttpClient.HttpClient
  /** `https://oauth.pipedrive.com` */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
  readonly timeout: Duration.Duration
  readonly retries: number
  readonly backoff: Duration.Duration
  /** Until when the server asked to wait. This holds for all accounts of the app. */
  readonly pausedUntil: Ref.Ref<number>
}

/** A form to post, and the secrets in it. @internal */
export interface Form {
  readonly path: "/oauth/token" | "/oauth/revoke"
  readonly fields: Readonly<Record<string, string>>
  readonly secrets: ReadonlyArray<string>
  /** What `invalid_grant` means here. */
  readonly invalidGrant: { readonly reason: AuthErrorReason; readonly advice: string }
  /** All attempts end within this time, with some of it left for saving the token. */
  readonly within: Duration.Duration
  /** The time limit of one attempt. */
  readonly timeout: Duration.Duration
  /** Makes the waits between attempts interruptible, if that is allowed. */
  readonly pause: (wait: Effect.Effect<void>) => Effect.Effect<void>
}

/** What comes after `Basic `. @internal */
export const basic = (clientId: string, clientSecret: Redacted.Redacted<string>): string =>
  Encoding.encodeBase64(`${clientId}:${Redacted.value(clientSecret)}`)

/** The lock's holder must finish before the lock expires: this share of the time is for requests. */
const timeShare = 0.75

/** The longest `Retry-After` that is honoured. */
const maxPause = 300_000

/**
 * Posts a form and returns the response's JSON. Network errors, 408, 429, 5xx and responses that are not JSON are retried. A
 * started attempt is not interrupted, because the server may have acted on it; waits between attempts can be interrupted if the
 * caller allows it.
 *
 * @internal
 */
export const post = (server: Server, form: Form): Effect.Effect<unknown, AuthError> =>
  Effect.flatMap(Clock.currentTimeMillis, (started) => {
    const within = Duration.toMillis(form.within)
    // an attempt with less time than this is not started
    const minAttemptTime = Math.min(Duration.toMillis(server.timeout), within * timeShare)
    const loop = (done: number, backoff: number, before: AuthError | undefined): Effect.Effect<unknown, AuthError> =>
      Effect.flatMap(Effect.zip(Clock.currentTimeMillis, Ref.get(server.pausedUntil)), ([now, until]) => {
        const wait = Math.ceil(Math.max(backoff, until - now))
        const left = (within - (now + Math.max(wait, 0) - started)) * timeShare
        if (wait > 0) {
          return left < minAttemptTime
            ? Effect.fail(before ?? paused(until - now))
            : Effect.zipRight(form.pause(Effect.sleep(wait)), loop(done, 0, before))
        }
        const limit = Duration.millis(Math.min(left, Duration.toMillis(form.timeout)))
        return Effect.catchAll(attempt(server, form, limit), ({ details, wait: asked }) => {
          const retryAfter = asked > 0 ? { retryAfter: Duration.millis(asked) } : {}
          const error = new AuthError({ ...details, ...retryAfter, attempts: done + 1 })
          const notePause =
            asked > 0
              ? Effect.flatMap(Clock.currentTimeMillis, (at) =>
                  Ref.update(server.pausedUntil, (other) => Math.max(other, at + Math.min(asked, maxPause)))
                )
              : Effect.void
          return Effect.zipRight(
            notePause,
            error.transient !== true || done >= server.retries
              ? Effect.fail(error)
              : Effect.flatMap(Random.nextRange(0.5, 1), (jitter) =>
                  loop(done + 1, Duration.toMillis(server.backoff) * 2 ** done * jitter, error)
                )
          )
        })
      })
    return loop(0, 0, undefined)
  })

const paused = (millis: number): AuthError =>
  new AuthError({
    reason: "TokenEndpoint",
    description: `the OAuth server asked to be left alone for another ${Duration.format(Duration.millis(Math.ceil(millis)))}; nothing was sent`,
    transient: true,
    retryAfter: Duration.millis(Math.ceil(millis)),
    attempts: 0
  })

interface Refusal {
  readonly details: ConstructorParameters<typeof AuthError>[0]
  /** How long the server asks to wait, in milliseconds. */
  readonly wait: number
}

const attempt = (server: Server, form: Form, duration: Duration.Duration): Effect.Effect<unknown, Refusal> => {
  const credentials = basic(server.clientId, server.clientSecret)
  const secrets = [Redacted.value(server.clientSecret), credentials, ...form.secrets].filter((text) => text.length > 3)
  const request = HttpClientRequest.post(`${server.url}${form.path}`, {
    headers: { authorization: `Basic ${credentials}`, accept: "application/json" },
    body: HttpBody.text(new URLSearchParams(form.fields).toString(), "application/x-www-form-urlencoded")
  })
  const call = { endpoint: "OAuth2", method: "POST", path: form.path }
  const transient = (description: string, status?: number): Refusal => ({
    details: {
      reason: "TokenEndpoint",
      description,
      transient: true,
      ...(status === undefined ? {} : { status })
    },
    wait: 0
  })
  const unreachable = ({ code, description }: TransportError): Refusal =>
    transient(
      redactUnknown(
        `the OAuth server could not be reached: ${description}${code === undefined ? "" : ` (${code})`}`,
        secrets
      )
    )
  const send = Effect.flatMap(server.client.execute(request), (response) =>
    Effect.map(textOf(response), (text) => ({ status: response.status, headers: response.headers, text }))
  ).pipe(
    Effect.mapError((error) => unreachable(Failure.fromTransport(call, error, 1, secrets))),
    Effect.catchAllDefect((defect) => Effect.fail(unreachable(Failure.fromDefect(call, defect, 1, secrets, "send"))))
  )
  // a request that neither ends nor can be interrupted would block the account forever
  const sendInTime = Effect.timeoutFail(abandonable(send), {
    duration,
    onTimeout: () => transient(`the OAuth server did not answer within ${Duration.format(duration)}`)
  })
  // an interruption reaches all fibers that its fiber has started, though it cannot be interrupted itself: this is none of them
  const sendToEnd = Effect.flatMap(Effect.forkDaemon(sendInTime), Fiber.join)
  return Effect.flatMap(Effect.uninterruptible(withoutTracing(sendToEnd)), ({ headers, status, text }) =>
    Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<unknown, Refusal> => {
      const success = status >= 200 && status < 300
      if (success && form.path === "/oauth/revoke") return Effect.void
      const body = text === undefined ? Either.left("is too long") : Failure.parse(text)
      const json = Either.isRight(body) && Failure.isRecord(body.right) ? body.right : undefined
      if (success) {
        // the body is not shown: it may contain a part of a token
        return json === undefined
          ? Effect.fail(transient(`the OAuth server's answer (${status}) ${faultOf(body)}`, status))
          : Effect.succeed(json)
      }
      const wait = Failure.retryAfter(headers, now) ?? 0
      return Effect.fail({ details: refusal(form, status, json, secrets), wait })
    })
  )
}

const faultOf = (body: Either.Either<unknown, string>): string =>
  Either.match(body, { onLeft: (what) => what, onRight: () => "is no JSON object" })

/** The maximum size of a response. */
const maxBodyBytes = 65_536

/** The body as text; `undefined` if it is larger than the maximum, and then it is not read to its end. */
const textOf = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<string | undefined, HttpClientError.HttpClientError> =>
  response.headers["content-length"] === "0" || response.status === 204
    ? Effect.succeed("")
    : Body.text(response, maxBodyBytes)

/**
 * Replaces the platform's span by ours, sends no trace headers, follows no redirects, and lets a disconnected fiber log nothing:
 * its failure contains the request.
 */
const withoutTracing = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  effect.pipe(
    Effect.mapInputContext((context: Context.Context<never>) =>
      Context.add(context, FetchHttpClient.RequestInit, {
        ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
        redirect: "manual"
      })
    ),
    Effect.locally(HttpClient.currentTracerDisabledWhen, constTrue),
    unlogged
  )

const describeText = (u: unknown, secrets: ReadonlyArray<string>): string | undefined =>
  typeof u === "string" && u.trim() !== "" ? redactUnknown(u, secrets) : undefined

const refusal = (
  form: Form,
  status: number,
  json: Readonly<Record<string, unknown>> | undefined,
  secrets: ReadonlyArray<string>
): Refusal["details"] => {
  const details = describeText(json?.message, secrets) ?? describeText(json?.error_description, secrets)
  const code = describeText(json?.error, secrets)
  const words = [code, details].filter((part) => part !== undefined).join(": ")
  const kind = kindOf(code, details)
  const make = (reason: AuthErrorReason, advice: string, transient = false): Refusal["details"] => ({
    reason,
    description: `the OAuth server refused (${status})${words === "" ? "" : `: ${words}`}${advice === "" ? "" : `. ${advice}`}`,
    status,
    ...(kind === undefined ? (code === undefined ? {} : { code }) : { code: kind }),
    ...(transient ? { transient } : {})
  })
  if (status === 408 || status === 425 || status === 429 || status >= 500) return make("TokenEndpoint", "", true)
  if (kind === "invalid_grant") return make(form.invalidGrant.reason, form.invalidGrant.advice)
  if (kind === "invalid_client" || kind === "unauthorized_client" || status === 401) {
    return make("InvalidClient", "Check client id and client secret")
  }
  if (details !== undefined && /redirect_uri/i.test(details)) {
    return make("InvalidClient", "Check that the redirect URI is the one registered for the app")
  }
  return make("TokenEndpoint", "")
}

/** The error code; without one, the start of Pipedrive's message: `Invalid grant: ...`. */
const kindOf = (code: string | undefined, details: string | undefined): string | undefined => {
  const named = /^(invalid_grant|invalid_client|unauthorized_client)$/.exec(code ?? "")?.[1]
  const begun = /^invalid (grant|client)\b/i.exec(details ?? "")?.[1]
  return named ?? (begun === undefined ? undefined : `invalid_${begun.toLowerCase()}`)
}
