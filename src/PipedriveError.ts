/**
 * Every error a caller can see.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { type ErrorClass, errorClass, isOurs } from "./internal/schema/errorClass.js"
import { brief, visible } from "./internal/text.js"

// -----------------------------------------------------------------------------
// what errors are made of
// -----------------------------------------------------------------------------

const call = () => ({ endpoint: Schema.String, method: Schema.String, path: Schema.String })

interface Call {
  /** The endpoint called: `v2.Deals.update`. */
  readonly endpoint: string
  readonly method: string
  /** The path asked for, without host and query. */
  readonly path: string
}

const sent = () => ({ ...call(), attempts: Schema.Number })

interface Sent extends Call {
  /** How many times the request was sent. */
  readonly attempts: number
}

const answered = () => ({
  ...sent(),
  status: Schema.Number,
  error: Schema.optional(Schema.String),
  error_info: Schema.optional(Schema.String),
  code: Schema.optional(Schema.String),
  correlationId: Schema.optional(Schema.String),
  snippet: Schema.optional(Schema.String),
  url: Schema.optional(Schema.String)
})

/** A duration; in JSON its milliseconds, or null where it has no end. */
const duration = () =>
  Schema.transform(Schema.NullOr(Schema.Number), Schema.declare(Duration.isDuration), {
    strict: true,
    decode: (millis) => (millis === null ? Duration.infinity : Duration.millis(millis)),
    encode: (duration) => (Duration.isFinite(duration) ? Duration.toMillis(duration) : null)
  })

interface Answered extends Sent {
  readonly status: number
  /** Pipedrive's error message. */
  readonly error?: string | undefined
  /** Pipedrive's additional message, usually where to find more information. */
  readonly error_info?: string | undefined
  /** Pipedrive's code, such as `ERR_SCHEMA_VALIDATION_FAILED` or `feature_capping_deals_limit`. */
  readonly code?: string | undefined
  /** Pipedrive's id of this request (`x-correlation-id`), for its support. */
  readonly correlationId?: string | undefined
  /** The start of a response that is not JSON, such as a proxy's HTML page. */
  readonly snippet?: string | undefined
  /** The URL of the request, without its query. Only if the response is not Pipedrive's: the base URL may be wrong. */
  readonly url?: string | undefined
}

const times = (attempts: number): string => (attempts > 1 ? ` after ${attempts} attempts` : "")

const sentence = (self: Answered, what: string, advice?: string): string => {
  const words = self.error ?? (self.snippet === undefined ? undefined : `the answer was not JSON: ${self.snippet}`)
  const code = self.code === undefined ? "" : ` (${self.code})`
  const hint = advice === undefined ? "" : `. ${advice}`
  const asked = self.url === undefined ? "" : ` [asked ${self.url}]`
  const id = self.correlationId === undefined ? "" : ` [correlation id ${self.correlationId}]`
  return visible(
    `${self.endpoint}: ${what} (${self.status}${times(self.attempts)})${words === undefined ? "" : `: ${words}`}${code}${hint}${asked}${id}`
  )
}

/**
 * One problem of an input or a response.
 *
 * @since 0.1.0
 * @category models
 */
export interface Issue {
  /** The path of the field: `["custom_fields", "d1f4..."]`; empty for the whole value. */
  readonly path: ReadonlyArray<string | number>
  /** The problem, as the rest of a sentence: `is missing`. */
  readonly message: string
  /** A suggestion. */
  readonly hint?: string | undefined
}

const Issue: Schema.Schema<Issue> = /*#__PURE__*/ Schema.suspend(
  (): Schema.Schema<Issue> =>
    Schema.Struct({
      path: Schema.Array(Schema.Union(Schema.String, Schema.Number)),
      message: Schema.String,
      hint: Schema.optional(Schema.String)
    })
)

const issueText = (issue: Issue): string =>
  `${issue.path.length === 0 ? "the input" : `\`${issue.path.join(".")}\``} ${issue.message}${
    issue.hint === undefined ? "" : ` (${issue.hint})`
  }`

/** A message names so many of them; all stand in `issues`. */
const mostNamed = 20

const issuesText = (issues: ReadonlyArray<Issue>, textOf: (issue: Issue) => string): string =>
  issues.slice(0, mostNamed).map(textOf).join("; ") +
  (issues.length > mostNamed ? `; and ${issues.length - mostNamed} more` : "")

// -----------------------------------------------------------------------------
// before anything is sent
// -----------------------------------------------------------------------------

interface InvalidRequestFields extends Call {
  readonly issues: ReadonlyArray<Issue>
}

/**
 * The input is invalid; `issues` says where. Nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRequest extends /*#__PURE__*/ ((): ErrorClass<
  InvalidRequest,
  "InvalidRequest",
  InvalidRequestFields
> =>
  errorClass("InvalidRequest", () => ({
    ...call(),
    issues: Schema.Array(Issue)
  })))() {
  override get message(): string {
    return visible(`${this.endpoint}: nothing was sent, because ${issuesText(this.issues, issueText)}`)
  }
  /** None: nothing was sent. */
  get attempts(): 0 {
    return 0
  }
}

/**
 * Why there are no usable credentials.
 *
 * - `NotAuthorized`: there is no token yet; send the user to the authorization page.
 * - `ReauthorizationRequired`: the refresh token is revoked or expired; the user has to give consent again.
 * - `AccessDenied`: the user declined on the consent page.
 * - `InvalidState`: the callback's `state` is not the one that was sent.
 * - `InvalidCallback`: a parameter of the callback is missing or malformed.
 * - `InvalidClient`: client id, secret or redirect URI are wrong.
 * - `InvalidToken`: a token from the server or the store is incomplete or malformed.
 * - `UntrustedDomain`: the token names an API host that may not get the credentials.
 * - `TokenStore`: the token store failed.
 * - `TokenEndpoint`: the OAuth server failed or could not be reached.
 *
 * @since 0.1.0
 * @category models
 */
export type AuthErrorReason =
  | "NotAuthorized"
  | "ReauthorizationRequired"
  | "AccessDenied"
  | "InvalidState"
  | "InvalidCallback"
  | "InvalidClient"
  | "InvalidToken"
  | "UntrustedDomain"
  | "TokenStore"
  | "TokenEndpoint"

interface AuthErrorFields {
  readonly reason: AuthErrorReason
  /** What happened, as text. Contains no secret. */
  readonly description: string
  /** The status of the OAuth server's response, if there was one. */
  readonly status?: number | undefined
  /** The OAuth server's code, such as `invalid_grant`. */
  readonly code?: string | undefined
  /** Whether the same call may succeed later. */
  readonly transient?: boolean | undefined
  /** How long the OAuth server asks to wait, if it does. */
  readonly retryAfter?: Duration.Duration | undefined
  /** How many requests the OAuth server or the store got. If set, the retries are already done and the call adds none. */
  readonly attempts?: number | undefined
  /** The endpoint, if one was called; likewise `method` and `path`. */
  readonly endpoint?: string | undefined
  readonly method?: string | undefined
  readonly path?: string | undefined
}

type AuthErrorEncoded = Omit<AuthErrorFields, "retryAfter"> & {
  readonly retryAfter?: number | null | undefined
}

/**
 * There are no valid credentials to send; `reason` says why.
 *
 * @since 0.1.0
 * @category errors
 */
export class AuthError extends /*#__PURE__*/ ((): ErrorClass<
  AuthError,
  "AuthError",
  AuthErrorFields,
  AuthErrorEncoded
> =>
  errorClass("AuthError", () => ({
    reason: Schema.Literal(
      "NotAuthorized",
      "ReauthorizationRequired",
      "AccessDenied",
      "InvalidState",
      "InvalidCallback",
      "InvalidClient",
      "InvalidToken",
      "UntrustedDomain",
      "TokenStore",
      "TokenEndpoint"
    ),
    description: Schema.String,
    status: Schema.optional(Schema.Number),
    code: Schema.optional(Schema.String),
    transient: Schema.optional(Schema.Boolean),
    retryAfter: Schema.optional(duration()),
    attempts: Schema.optional(Schema.Number),
    endpoint: Schema.optional(Schema.String),
    method: Schema.optional(Schema.String),
    path: Schema.optional(Schema.String)
  })))() {
  override get message(): string {
    const call = this.endpoint === undefined ? "" : `${this.endpoint}: `
    return visible(`${call}${this.reason}: ${this.description}`)
  }
}

// -----------------------------------------------------------------------------
// what Pipedrive delivers
// -----------------------------------------------------------------------------

/**
 * Why a delivery of a webhook was not taken, or not handled.
 *
 * - `Unauthorized`: it does not have the credentials. Its body was not looked at. Answered with 401.
 * - `Malformed`: its body is no event. 400.
 * - `TooLarge`: its body is larger than `maximumBodySize`. 413.
 * - `Refused`: your `accept` says that it is not for here. 403.
 * - `Busy`: the queue is full, or the same event is being handled elsewhere. 503, and Pipedrive sends it again.
 * - `Closed`: the handler is shutting down. 503, likewise.
 * - `Store`: the `KeyValueStore` failed. 503, likewise, where that was before the work.
 * - `HandlerFailed`: your `handle` failed, after its retries.
 * - `Abandoned`: the handler was closed before `handle` ended, and `drainTimeout` was over.
 *
 * @since 0.1.0
 * @category models
 */
export type WebhookErrorReason =
  | "Unauthorized"
  | "Malformed"
  | "TooLarge"
  | "Refused"
  | "Busy"
  | "Closed"
  | "Store"
  | "HandlerFailed"
  | "Abandoned"

/**
 * A delivery of a webhook that was not taken, or not handled. `reason` says why. It comes of what Pipedrive sends, not of a call,
 * and so is no {@link PipedriveError}.
 *
 * @since 0.1.0
 * @category errors
 */
export class WebhookError extends /*#__PURE__*/ Data.TaggedError("WebhookError")<{
  readonly reason: WebhookErrorReason
  /** What happened, for a person. Never holds a credential, nor what the delivery says of a record. */
  readonly description: string
  /** What is wrong with the body. */
  readonly issues?: ReadonlyArray<Issue> | undefined
  /** What `handle` or the store failed with. */
  readonly cause?: unknown
}> {
  override get message(): string {
    const issues = issuesText(this.issues ?? [], (issue) =>
      issue.path.length === 0 ? `the body ${issue.message}` : issueText(issue)
    )
    return visible(`${this.reason}: ${this.description}${issues === "" ? "" : `: ${issues}`}`)
  }
}

// -----------------------------------------------------------------------------
// what Pipedrive refuses
// -----------------------------------------------------------------------------

/**
 * 400: Pipedrive rejected the request; `error` says why.
 *
 * @since 0.1.0
 * @category errors
 */
export class BadRequest extends /*#__PURE__*/ ((): ErrorClass<BadRequest, "BadRequest", Answered> =>
  errorClass("BadRequest", answered))() {
  override get message(): string {
    return sentence(this, "Pipedrive refused the request")
  }
}

/**
 * 401: the token is wrong, expired or revoked.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unauthorized extends /*#__PURE__*/ ((): ErrorClass<Unauthorized, "Unauthorized", Answered> =>
  errorClass("Unauthorized", answered))() {
  override get message(): string {
    return sentence(this, "Pipedrive did not accept the credentials", "Check the API token or authorize again")
  }
}

/**
 * 402: the company's plan or an add-on does not cover this, or the company is closed.
 *
 * @since 0.1.0
 * @category errors
 */
export class PaymentRequired extends /*#__PURE__*/ ((): ErrorClass<PaymentRequired, "PaymentRequired", Answered> =>
  errorClass("PaymentRequired", answered))() {
  override get message(): string {
    return sentence(this, "the company's plan does not cover this")
  }
}

interface ForbiddenFields extends Answered {
  /** Whether the response came from the proxy in front of Pipedrive, which blocks clients that ignore 429s. */
  readonly blockedByEdge: boolean
}

/**
 * 403: the user's permissions, the scopes or a limit of the plan do not allow this (`code` is set for a limit), or, with
 * `blockedByEdge`, Pipedrive's proxy blocks the client after too many ignored 429s.
 *
 * @since 0.1.0
 * @category errors
 */
export class Forbidden extends /*#__PURE__*/ ((): ErrorClass<Forbidden, "Forbidden", ForbiddenFields> =>
  errorClass("Forbidden", () => ({
    ...answered(),
    blockedByEdge: Schema.Boolean
  })))() {
  override get message(): string {
    return this.blockedByEdge
      ? sentence(
          this,
          "the edge in front of Pipedrive blocked the traffic",
          "This happens when 429 answers are ignored; stop for a while and slow down"
        )
      : sentence(this, "Pipedrive does not allow this")
  }
}

/**
 * 404: it does not exist, or this user may not see it.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotFound extends /*#__PURE__*/ ((): ErrorClass<NotFound, "NotFound", Answered> =>
  errorClass("NotFound", answered))() {
  override get message(): string {
    return sentence(this, `nothing at ${this.path} that this user may see`)
  }
}

/**
 * 409: it exists already, or another operation on it is in progress.
 *
 * @since 0.1.0
 * @category errors
 */
export class Conflict extends /*#__PURE__*/ ((): ErrorClass<Conflict, "Conflict", Answered> =>
  errorClass("Conflict", answered))() {
  override get message(): string {
    return sentence(this, "the request conflicts with what is there")
  }
}

/**
 * 410: it was deleted.
 *
 * @since 0.1.0
 * @category errors
 */
export class Gone extends /*#__PURE__*/ ((): ErrorClass<Gone, "Gone", Answered> => errorClass("Gone", answered))() {
  override get message(): string {
    return sentence(this, `${this.path} is deleted`)
  }
}

/**
 * 422: a valid request that Pipedrive rejects, such as one for more than 40 webhooks.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnprocessableEntity extends /*#__PURE__*/ ((): ErrorClass<
  UnprocessableEntity,
  "UnprocessableEntity",
  Answered
> => errorClass("UnprocessableEntity", answered))() {
  override get message(): string {
    return sentence(this, "Pipedrive understood the request and refused it")
  }
}

interface RateLimitedFields extends Answered {
  readonly kind: "burst" | "daily"
  /** How long Pipedrive asks to wait, if it does. */
  readonly retryAfter?: Duration.Duration | undefined
  /** The limit: requests per window of two seconds, or tokens per day. */
  readonly limit?: number | undefined
  readonly remaining?: number | undefined
}

type RateLimitedEncoded = Omit<RateLimitedFields, "retryAfter"> & {
  readonly retryAfter?: number | null | undefined
}

/**
 * 429: too many requests in two seconds (`burst`), or the company's daily tokens are used up (`daily`).
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends /*#__PURE__*/ ((): ErrorClass<
  RateLimited,
  "RateLimited",
  RateLimitedFields,
  RateLimitedEncoded
> =>
  errorClass("RateLimited", () => ({
    ...answered(),
    kind: Schema.Literal("burst", "daily"),
    retryAfter: Schema.optional(duration()),
    limit: Schema.optional(Schema.Number),
    remaining: Schema.optional(Schema.Number)
  })))() {
  override get message(): string {
    const wait = this.retryAfter === undefined ? undefined : `Wait ${Duration.format(this.retryAfter)}`
    return this.kind === "daily"
      ? sentence(this, "the company's daily token budget is spent", "It is filled up again at midnight")
      : sentence(this, "too many requests in two seconds", wait)
  }
}

/**
 * 5xx: an error of Pipedrive's servers.
 *
 * @since 0.1.0
 * @category errors
 */
export class ServerError extends /*#__PURE__*/ ((): ErrorClass<ServerError, "ServerError", Answered> =>
  errorClass("ServerError", answered))() {
  override get message(): string {
    return sentence(this, "Pipedrive failed")
  }
}

/**
 * Any other status, or `success: false` under a 2xx.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedStatus extends /*#__PURE__*/ ((): ErrorClass<UnexpectedStatus, "UnexpectedStatus", Answered> =>
  errorClass("UnexpectedStatus", answered))() {
  override get message(): string {
    return this.status >= 200 && this.status < 300
      ? sentence(this, "Pipedrive reported a failure under a successful status")
      : sentence(this, "an answer that was not expected")
  }
}

// -----------------------------------------------------------------------------
// what went wrong on the way
// -----------------------------------------------------------------------------

interface InvalidResponseFields extends Sent {
  readonly status: number
  /** What is wrong with the body, and where. */
  readonly issues: ReadonlyArray<Issue>
  readonly contentType?: string | undefined
  readonly correlationId?: string | undefined
  /** The start of a body that is not JSON. */
  readonly snippet?: string | undefined
  /** The URL of the request, without its query, if the body is not JSON: the base URL may be wrong. */
  readonly url?: string | undefined
}

/**
 * A successful status with a body that is not as documented: not JSON, without the envelope, or, under strict validation, with
 * a field of another type.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidResponse extends /*#__PURE__*/ ((): ErrorClass<
  InvalidResponse,
  "InvalidResponse",
  InvalidResponseFields
> =>
  errorClass("InvalidResponse", () => ({
    ...sent(),
    status: Schema.Number,
    issues: Schema.Array(Issue),
    contentType: Schema.optional(Schema.String),
    correlationId: Schema.optional(Schema.String),
    snippet: Schema.optional(Schema.String),
    url: Schema.optional(Schema.String)
  })))() {
  override get message(): string {
    const asked = this.url === undefined ? "" : ` [asked ${this.url}]`
    const type = this.contentType === undefined ? "" : `, content type ${this.contentType}`
    const snippet = this.snippet === undefined ? "" : `: ${this.snippet}`
    const issues = issuesText(this.issues, (issue) =>
      issue.path.length === 0 ? `the body ${issue.message}` : issueText(issue)
    )
    return visible(
      `${this.endpoint}: the answer (${this.status}${type}${times(this.attempts)}) is not what Pipedrive documents: ${issues}${snippet}${asked}`
    )
  }
}

/**
 * Custom fields of a record do not match their definition by `CustomFields.define`. Each issue names the field by the name in
 * the definition. Not part of {@link PipedriveError}, because endpoints do not fail with it.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidCustomFields extends /*#__PURE__*/ ((): ErrorClass<
  InvalidCustomFields,
  "InvalidCustomFields",
  { readonly issues: ReadonlyArray<Issue> }
> => errorClass("InvalidCustomFields", () => ({ issues: Schema.Array(Issue) }), false))() {
  override get message(): string {
    const issues = issuesText(this.issues, (issue) =>
      issue.path.length === 0 ? `what is read ${issue.message}` : issueText(issue)
    )
    return visible(`custom fields cannot be read as they are defined: ${issues}`)
  }
}

/**
 * An account has no custom field of that name or key. It comes of `CustomFields.load`.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnknownCustomField extends /*#__PURE__*/ Data.TaggedError("UnknownCustomField")<{
  /** The list that was read: `v2.DealFields.list`. */
  readonly list: string
  /** The name or key that was asked for. */
  readonly asked: string
  /** The name that was probably meant. */
  readonly suggestion?: string | undefined
  /** The code of a built-in field of that name. */
  readonly builtIn?: string | undefined
}> {
  override get message(): string {
    const hint =
      this.suggestion !== undefined
        ? `; did you mean ${brief(this.suggestion)}?`
        : this.builtIn !== undefined
          ? `; the field of that name is built in: \`${this.builtIn}\``
          : ""
    return visible(`${this.list}: the account has no custom field ${brief(this.asked)}${hint}`)
  }
}

/**
 * Several custom fields of an account have that name, so that one has to be asked for by its key. It comes of
 * `CustomFields.load`.
 *
 * @since 0.1.0
 * @category errors
 */
export class AmbiguousCustomField extends /*#__PURE__*/ Data.TaggedError("AmbiguousCustomField")<{
  /** The list that was read: `v2.DealFields.list`. */
  readonly list: string
  /** The name that was asked for. */
  readonly asked: string
  /** The keys of the fields that have it. */
  readonly keys: ReadonlyArray<string>
}> {
  override get message(): string {
    return visible(
      `${this.list}: ${this.keys.length} custom fields are named ${brief(this.asked)}: ${this.keys.join(", ")}; ask for one by its key`
    )
  }
}

/**
 * A custom field has no option of that label or id. It comes of `CustomFields.load`.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnknownCustomFieldOption extends /*#__PURE__*/ Data.TaggedError("UnknownCustomFieldOption")<{
  /** The list that was read: `v2.DealFields.list`. */
  readonly list: string
  /** The field's name. */
  readonly field: string
  /** The field's key. */
  readonly key: string
  /** The label or id that was asked for. */
  readonly asked: string | number
  /** The label that was probably meant. */
  readonly suggestion?: string | undefined
  /** The labels of the options that there are. */
  readonly options: ReadonlyArray<string>
}> {
  override get message(): string {
    const most = 30
    const all = this.options.slice(0, most).map((label) => brief(label))
    const more = this.options.length > most ? ` and ${this.options.length - most} more` : ""
    const hint =
      this.suggestion !== undefined
        ? `; did you mean ${brief(this.suggestion)}?`
        : all.length === 0
          ? "; it has none"
          : `; it has ${all.join(", ")}${more}`
    return visible(
      `${this.list}: the custom field ${brief(this.field === "" ? this.key : this.field)} has no option ${brief(this.asked)}${hint}`
    )
  }
}

/** What a write without an answer leaves open; a GET does nothing. */
const doubt = (error: TransportError | Timeout): string => (mayHaveActed(error) ? "; Pipedrive may have acted" : "")

interface TransportErrorFields extends Sent {
  /**
   * `prepare`: the request could not be built. `connect`: no connection was made, so nothing was sent. `send`: the
   * connection failed after that, so Pipedrive may have acted. `receive`: the response is incomplete. `redirect`: the response
   * redirects to a URL that is not followed. `body`: the request body could not be read (a stream that failed, a file that
   * changed), so Pipedrive received a part of the request at most.
   */
  readonly phase: "prepare" | "connect" | "send" | "receive" | "redirect" | "body"
  /** The transport's message. */
  readonly description: string
  /** The transport's code, such as `ECONNREFUSED`. */
  readonly code?: string | undefined
}

/**
 * The request could not be sent, or the response was not received completely.
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportError extends /*#__PURE__*/ ((): ErrorClass<
  TransportError,
  "TransportError",
  TransportErrorFields
> =>
  errorClass("TransportError", () => ({
    ...sent(),
    phase: Schema.Literal("prepare", "connect", "send", "receive", "redirect", "body"),
    description: Schema.String,
    code: Schema.optional(Schema.String)
  })))() {
  override get message(): string {
    const what = {
      prepare: "the request could not be built",
      connect: "no connection to Pipedrive",
      send: "the connection broke before an answer came",
      receive: "the answer broke off",
      redirect: "the answer led to a place that is not followed",
      body: "what was to be sent could not be read"
    }[this.phase]
    return visible(`${this.endpoint}: ${what}${times(this.attempts)}${doubt(this)}: ${this.description}`)
  }
}

interface TimeoutFields extends Sent {
  /** The time limit. */
  readonly duration: Duration.Duration
  /** Whether one attempt took too long (of a file: nothing moved for so long), the call as a whole, or a file as a whole. */
  readonly of: "attempt" | "call" | "transfer"
}

type TimeoutEncoded = Omit<TimeoutFields, "duration"> & {
  readonly duration: number | null
}

/**
 * No complete response within the time limit. Pipedrive may have acted.
 *
 * @since 0.1.0
 * @category errors
 */
export class Timeout extends /*#__PURE__*/ ((): ErrorClass<Timeout, "Timeout", TimeoutFields, TimeoutEncoded> =>
  errorClass("Timeout", () => ({
    ...sent(),
    duration: duration(),
    of: Schema.Literal("attempt", "call", "transfer")
  })))() {
  override get message(): string {
    const what = this.of === "transfer" ? "the file was not through" : "no answer"
    return `${this.endpoint}: ${what} within ${Duration.format(this.duration)}${times(this.attempts)}${doubt(this)}`
  }
}

// -----------------------------------------------------------------------------
// the union
// -----------------------------------------------------------------------------

/**
 * Every error that an endpoint can fail with.
 *
 * @since 0.1.0
 * @category errors
 */
export type PipedriveError =
  | InvalidRequest
  | AuthError
  | BadRequest
  | Unauthorized
  | PaymentRequired
  | Forbidden
  | NotFound
  | Conflict
  | Gone
  | UnprocessableEntity
  | RateLimited
  | ServerError
  | UnexpectedStatus
  | InvalidResponse
  | TransportError
  | Timeout

/**
 * Encodes and decodes a {@link PipedriveError}, to send it between processes.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PipedriveError = /*#__PURE__*/ Schema.suspend(() =>
  Schema.Union(
    InvalidRequest,
    AuthError,
    BadRequest,
    Unauthorized,
    PaymentRequired,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    UnprocessableEntity,
    RateLimited,
    ServerError,
    UnexpectedStatus,
    InvalidResponse,
    TransportError,
    Timeout
  )
)

/**
 * Whether a value is a {@link PipedriveError}.
 *
 * @since 0.1.0
 * @category guards
 */
export const isPipedriveError = (u: unknown): u is PipedriveError => isOurs(u)

/**
 * Whether it is safe and useful to send the same request again. The retry policy uses this function.
 *
 * A POST that may have acted is not repeated: only after a 429, or if no connection was made. With `resendPost` it is treated as
 * any other method.
 *
 * @since 0.1.0
 * @category guards
 */
export const isRetryable = (
  error: PipedriveError,
  options?: { readonly resendPost?: boolean | undefined }
): boolean => {
  switch (error._tag) {
    case "RateLimited":
      return error.kind === "burst"
    case "ServerError":
      return harmless(error, options) && error.status !== 501 && error.status !== 505
    case "UnexpectedStatus":
      return harmless(error, options) && (error.status === 408 || error.status === 425)
    case "Timeout":
      return harmless(error, options) && error.of === "attempt"
    case "TransportError":
      return error.phase === "connect"
        ? !isCertificate(error.code)
        : (error.phase === "send" || error.phase === "receive") && harmless(error, options)
    case "InvalidResponse":
      return error.method === "GET" && error.snippet !== undefined
    case "AuthError":
      return error.transient === true
    default:
      return false
  }
}

/**
 * Whether Pipedrive may have done what was asked, though the call failed: a write was sent, and no answer came, or none that
 * says what was done.
 *
 * @since 0.1.0
 * @category guards
 */
export const mayHaveActed = (error: PipedriveError): boolean => {
  if (error.method === "GET") return false
  switch (error._tag) {
    case "ServerError":
    case "Timeout":
    case "InvalidResponse":
      return true
    case "UnexpectedStatus":
      // a failure under a successful status is one that Pipedrive tells of
      return error.status >= 300
    case "TransportError":
      return error.phase === "connect"
        ? // an attempt before may have acted; but for a POST, which is then not repeated
          error.method !== "POST" && error.attempts > 1
        : error.phase !== "prepare"
    default:
      return false
  }
}

const harmless = (error: Call, options: { readonly resendPost?: boolean | undefined } | undefined): boolean =>
  error.method !== "POST" || options?.resendPost === true

/** A certificate that is not accepted will not be so in a second. */
const isCertificate = (code: string | undefined): boolean => code !== undefined && /CERT|SIGNATURE/.test(code)
