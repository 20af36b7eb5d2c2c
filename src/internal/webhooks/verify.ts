/**
 * Whether a delivery has the credentials that its webhook was registered with.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import { WebhookError } from "../../PipedriveError.js"
import { sameText } from "../oauth/token.js"

/**
 * The user and the password that a webhook was registered with. While a password is being replaced, both of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly user: string
  readonly password: Redacted.Redacted<string> | ReadonlyArray<Redacted.Redacted<string>>
}

/**
 * The password of a company's webhooks, made of a secret of the app and the company's id: it is the same each time, so that it need
 * not be kept, and is known before the webhooks are. Nobody who knows one company's knows another's.
 *
 * @since 0.1.0
 * @category registering
 */
export const passwordOf = (
  secret: Redacted.Redacted<string>,
  company: string | number
): Effect.Effect<Redacted.Redacted<string>> =>
  Effect.promise(async () => {
    // an empty password is one that `ensure` refuses, and nobody is let in by
    if (Redacted.value(secret) === "") return Redacted.make("")
    const bytes = (text: string) => new TextEncoder().encode(text)
    const algorithm = { name: "HMAC", hash: "SHA-256" }
    const key = await crypto.subtle.importKey("raw", bytes(Redacted.value(secret)), algorithm, false, ["sign"])
    const signature = await crypto.subtle.sign("HMAC", key, bytes(`webhooks of ${company}`))
    return Redacted.make(Encoding.encodeBase64Url(new Uint8Array(signature)))
  })

/** What is accepted from a user, looked up by the name that was sent. */
type Lookup<R> = (user: string) => Effect.Effect<ReadonlyArray<Redacted.Redacted<string>>, never, R>

const refused = (description: string) => new WebhookError({ reason: "Unauthorized", description })

const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The user and the password of a header. */
const read = (header: string | null | undefined): Effect.Effect<readonly [string, string], WebhookError> => {
  if (header === null || header === undefined || header === "") {
    return Effect.fail(refused("the delivery has no credentials"))
  }
  const [, encoded] = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header) ?? []
  const text =
    encoded === undefined ? undefined : Either.getOrUndefined(Either.map(Encoding.decodeBase64(encoded), utf8))
  const colon = text?.indexOf(":") ?? -1
  return text === undefined || colon < 0
    ? Effect.fail(refused("the delivery's authorization is not of the scheme Basic"))
    : Effect.succeed([text.slice(0, colon), text.slice(colon + 1)])
}

const list = (password: Credentials["password"]): ReadonlyArray<Redacted.Redacted<string>> =>
  Redacted.isRedacted(password) ? [password] : password

/** Compares with every password, so that the time tells nothing. An empty one is none. */
const isOne = (password: string, accepted: ReadonlyArray<Redacted.Redacted<string>>): boolean => {
  let found = false
  for (const one of accepted) {
    const same = sameText(password, Redacted.value(one))
    if (same && password !== "") found = true
  }
  return found
}

/**
 * Checks the `Authorization` header of a delivery before anything else is looked at, in a time that does not tell how much of it
 * was right, and gives the name of the user. The scheme is of any case; user and password are UTF-8.
 *
 * @since 0.1.0
 * @category verification
 */
export const verify = <R = never>(
  header: string | null | undefined,
  credentials: Credentials | Lookup<R>
): Effect.Effect<string, WebhookError, R> =>
  Effect.flatMap(read(header), ([user, password]) => {
    if (typeof credentials === "function") {
      return Effect.flatMap(credentials(user), (accepted) =>
        isOne(password, accepted) ? Effect.succeed(user) : Effect.fail(refused("the delivery has other credentials"))
      )
    }
    const isPassword = isOne(password, list(credentials.password))
    return sameText(user, credentials.user) && isPassword
      ? Effect.succeed(user)
      : Effect.fail(refused("the delivery has other credentials"))
  })
