/**
 * Tokens from the wire, from a store and from a caller, and the checks that they must pass.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { AuthError } from "../../PipedriveError.js"
import type { Token } from "../../TokenStore.js"
import { isRecord, scrub } from "../http/failure.js"

// -----------------------------------------------------------------------------
// texts of servers and stores
// -----------------------------------------------------------------------------

/**
 * Redacts the text of a server or a store for an error's description: known secrets, a token's JSON or the start of it, and
 * every unbroken text as long as a token, which may be one that is not known here.
 *
 * @internal
 */
export const redactUnknown = (text: string, secrets: ReadonlyArray<string>): string =>
  scrub(text, secrets)
    .replace(/\\?["']?(access|refresh)_token\\?["']?\s*[:=].*/is, "<redacted>")
    .replace(/[A-Za-z0-9+=_~:%-]{24,}/g, "<redacted>")
    .slice(0, 500)

// -----------------------------------------------------------------------------
// hosts
// -----------------------------------------------------------------------------

/** Matches the raw text: a URL parser would normalize what must be rejected. */
const pipedriveHost = /^https:\/\/((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+pipedrive\.com)\/?$/i

/** The origin that a token's `api_domain` names, if credentials may go there. @internal */
export const trustedDomain = (domain: string, allowed: ReadonlyArray<string>): string | undefined => {
  const match = pipedriveHost.exec(domain)
  if (match?.[1] !== undefined) return `https://${match[1].toLowerCase()}`
  const plain = domain.replace(/\/$/, "")
  return allowed.includes(plain) ? plain : undefined
}

/** Compares in constant time. @internal */
export const sameText = (a: string, b: string): boolean => {
  const encoder = new TextEncoder()
  const [left, right] = [encoder.encode(a), encoder.encode(b)]
  let difference = left.length ^ right.length
  for (let i = 0; i < left.length; i++) difference |= (left[i] ?? 0) ^ (right[i % Math.max(right.length, 1)] ?? 0)
  return difference === 0
}

// -----------------------------------------------------------------------------
// from the wire
// -----------------------------------------------------------------------------

/** What is wrong with a token: a field, or its host. Never contains its value. @internal */
export type Fault =
  | { readonly _tag: "Field"; readonly field: string; readonly what: string }
  | { readonly _tag: "Domain"; readonly domain: string }

const field = (name: string, what: string): Either.Either<never, Fault> =>
  Either.left({ _tag: "Field", field: name, what })

/** Valid in a header: printable, without spaces. */
const isSecret = (u: unknown): u is string => typeof u === "string" && /^[\x21-\x7e]+$/.test(u)

/** No token lives for longer than a century; beyond it lie times that no store can hold. */
const longestLife = 100 * 365 * 24 * 3600

const seconds = (u: unknown): number | undefined => {
  const value = typeof u === "string" && u.trim() !== "" ? Number(u) : u
  return typeof value === "number" && value >= 0 && value <= longestLife ? value : undefined
}

/** Reads `scope`: Pipedrive separates by commas, the standard by spaces. */
const scopes = (u: unknown): ReadonlyArray<string> =>
  typeof u === "string" ? u.split(/[\s,]+/).filter((scope) => scope !== "") : []

/** Reads a token response. Fields that a refresh omits keep their old value. @internal */
export const fromWire = (
  body: unknown,
  now: number,
  allowed: ReadonlyArray<string>,
  before: (Pick<Token, "refreshToken"> & Partial<Token>) | undefined
): Either.Either<Token, Fault> => {
  if (!isRecord(body)) return field("the token", "is no JSON object")
  const { access_token, api_domain, expires_in, refresh_token, scope, token_type } = body
  if (!isSecret(access_token)) return field("access_token", access_token === undefined ? "is missing" : "is no token")
  if (token_type !== undefined && !(typeof token_type === "string" && /^bearer$/i.test(token_type))) {
    return field("token_type", "is not Bearer")
  }
  const lifetime = seconds(expires_in)
  if (lifetime === undefined) {
    return field("expires_in", expires_in === undefined ? "is missing" : "is no number of seconds")
  }
  if (refresh_token === undefined || refresh_token === null ? before === undefined : !isSecret(refresh_token)) {
    return field("refresh_token", refresh_token === undefined ? "is missing" : "is no token")
  }
  if (api_domain !== undefined && api_domain !== null && typeof api_domain !== "string") {
    return field("api_domain", "is no text")
  }
  const named = typeof api_domain === "string" ? api_domain : before?.apiDomain
  const domain = named === undefined ? undefined : trustedDomain(named, allowed)
  if (named !== undefined && domain === undefined) return Either.left({ _tag: "Domain", domain: named })
  return Either.right({
    accessToken: Redacted.make(access_token),
    refreshToken: isSecret(refresh_token) ? Redacted.make(refresh_token) : (before?.refreshToken ?? Redacted.make("")),
    issuedAt: now,
    expiresAt: now + Math.round(lifetime * 1000),
    apiDomain: domain,
    scope: scope === undefined ? (before?.scope ?? []) : scopes(scope)
  })
}

// -----------------------------------------------------------------------------
// stored
// -----------------------------------------------------------------------------

/** Decodes a store's entry; a fault names the field, never its value. @internal */
export const fromStored = <I>(text: string, schema: Schema.Schema<Token, I>): Either.Either<Token, Fault> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return field("the entry", "is not JSON")
  }
  if (isRecord(json) && json.issued_at === undefined && "access_token" in json && "refresh_token" in json) {
    return field("issued_at", `is missing, as in the official client's token objects: ${useExchange}`)
  }
  return Either.mapLeft(Schema.decodeUnknownEither(schema, { errors: "first" })(json), (error): Fault => {
    const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
    const path = issue?.path.join(".") ?? ""
    return {
      _tag: "Field",
      field: path === "" ? "the entry" : path,
      what: issue?._tag === "Missing" ? "is missing" : "is not what it must be"
    }
  })
}

const useExchange = "begin with its refresh token (`exchange` of OAuth2)"

/** Checks a caller's token like one from the wire: its host, and whether it is valid in a header. @internal */
export const fromCaller = (token: Token, allowed: ReadonlyArray<string>): Either.Either<Token, Fault> => {
  const given: unknown = token
  if (isRecord(given) && "access_token" in given) return field("it", `is no TokenStore.Token: ${useExchange}`)
  if (!isRecord(given) || !Redacted.isRedacted(token.accessToken) || !Redacted.isRedacted(token.refreshToken)) {
    return field("it", "is no TokenStore.Token")
  }
  if (!isSecret(Redacted.value(token.accessToken))) return field("accessToken", "is no token")
  if (!isSecret(Redacted.value(token.refreshToken))) return field("refreshToken", "is no token")
  for (const name of ["issuedAt", "expiresAt"] as const) {
    if (!Number.isSafeInteger(token[name])) return field(name, `is no time: without one, ${useExchange}`)
  }
  if (!Array.isArray(given.scope) || !given.scope.every((one) => typeof one === "string")) {
    return field("scope", "is no list of texts")
  }
  if (token.apiDomain === undefined || token.apiDomain === null) return Either.right({ ...token, apiDomain: undefined })
  const apiDomain = trustedDomain(String(token.apiDomain), allowed)
  return apiDomain === undefined
    ? Either.left({ _tag: "Domain", domain: String(token.apiDomain) })
    : Either.right({ ...token, apiDomain })
}

/** @internal */
export const untrusted = (from: string, domain: string): AuthError =>
  new AuthError({
    reason: "UntrustedDomain",
    description: `${from} names an API host that credentials must not go to: ${JSON.stringify(domain.slice(0, 200))}`
  })

/** @internal */
export const orFail = (read: Either.Either<Token, Fault>, from: string): Effect.Effect<Token, AuthError> =>
  Either.match(read, {
    onLeft: (fault) =>
      Effect.fail(
        fault._tag === "Domain"
          ? untrusted(from, fault.domain)
          : new AuthError({
              reason: "InvalidToken",
              description: `${from} is not usable: ${fault.field} ${fault.what}`
            })
      ),
    onRight: Effect.succeed
  })
