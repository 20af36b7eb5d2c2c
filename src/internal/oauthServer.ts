/**
 * Talking to the OAuth server: forms in, tokens or typed refusals out.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
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
import { AuthError, type AuthErrorReason } from "../PipedriveError.js"
import * as Failure from "./failure.js"

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
}

/** A form to post, and what of it must not be shown. @internal */
export interface Form {
  readonly path: "/oauth/token" | "/oauth/revoke"
  readonly fields: Readonly<Record<string, string>>
  readonly secrets: ReadonlyArray<string>
  /** What `invalid_grant` means here. */
  readonly invalidGrant: { readonly reason: AuthErrorReason; readonly advice: string }
  /** No attempt is begun that could end later than this after the first. */
  readonly within: Duration.Duration
  /** Makes the waits between attempts interruptible, where they may be. */
  readonly pause: (wait: Effect.Effect<void>) => Effect.Effect<void>
}

/** What comes after `Basic `. @internal */
export const basic = (clientId: string, clientSecret: Redacted.Redacted<string>): string =>
  Encoding.encodeBase64(`${clientId}:${Redacted.value(clientSecret)}`)

/**
 * Posts a form and returns the answer's JSON. Faults of the network, 429 and 5xx are retried. An attempt that was begun is
 * not interrupted, since the server may have acted on it; the waits between attempts are, where the caller can be.
 *
 * @internal
 */
export const post = (server: Server, form: Form): Effect.Effect<unknown, AuthError> =>
  Effect.flatMap(Clock.currentTimeMillis, (started) => {
    const loop = (done: number): Effect.Effect<unknown, AuthError> =>
      Effect.catchAll(attempt(server, form), ({ error, wait: asked }) => {
        if (error.transient !== true || done >= server.retries) return Effect.fail(error)
        return Effect.flatMap(Effect.zip(Random.nextRange(0.5, 1), Clock.currentTimeMillis), ([jitter, now]) => {
          const backoff = Duration.toMillis(server.backoff) * 2 ** done * jitter
          const wait = Math.ceil(Math.max(backoff, asked))
          const end = now + wait + Duration.toMillis(server.timeout)
          if (end - started > Duration.toMillis(form.within)) return Effect.fail(error)
          return Effect.zipRight(form.pause(Effect.sleep(wait)), loop(done + 1))
        })
      })
    return loop(0)
  })

interface Refusal {
  readonly error: AuthError
  /** How long the server asks to wait, in milliseconds. */
  readonly wait: number
}

const attempt = (server: Server, form: Form): Effect.Effect<unknown, Refusal> => {
  const credentials = basic(server.clientId, server.clientSecret)
  const secrets = [Redacted.value(server.clientSecret), credentials, ...form.secrets].filter((text) => text.length > 3)
  const request = HttpClientRequest.post(`${server.url}${form.path}`, {
    headers: { authorization: `Basic ${credentials}`, accept: "application/json" },
    body: HttpBody.text(new URLSearchParams(form.fields).toString(), "application/x-www-form-urlencoded")
  })
  const call = { endpoint: "OAuth2", method: "POST", path: form.path }
  const unreachable = (description: string): Refusal => ({
    error: new AuthError({ reason: "TokenEndpoint", description, transient: true }),
    wait: 0
  })
  const exchange = Effect.flatMap(server.client.execute(request), (response) =>
    Effect.map(response.text, (text) => ({ status: response.status, headers: response.headers, text }))
  )
  const answered = Effect.mapError(exchange, (error) => {
    const { code, description } = Failure.fromTransport(call, error, 1, secrets)
    return unreachable(`the OAuth server could not be reached: ${description}${code === undefined ? "" : ` (${code})`}`)
  })
  // who holds a lock must have done with it before others take over
  const duration = Duration.min(server.timeout, Duration.times(form.within, 0.75))
  const timed = Effect.timeoutFail(Effect.interruptible(answered), {
    duration,
    onTimeout: () => unreachable(`the OAuth server did not answer within ${Duration.format(duration)}`)
  })
  return Effect.flatMap(Effect.uninterruptible(quiet(timed)), (answer) =>
    Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<unknown, Refusal> => {
      const body = Failure.parse(answer.text)
      if (answer.status >= 200 && answer.status < 300) {
        return Effect.succeed(Either.getOrUndefined(body))
      }
      const wait = Duration.toMillis(Failure.retryAfter(answer.headers, now) ?? Duration.zero)
      return Effect.fail({ error: refusal(form, answer.status, body, answer.text, secrets), wait })
    })
  )
}

/** Our span stands for the platform's, no trace headers go out, and no redirect is followed. */
const quiet = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  effect.pipe(
    Effect.mapInputContext((context: Context.Context<never>) =>
      Context.add(context, FetchHttpClient.RequestInit, {
        ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
        redirect: "manual"
      })
    ),
    Effect.locally(HttpClient.currentTracerDisabledWhen, constTrue)
  )

const textOf = (u: unknown, secrets: ReadonlyArray<string>): string | undefined =>
  typeof u === "string" && u.trim() !== "" ? Failure.scrub(u, secrets).slice(0, 500) : undefined

const refusal = (
  form: Form,
  status: number,
  body: Either.Either<unknown, string>,
  text: string,
  secrets: ReadonlyArray<string>
): AuthError => {
  const json = Either.isRight(body) && Failure.isRecord(body.right) ? body.right : {}
  const said = textOf(json.message, secrets) ?? textOf(json.error_description, secrets)
  const code = textOf(json.error, secrets)
  const words = [code, said, ...(said === undefined && code === undefined ? [Failure.snippet(text, secrets)] : [])]
    .filter((part) => part !== undefined && part !== "")
    .join(": ")
  const kind = kindOf(code, said)
  const make = (reason: AuthErrorReason, advice: string, transient = false) =>
    new AuthError({
      reason,
      description: `the OAuth server refused (${status})${words === "" ? "" : `: ${words}`}${advice === "" ? "" : `. ${advice}`}`,
      status,
      ...(kind === undefined ? (code === undefined ? {} : { code }) : { code: kind }),
      ...(transient ? { transient } : {})
    })
  if (status === 429 || status >= 500) return make("TokenEndpoint", "", true)
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
