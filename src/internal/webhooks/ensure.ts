/**
 * What is registered, brought to what is wanted.
 */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import { InvalidRequest, type Issue, type PipedriveError } from "../../PipedriveError.js"
import type { Ensured, EnsureOptions, Registered } from "../../WebhookEvents.js"
import { isRecord } from "../http/failure.js"
import * as Known from "../options.js"
import { brief } from "../text.js"

/** An event that is wanted. */
interface Wanted {
  readonly event: string
  readonly object: string
  readonly action: string
}

/** What an addition says. */
export interface Addition {
  readonly subscription_url: string
  readonly event_object: string
  readonly event_action: string
  readonly name: string
  readonly version: "1.0" | "2.0"
  readonly http_auth_user: string
  readonly http_auth_password: string
  readonly user_id?: number
}

/** The endpoints. */
export interface Calls<R> {
  readonly list: Effect.Effect<ReadonlyArray<Registered>, PipedriveError, R>
  readonly add: (addition: Addition) => Effect.Effect<Registered, PipedriveError, R>
  readonly remove: (id: number) => Effect.Effect<unknown, PipedriveError, R>
}

const actions = {
  "1.0": ["added", "updated", "merged", "deleted", "*"],
  "2.0": ["create", "change", "delete", "*"]
} as const

const defaultUser = "pipedrive"

const names: Known.Names<EnsureOptions> = {
  url: true,
  name: true,
  version: true,
  events: true,
  user: true,
  password: true,
  userId: true,
  formerUrls: true,
  dryRun: true
}

// -----------------------------------------------------------------------------
// what is wanted
// -----------------------------------------------------------------------------

const versionOf = ({ version }: EnsureOptions): "1.0" | "2.0" => version ?? "2.0"

const split = (event: string): Wanted => {
  const dot = event.lastIndexOf(".")
  return { event, object: event.slice(0, Math.max(dot, 0)), action: event.slice(dot + 1) }
}

const isUrl = (text: unknown): boolean => {
  try {
    return /^https?:$/.test(new URL(String(text)).protocol)
  } catch {
    return false
  }
}

const issuesOf = (options: EnsureOptions): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = Known.unknown(options, names).map(({ message, option }) => ({ path: [option], message }))
  if (!isUrl(options.url)) issues.push({ path: ["url"], message: `must be a URL, is ${brief(options.url)}` })
  if (typeof options.name !== "string" || options.name.trim() === "" || options.name.length > 150) {
    issues.push({ path: ["name"], message: "must be a text of 1 to 150 characters" })
  }
  const version = versionOf(options)
  const allowed: ReadonlyArray<string> = actions[version] ?? []
  if (allowed.length === 0) issues.push({ path: ["version"], message: `must be "1.0" or "2.0", is ${brief(version)}` })
  if (!Array.isArray(options.events)) issues.push({ path: ["events"], message: "must be an array of events" })
  else {
    for (const [at, event] of options.events.entries()) {
      const { action, object } = split(String(event))
      if (object !== "" && (allowed.length === 0 || allowed.includes(action))) continue
      const message = `must be an object and one of the actions ${allowed.join(", ")}, as in "deal.${allowed[1]}", is ${brief(event)}`
      issues.push({ path: ["events", at], message })
    }
  }
  if (options.user?.includes(":")) issues.push({ path: ["user"], message: "must not have a colon" })
  if (options.password !== undefined && !Redacted.isRedacted(options.password)) {
    issues.push({ path: ["password"], message: "must be a Redacted" })
  } else if (options.password !== undefined && Redacted.value(options.password) === "") {
    issues.push({ path: ["password"], message: "must not be empty" })
  }
  return issues
}

// -----------------------------------------------------------------------------
// what is there
// -----------------------------------------------------------------------------

const sameUrl = (a: string | undefined, b: string): boolean =>
  a !== undefined && isUrl(a) && new URL(a).href === new URL(b).href

const prefix = ({ name }: EnsureOptions): string => `${name}: `

/** Of this name, and for this address or a former one: nobody else's. */
const isOurs = (options: EnsureOptions, { name, subscription_url: url }: Registered): boolean =>
  (name ?? "").startsWith(prefix(options)) &&
  [options.url, ...(options.formerUrls ?? [])].some((one) => isUrl(one) && sameUrl(url, one))

/** What a list tells of a password; undefined: nothing. */
const shownPassword = ({ http_auth_password: password }: Registered): string | undefined =>
  typeof password === "string" && password !== "" && !/^\*+$/.test(password) ? password : undefined

/** Why a webhook does not do, for an event that is wanted. */
const differs = (
  options: EnsureOptions,
  hook: Registered,
  user: string,
  password: string | undefined
): string | undefined => {
  if (!sameUrl(hook.subscription_url, options.url)) return "url"
  if (hook.version !== undefined && hook.version !== versionOf(options)) return "version"
  if (hook.is_active === 0) return "is_active"
  if (options.userId !== undefined && hook.user_id !== options.userId) return "user_id"
  if (hook.http_auth_user !== user) return "http_auth_user"
  // a password that is not shown is taken for that which the caller has
  const shown = shownPassword(hook)
  return password === undefined || (shown !== undefined && shown !== password) ? "http_auth_password" : undefined
}

interface Plan {
  readonly kept: ReadonlyArray<Registered>
  readonly missing: ReadonlyArray<Wanted>
  readonly removed: Ensured["removed"]
}

const plan = (
  options: EnsureOptions,
  hooks: ReadonlyArray<Registered>,
  user: string,
  password: string | undefined
): Plan => {
  const missing = new Map(options.events.map((event) => [event as string, split(event)]))
  const kept: Array<Registered> = []
  const removed: Array<Ensured["removed"][number]> = []
  const wanted = new Set(missing.keys())
  for (const webhook of hooks) {
    const event = `${webhook.event_object}.${webhook.event_action}`
    const reason = wanted.has(event) ? differs(options, webhook, user, password) : "unwanted"
    if (reason !== undefined) removed.push({ webhook, reason })
    else if (missing.delete(event)) kept.push(webhook)
    else removed.push({ webhook, reason: "duplicate" })
  }
  return { kept, missing: Array.from(missing.values()), removed }
}

const makePassword = /*#__PURE__*/ Effect.sync(() =>
  Encoding.encodeBase64Url(crypto.getRandomValues(new Uint8Array(24)))
)

const describe = (event: Wanted, options: EnsureOptions, user: string, password: string): Addition => ({
  subscription_url: options.url,
  event_object: event.object,
  event_action: event.action,
  name: `${prefix(options)}${event.event}`,
  version: versionOf(options),
  http_auth_user: user,
  http_auth_password: password,
  ...(options.userId === undefined ? {} : { user_id: options.userId })
})

/** @internal */
export const make =
  <R>({ add, list, remove }: Calls<R>) =>
  (options: EnsureOptions): Effect.Effect<Ensured, PipedriveError, R> =>
    Effect.gen(function* () {
      const issues = issuesOf(isRecord(options) ? options : ({} as EnsureOptions))
      if (issues.length > 0) {
        return yield* new InvalidRequest({ endpoint: "WebhookEvents.ensure", method: "", path: "", issues })
      }
      const user = options.user ?? defaultUser
      const hooks = (yield* list).filter((hook) => isOurs(options, hook))
      // without a password of the caller's that which is in use stays, as far as it is shown
      const known =
        options.password === undefined
          ? hooks
              .filter(({ http_auth_user }) => http_auth_user === user)
              .map(shownPassword)
              .find((one) => one !== undefined)
          : Redacted.value(options.password)
      const { kept, missing, removed } = plan(options, hooks, user, known)
      const password = known ?? (yield* makePassword)
      const result: Ensured = {
        user,
        password: Redacted.make(password),
        added: missing.map(({ event }) => event),
        kept: kept.map(({ event_action, event_object }) => `${event_object}.${event_action}`),
        removed
      }
      if (options.dryRun === true) return result
      const stale = new Set(removed.map(({ webhook }) => webhook.id))
      const removeStale = Effect.suspend(() =>
        Effect.forEach(
          Array.from(stale),
          // one that is gone by now is as good
          (id) =>
            remove(id).pipe(
              Effect.catchTag("NotFound", () => Effect.void),
              Effect.tap(() => Effect.sync(() => stale.delete(id)))
            ),
          { discard: true }
        )
      )
      // first the new ones, so that no event falls between; where there is no room for both, the old ones go first
      for (const event of missing) {
        const one = add(describe(event, options, user, password))
        yield* stale.size === 0
          ? one
          : Effect.catchTag(one, "UnprocessableEntity", () => Effect.zipRight(removeStale, one))
      }
      yield* removeStale
      return result
    })
