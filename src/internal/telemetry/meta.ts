/**
 * What `Endpoint.withMeta` tells of a call beside its value.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type { Meta } from "../../Endpoint.js"
import * as Failure from "../http/failure.js"

/** Where a call leaves what it has to tell. @internal */
export interface Collector {
  meta: Meta
}

/** @internal */
export class CurrentCollector extends /*#__PURE__*/ (() =>
  Context.Reference<CurrentCollector>()("effect-pipedrive/internal/meta/CurrentCollector", {
    defaultValue: (): Collector | undefined => undefined
  }))() {}

/** @internal */
export const none: Meta = {
  calls: 0,
  attempts: 0,
  waited: Duration.zero,
  status: undefined,
  correlationId: undefined,
  burst: { limit: undefined, remaining: undefined, reset: undefined },
  daily: { limit: undefined, remaining: undefined },
  headers: {}
}

/** The headers that say something about the answer. */
const telling = [
  "content-type",
  "content-disposition",
  "date",
  "etag",
  "last-modified",
  "retry-after",
  "x-correlation-id",
  "x-daily-ratelimit-token-limit",
  "x-daily-ratelimit-token-remaining",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset"
]

/** @internal */
export const collect = (
  collector: Collector,
  call: {
    readonly attempts: number
    readonly waited: number
    readonly status: number
    readonly headers: Failure.Headers
    readonly secrets: ReadonlyArray<string>
  }
): void => {
  const { attempts, headers, secrets, status, waited } = call
  const told: Record<string, string> = {}
  for (const name of telling) {
    const value = headers[name]
    if (value !== undefined) told[name] = Failure.scrub(value, secrets)
  }
  const reset = Failure.seconds(headers["x-ratelimit-reset"])
  collector.meta = {
    calls: collector.meta.calls + 1,
    attempts,
    waited: Duration.millis(waited),
    status,
    correlationId: told["x-correlation-id"],
    burst: {
      limit: Failure.count(headers["x-ratelimit-limit"]),
      remaining: Failure.count(headers["x-ratelimit-remaining"]),
      reset: reset === undefined ? undefined : Duration.millis(reset)
    },
    daily: {
      limit: Failure.count(headers["x-daily-ratelimit-token-limit"]),
      remaining: Failure.count(headers["x-daily-ratelimit-token-remaining"])
    },
    headers: told
  }
}
