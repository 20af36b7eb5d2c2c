/**
 * From an answer that is no success, or a transport's error, to a `PipedriveError`.
 */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import { constant } from "effect/Function"
import * as E from "../../PipedriveError.js"
import { brief, isShallow, tooDeep } from "../text.js"
import { scrub } from "./secrets.js"

/** @internal */
export { scrub, secretsOf, strike } from "./secrets.js"

/** What every error of one call says of it. @internal */
export interface Call {
  readonly endpoint: string
  readonly method: string
  readonly path: string
}

/** Headers of an answer: names in lower case. @internal */
export type Headers = Readonly<Record<string, string | undefined>>

/** One answer, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly attempts: number
  /** The URL that was asked. */
  readonly url?: string | undefined
  /** What must not be shown: the credentials of the request. */
  readonly secrets: ReadonlyArray<string>
}

// -----------------------------------------------------------------------------
// secrets and snippets
// -----------------------------------------------------------------------------

/** @internal */
export const scrubIssues = (issues: ReadonlyArray<E.Issue>, secrets: ReadonlyArray<string>): ReadonlyArray<E.Issue> =>
  issues.map(({ message, path }) => ({
    path: path.map((key) => (typeof key === "string" ? scrub(key, secrets).slice(0, 100) : key)),
    message: scrub(message, secrets).slice(0, 500)
  }))

const maximumWords = 1000

/** What a server says in one place, fit to show. @internal */
export const words = (u: unknown, secrets: ReadonlyArray<string>): string | undefined =>
  typeof u === "string" && u.trim() !== "" ? scrub(u.trim(), secrets).slice(0, maximumWords) : undefined

/** @internal */
export const isPage = (text: string): boolean => /<html|<!doctype/i.test(text.slice(0, 4000))

/** The start of a body that is not JSON, on one line; of a page, its text. @internal */
export const snippet = (text: string, secrets: ReadonlyArray<string>): string => {
  const line = (part: string): string => part.replace(/\s+/g, " ").trim()
  // struck out before anything is cut, since half a secret may not be found; and again where tags stood in the middle of it
  const start = scrub(line(text.slice(0, 30_000)), secrets).slice(0, 4000)
  if (!isPage(start)) return start.slice(0, 200)
  const plain = start.replace(/<(style|script)\b[\s\S]*?(<\/\1>|$)/gi, " ").replace(/<(?!redacted>)[^>]*>/g, " ")
  return scrub(line(plain), secrets).slice(0, 200)
}

/** Where an answer that is not Pipedrive's came from: the base URL may be wrong. Its query is the caller's data. */
const askedAt = ({ secrets, url }: Answer): { readonly url?: string } =>
  url === undefined ? {} : { url: scrub(url.replace(/[?#].*$/s, ""), secrets).slice(0, maximumWords) }

// -----------------------------------------------------------------------------
// bodies
// -----------------------------------------------------------------------------

/** @internal */
export const parse = (text: string): Either.Either<unknown, string> => {
  if (text === "") return Either.left("is empty")
  try {
    // not every transport takes the byte order mark off
    return Either.right(JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text))
  } catch {
    return Either.left("is not JSON, or was cut off")
  }
}

/** The same of what nobody checks afterwards: not so deep that those who walk it run out of stack. @internal */
export const parseShallow = (text: string): Either.Either<unknown, string> =>
  Either.filterOrLeft(parse(text), (u) => isShallow(u), constant(tooDeep))

/** @internal */
export const isRecord = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === "object" && u !== null && !Array.isArray(u)

interface Said {
  readonly error?: string
  readonly error_info?: string
  readonly code?: string
  readonly snippet?: string
}

/** Reads what the eight kinds of error body say: gateway, v1, v2, webhooks, meetings, channels, OAuth, none. */
const said = (body: Either.Either<unknown, string>, text: string, secrets: ReadonlyArray<string>): Said => {
  if (Either.isLeft(body) || !isRecord(body.right)) {
    const start = snippet(text, secrets)
    return start === "" ? {} : { snippet: start }
  }
  const { additional_data: extra, code, error, error_info: info, errors, message } = body.right
  const sentence =
    words(error, secrets) ??
    (isRecord(error) ? words(error.message, secrets) : undefined) ??
    words(fieldErrors(errors), secrets) ??
    words(message, secrets)
  const more = words(info, secrets) ?? (typeof error === "string" ? words(message, secrets) : undefined)
  const named = words(code, secrets) ?? (isRecord(extra) ? words(extra.code, secrets) : undefined)
  return {
    ...(sentence === undefined ? {} : { error: sentence }),
    ...(more === undefined || more === sentence ? {} : { error_info: more }),
    ...(named === undefined ? {} : { code: named })
  }
}

/** Statuses that another server than Pipedrive's would give: not those of an overload, nor of a proxy that blocks. */
const mayBeElsewhere = (status: number): boolean => status < 500 && status !== 403 && status !== 429

/** Every error of Pipedrive's has one of these, whichever of the eight kinds it is. */
const isPipedrives = (body: Either.Either<unknown, string>): boolean =>
  Either.isRight(body) &&
  isRecord(body.right) &&
  ["success", "error", "errors", "code"].some((key) => key in (body.right as object))

const most = 20

/** `{ subscription_url: ["invalid"] }` as `subscription_url: invalid`. */
const fieldErrors = (errors: unknown): string | undefined => {
  if (Array.isArray(errors)) return errors.slice(0, most).map(plain).join("; ")
  if (!isRecord(errors)) return undefined
  const parts: Array<string> = []
  for (const field in errors) {
    if (parts.length === most) break
    const texts = errors[field]
    parts.push(`${field}: ${Array.isArray(texts) ? texts.slice(0, most).map(plain).join(", ") : plain(texts)}`)
  }
  return parts.join("; ")
}

const plain = (u: unknown): string => (typeof u === "string" ? u : brief(u))

// -----------------------------------------------------------------------------
// waits
// -----------------------------------------------------------------------------

const longestBelievable = 24 * 60 * 60 * 1000

/** Milliseconds: `Retry-After` in seconds or as a date, `x-ratelimit-reset` in seconds; the longer, nonsense left out. @internal */
export const retryAfter = (headers: Headers, now: number): number | undefined =>
  longest(seconds(headers["x-ratelimit-reset"]), headers, now)

/** The same by `Retry-After` alone: `x-ratelimit-reset` comes with answers that ask for no wait, too. @internal */
export const askedToWait = (headers: Headers, now: number): number | undefined => longest(undefined, headers, now)

const longest = (reset: number | undefined, headers: Headers, now: number): number | undefined => {
  let most = 0
  for (const wait of [reset, seconds(headers["retry-after"]), until(headers["retry-after"], now)]) {
    if (wait !== undefined && wait > most && wait <= longestBelievable) most = wait
  }
  return most === 0 ? undefined : Math.ceil(most)
}

/** Seconds, as milliseconds. @internal */
export const seconds = (header: string | undefined): number | undefined =>
  header !== undefined && /^\s*\d{1,9}(\.\d+)?\s*$/.test(header) ? Math.ceil(Number(header) * 1000) : undefined

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

/**
 * The three forms of HTTP's dates, of which the last one names no zone: `Sun, 06 Nov 1994 08:49:37 GMT`,
 * `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`. All of them are GMT.
 */
const dates = [
  /^\w+, (?<day>\d{1,2})[ -](?<month>\w{3})[ -](?<year>\d{4}|\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/i,
  /^\w+ (?<month>\w{3}) {1,2}(?<day>\d{1,2}) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/
]

const until = (header: string | undefined, now: number): number | undefined => {
  for (const form of dates) {
    const { day = "", month = "", time = "", year = "" } = form.exec(header?.trim() ?? "")?.groups ?? {}
    const at = months.indexOf(month.toLowerCase())
    if (month === "" || at % 3 !== 0) continue
    const two = (n: number | string) => String(n).padStart(2, "0")
    const century = year.length === 4 ? "" : Math.floor(new Date(now).getUTCFullYear() / 100)
    return Date.parse(`${century}${year}-${two(at / 3 + 1)}-${two(day)}T${time}Z`) - now
  }
  return undefined
}

/** @internal */
export const count = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,15}$/.test(header.trim()) ? Number(header) : undefined

// -----------------------------------------------------------------------------
// from answers
// -----------------------------------------------------------------------------

/** The error that an answer outside 2xx, or a `success: false`, stands for. @internal */
export const fromAnswer = (
  call: Call,
  answer: Answer,
  body: Either.Either<unknown, string>,
  now: number
): E.PipedriveError => {
  const { headers, secrets, status } = answer
  const correlationId = words(headers["x-correlation-id"], secrets)
  const about = {
    ...call,
    attempts: answer.attempts,
    status,
    ...said(body, answer.text, secrets),
    ...(mayBeElsewhere(status) && !isPipedrives(body) ? askedAt(answer) : {}),
    ...(correlationId === undefined ? {} : { correlationId })
  }
  switch (status) {
    case 400:
      return new E.BadRequest(about)
    case 401:
      return new E.Unauthorized(about)
    case 402:
      return new E.PaymentRequired(about)
    case 403:
      return new E.Forbidden({ ...about, blockedByEdge: Either.isLeft(body) && isPage(answer.text) })
    case 404:
      return new E.NotFound(about)
    case 409:
      return new E.Conflict(about)
    case 410:
      return new E.Gone(about)
    case 422:
      return new E.UnprocessableEntity(about)
    case 429:
      return new E.RateLimited({ ...about, ...limits(headers, now) })
  }
  return status >= 500 && status < 600 ? new E.ServerError(about) : new E.UnexpectedStatus(about)
}

const limits = (headers: Headers, now: number) => {
  const wait = retryAfter(headers, now)
  const left = count(headers["x-daily-ratelimit-token-remaining"])
  const kind = left === 0 ? ("daily" as const) : ("burst" as const)
  const prefix = kind === "daily" ? "x-daily-ratelimit-token" : "x-ratelimit"
  return {
    kind,
    retryAfter: kind === "daily" || wait === undefined ? undefined : Duration.millis(wait),
    limit: count(headers[`${prefix}-limit`]),
    remaining: count(headers[`${prefix}-remaining`])
  }
}

/** The error of a body that is not what is documented. @internal */
export const invalidResponse = (
  call: Call,
  answer: Answer,
  issues: ReadonlyArray<E.Issue>,
  options: { readonly withSnippet: boolean }
): E.InvalidResponse => {
  const contentType = words(answer.headers["content-type"], answer.secrets)
  const correlationId = words(answer.headers["x-correlation-id"], answer.secrets)
  return new E.InvalidResponse({
    ...call,
    attempts: answer.attempts,
    status: answer.status,
    issues: scrubIssues(issues, answer.secrets),
    ...(contentType === undefined ? {} : { contentType }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(options.withSnippet ? { snippet: snippet(answer.text, answer.secrets), ...askedAt(answer) } : {})
  })
}

// -----------------------------------------------------------------------------
// from the transport
// -----------------------------------------------------------------------------

/**
 * Codes of Node's, undici's, Bun's and OpenSSL's that are only met before a request goes out. Others (`EHOSTUNREACH`,
 * `ETIMEDOUT`) are met on open connections too: there the system call tells. So are all of `ERR_SSL_...`: a server asks
 * for a certificate after the request, or breaks in with what is no TLS.
 */
const unconnected =
  /^(ECONNREFUSED|ConnectionRefused|FailedToOpenSocket|ENOTFOUND|EAI_\w+|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT_\w+|CERT_\w+|\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w+)$/

/** Words of Node's, Deno's, undici's proxies' and fetch's, where the code is one of open connections too, or there is none. */
const unconnectedWords =
  /^(bad port|Client network socket disconnected before secure TLS connection was established|Proxy response \(\d+\) !== 200 when HTTP Tunneling)$|: client error \(Connect\): /

interface Fault {
  readonly code: string | undefined
  readonly message: string
  readonly connecting: boolean
}

const textOf = (u: object, key: string): string | undefined => {
  const value = key in u ? (u as Readonly<Record<string, unknown>>)[key] : undefined
  return typeof value === "string" && value !== "" ? value : undefined
}

/** What a transport throws may throw in its turn when it is looked at. */
const faultOf = (cause: unknown): Fault => {
  try {
    return fault(cause)
  } catch {
    return { code: undefined, message: "unknown fault", connecting: false }
  }
}

/** The innermost cause: `fetch failed` wraps what happened. Of several tries to connect, all must have failed to. */
const fault = (cause: unknown, depth = 0): Fault => {
  if (typeof cause !== "object" || cause === null) {
    return { code: undefined, message: String(cause), connecting: false }
  }
  if (depth < 8 && "errors" in cause && Array.isArray(cause.errors)) {
    const [first, ...others] = cause.errors.map((error) => fault(error, depth + 1))
    if (first !== undefined) return { ...first, connecting: [first, ...others].every((one) => one.connecting) }
  }
  if (depth < 8 && "cause" in cause && cause.cause !== undefined && cause.cause !== null) {
    return fault(cause.cause, depth + 1)
  }
  const code = textOf(cause, "code")
  const syscall = textOf(cause, "syscall")
  const message = textOf(cause, "message") ?? code ?? "unknown fault"
  // what is no URL shows what made it: an `Auth` without a host, an `HttpClient` that puts its own before ours
  const url = code === "ERR_INVALID_URL" ? textOf(cause, "input")?.split("?")[0] : undefined
  return {
    code,
    message: url === undefined ? message : `${message}: ${url}`,
    connecting:
      syscall === undefined
        ? (code !== undefined && unconnected.test(code)) || unconnectedWords.test(message)
        : syscall === "connect" || syscall.startsWith("getaddrinfo") || syscall.startsWith("query")
  }
}

/** @internal */
export const fromTransport = (
  call: Call,
  error: HttpClientError.HttpClientError,
  attempts: number,
  secrets: ReadonlyArray<string>
): E.TransportError => {
  const found = faultOf(error.cause ?? error.description ?? error.reason)
  const phase =
    error._tag === "ResponseError"
      ? "receive"
      : error.reason !== "Transport"
        ? "prepare"
        : found.connecting
          ? "connect"
          : "send"
  return transportError(call, found, phase, attempts, secrets)
}

/** Of what a transport threw where it should have failed, or of a body that could not be read. @internal */
export const fromDefect = (
  call: Call,
  defect: unknown,
  attempts: number,
  secrets: ReadonlyArray<string>,
  phase: "prepare" | "send" | "receive" | "body"
): E.TransportError => {
  const found = faultOf(defect)
  return transportError(call, found, phase === "send" && found.connecting ? "connect" : phase, attempts, secrets)
}

const transportError = (
  call: Call,
  { code, message }: Fault,
  phase: E.TransportError["phase"],
  attempts: number,
  secrets: ReadonlyArray<string>
): E.TransportError =>
  new E.TransportError({
    ...call,
    attempts,
    phase,
    description: scrub(message, secrets).slice(0, maximumWords),
    ...(code === undefined ? {} : { code: scrub(code, secrets).slice(0, 100) })
  })
