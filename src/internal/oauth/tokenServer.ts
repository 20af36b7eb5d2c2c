/**
 * Talking to the OAuth server: forms in, tokens or typed refusals out.
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
import { constTrue } from "effect/Function"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import { AuthError, type AuthErrorReason, type TransportError } from "../../PipedriveError.js"
import * as Failure from "../http/failure.js"
import { cautious } from "./token.js"

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
  /** Until when the server asked to be left alone. It asked all accounts of the app. */
  readonly pausedUntil: Ref.Ref<number>
}

/** A form to post, and what of it must not be shown. @internal */
export interface Form {
  readonly path: "/oauth/token" | "/oauth/revoke"
  readonly fields: Readonly<Record<string, string>>
  readonly secrets: ReadonlyArray<string>
  /** What `invalid_grant` means here. */
  readonly invalidGrant: { readonly reason: AuthErrorReason; readonly advice: string }
  /** All attempts end within this time, with some of it left for what comes after. */
  readonly within: Duration.Duration
  /** The time that one attempt may take. */
  readonly timeout: Duration.Duration
  /** Makes the waits between attempts interruptible, where they may be. */
  readonly pause: (wait: Effect.Effect<void>) => Effect.Effect<void>
}

/** What comes after `Basic `. @internal */
export const basic = (clientId: string, clientSecret: Redacted.Redacted<string>): string =>
  Encoding.encodeBase64(`${clientId}:${Redacted.value(clientSecret)}`)

/** Who holds a lock must have done with it before others take over: that much of the time is for the server. */
const share = 0.75

/** A server that asks for a longer wait is asked again after this one. */
const longestPause = 300_000

/**
 * Posts a form and returns the answer's JSON. Faults of the network, 408, 429, 5xx and answers that are not JSON are
 * retried. An attempt that was begun is not interrupted, since the server may have acted on it; the waits between attempts
 * are, where the caller can be.
 *
 * @internal
 */
export const post = (server: Server, form: Form): Effect.Effect<unknown, AuthError> =>
  Effect.flatMap(Clock.currentTimeMillis, (started) => {
    const within = Duration.toMillis(form.within)
    // an attempt that has less time than this is not begun
    const least = Math.min(Duration.toMillis(server.timeout), within * share)
    const go = (done: number, backoff: number, before: AuthError | undefined): Effect.Effect<unknown, AuthError> =>
      Effect.flatMap(Effect.zip(Clock.currentTimeMillis, Ref.get(server.pausedUntil)), ([now, until]) => {
        const wait = Math.ceil(Math.max(backoff, until - now))
        const left = (within - (now + Math.max(wait, 0) - started)) * share
        if (wait > 0) {
          return left < least
            ? Effect.fail(before ?? paused(until - now))
            : Effect.zipRight(form.pause(Effect.sleep(wait)), go(done, 0, before))
        }
        const limit = Duration.millis(Math.min(left, Duration.toMillis(form.timeout)))
        return Effect.catchAll(attempt(server, form, limit), ({ said, wait: asked }) => {
          const told = asked > 0 ? { retryAfter: Duration.millis(asked) } : {}
          const error = new AuthError({ ...said, ...told, attempts: done + 1 })
          const noted =
            asked > 0
              ? Effect.flatMap(Clock.currentTimeMillis, (at) =>
                  Ref.update(server.pausedUntil, (other) => Math.max(other, at + Math.min(asked, longestPause)))
                )
              : Effect.void
          return Effect.zipRight(
            noted,
            error.transient !== true || done >= server.retries
              ? Effect.fail(error)
              : Effect.flatMap(Random.nextRange(0.5, 1), (jitter) =>
                  go(done + 1, Duration.toMillis(server.backoff) * 2 ** done * jitter, error)
                )
          )
        })
      })
    return go(0, 0, undefined)
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
  readonly said: ConstructorParameters<typeof AuthError>[0]
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
    said: {
      reason: "TokenEndpoint",
      description,
      transient: true,
      ...(status === undefined ? {} : { status })
    },
    wait: 0
  })
  const unreachable = ({ code, description }: TransportError): Refusal =>
    transient(
      cautious(
        `the OAuth server could not be reached: ${description}${code === undefined ? "" : ` (${code})`}`,
        secrets
      )
    )
  const answered = Effect.flatMap(server.client.execute(request), (response) =>
    Effect.map(textOf(response), (text) => ({ status: response.status, headers: response.headers, text }))
  ).pipe(
    Effect.mapError((error) => unreachable(Failure.fromTransport(call, error, 1, secrets))),
    Effect.catchAllDefect((defect) => Effect.fail(unreachable(Failure.fromDefect(call, defect, 1, secrets, "send"))))
  )
  // let go rather than waited for: one that neither ends nor can be interrupted would block the account for ever
  const timed = Effect.timeoutFail(Effect.interruptible(Effect.disconnect(answered)), {
    duration,
    onTimeout: () => transient(`the OAuth server did not answer within ${Duration.format(duration)}`)
  })
  return Effect.flatMap(Effect.uninterruptible(quiet(timed)), ({ headers, status, text }) =>
    Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<unknown, Refusal> => {
      const success = status >= 200 && status < 300
      if (success && form.path === "/oauth/revoke") return Effect.void
      const body = text === undefined ? Either.left("is too long") : Failure.parse(text)
      const json = Either.isRight(body) && Failure.isRecord(body.right) ? body.right : undefined
      if (success) {
        // of such a body nothing is shown: it may be half of a token
        return json === undefined
          ? Effect.fail(transient(`the OAuth server's answer (${status}) ${faultOf(body)}`, status))
          : Effect.succeed(json)
      }
      const wait = Failure.retryAfter(headers, now) ?? 0
      return Effect.fail({ said: refusal(form, status, json, secrets), wait })
    })
  )
}

const faultOf = (body: Either.Either<unknown, string>): string =>
  Either.match(body, { onLeft: (what) => what, onRight: () => "is no JSON object" })

/** Nothing that a token server has to say is longer, in bytes. */
const longest = 65_536

/** The body as text, read no further than it can matter; `undefined` when it is longer. */
const textOf = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<string | undefined, HttpClientError.HttpClientError> => {
  const { "content-encoding": encoding = "identity", "content-length": length } = response.headers
  if (length === "0" || response.status === 204) return Effect.succeed("")
  if (encoding === "identity" && Number(length ?? Number.NaN) <= longest) return response.text
  return Effect.suspend(() => {
    const decoder = new TextDecoder()
    let text = ""
    let size = 0
    const read = Stream.runForEachWhile(response.stream, (bytes) =>
      Effect.sync(() => {
        size += bytes.length
        if (size <= longest) text += decoder.decode(bytes, { stream: true })
        return size <= longest
      })
    )
    const whole = Effect.map(read, () => (size > longest ? undefined : text + decoder.decode()))
    return Effect.catchIf(
      whole,
      (error) => error._tag === "ResponseError" && error.reason === "EmptyBody",
      () => Effect.succeed("")
    )
  })
}

/**
 * Our span stands for the platform's, no trace headers go out, no redirect is followed, and a fiber that fails after it was
 * let go logs nothing: its failure holds the request.
 */
const quiet = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  effect.pipe(
    Effect.mapInputContext((context: Context.Context<never>) =>
      Context.add(context, FetchHttpClient.RequestInit, {
        ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
        redirect: "manual"
      })
    ),
    Effect.locally(HttpClient.currentTracerDisabledWhen, constTrue),
    Effect.withUnhandledErrorLogLevel(Option.none())
  )

const wordsOf = (u: unknown, secrets: ReadonlyArray<string>): string | undefined =>
  typeof u === "string" && u.trim() !== "" ? cautious(u, secrets) : undefined

const refusal = (
  form: Form,
  status: number,
  json: Readonly<Record<string, unknown>> | undefined,
  secrets: ReadonlyArray<string>
): Refusal["said"] => {
  const said = wordsOf(json?.message, secrets) ?? wordsOf(json?.error_description, secrets)
  const code = wordsOf(json?.error, secrets)
  const words = [code, said].filter((part) => part !== undefined).join(": ")
  const kind = kindOf(code, said)
  const make = (reason: AuthErrorReason, advice: string, transient = false): Refusal["said"] => ({
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
  if (said !== undefined && /redirect_uri/i.test(said)) {
    return make("InvalidClient", "Check that the redirect URI is the one registered for the app")
  }
  return make("TokenEndpoint", "")
}

/** The code; where there is none, what Pipedrive's sentence begins with: `Invalid grant: ...`. */
const kindOf = (code: string | undefined, said: string | undefined): string | undefined => {
  const named = /^(invalid_grant|invalid_client|unauthorized_client)$/.exec(code ?? "")?.[1]
  const begun = /^invalid (grant|client)\b/i.exec(said ?? "")?.[1]
  return named ?? (begun === undefined ? undefined : `invalid_${begun.toLowerCase()}`)
}
