/**
 * Webhooks are delivered: to whoever asked, with retries, bans and the end of it, on the sandbox's clock.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as remembered from "../http/boundedLog.js"
import { hideText } from "../http/secrets.js"
import { text, type View } from "../model/view.js"
import { all, type Change, get, put, type Row, remove, uuid, type World } from "../model/world.js"
import * as payloads from "./payload.js"

/**
 * One attempt to deliver a webhook.
 *
 * @since 0.1.0
 * @category models
 */
export interface Delivery {
  readonly time: string
  readonly webhookId: number | string
  /** Credentials in it are `"<redacted>"`. */
  readonly url: string
  /** From 1 to 4. */
  readonly attempt: number
  readonly payload: unknown
  /** The receiver's status; `undefined` when there was no answer within ten seconds. */
  readonly status: number | undefined
}

/** How deliveries are made and remembered. */
export interface Courier {
  readonly client: HttpClient.HttpClient | undefined
  readonly deliveries: remembered.Log<Delivery>
  /** How often the first attempt failed, until when nothing is delivered, and since when nothing arrived. */
  readonly troubles: Map<Row["id"], { failed: number; bannedUntil: number; failingSince: number | undefined }>
}

/** Makes a courier. Without a client deliveries are only noted. */
export const make = (client: HttpClient.HttpClient | undefined): Courier => ({
  client,
  deliveries: remembered.make((delivery) => ({
    ...delivery,
    payload: remembered.isHeavy(delivery.payload) ? remembered.letGo : delivery.payload
  })),
  troubles: new Map()
})

const waits = [3000, 30_000, 150_000]
const patience = "10 seconds"
const banAfter = 10
const banMillis = 30 * 60_000
const giveUpMillis = 3 * 86_400_000

const send = (client: HttpClient.HttpClient, hook: Row, body: unknown): Effect.Effect<number | undefined> => {
  const request = HttpClientRequest.post(text(hook, "subscription_url"), { body: HttpBody.unsafeJson(body) })
  const user = text(hook, "http_auth_user")
  const authorized =
    user === ""
      ? request
      : HttpClientRequest.setHeader(
          request,
          "authorization",
          `Basic ${Encoding.encodeBase64(`${user}:${text(hook, "http_auth_password")}`)}`
        )
  return client.execute(authorized).pipe(
    Effect.map((response): number | undefined => response.status),
    Effect.timeout(patience),
    Effect.orElseSucceed(() => undefined)
  )
}

const isGood = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300

/** Notes how an attempt went; a webhook that nothing has reached for three days is taken away. */
const weigh = (
  courier: Courier,
  world: World,
  hookId: Row["id"],
  attempt: number,
  status: number | undefined,
  now: number
): void => {
  const trouble = courier.troubles.get(hookId) ?? { failed: 0, bannedUntil: 0, failingSince: undefined }
  courier.troubles.set(hookId, trouble)
  const row = get(world, "webhook", hookId)
  if (row !== undefined) {
    put(world, "webhook", {
      ...row,
      last_delivery_time: new Date(now).toISOString(),
      last_http_status: status ?? null
    })
  }
  if (isGood(status)) {
    trouble.failingSince = undefined
    return
  }
  trouble.failingSince ??= now
  if (attempt === 1 && ++trouble.failed >= banAfter) {
    trouble.failed = 0
    trouble.bannedUntil = now + banMillis
  }
  if (now - trouble.failingSince >= giveUpMillis) remove(world, "webhook", hookId)
}

const deliver = (courier: Courier, view: View, hookId: Row["id"], change: Change, id: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    const correlation = id
    for (let attempt = 1; attempt <= 4; attempt++) {
      const hook = get(view.world, "webhook", hookId)
      if (hook === undefined) return
      const now = yield* Clock.currentTimeMillis
      const body = payloads.payload({ hook, change, id, correlation, attempt }, view)
      const status = courier.client === undefined ? 200 : yield* send(courier.client, hook, body)
      remembered.note(courier.deliveries, {
        time: new Date(now).toISOString(),
        webhookId: hookId,
        url: hideText(text(hook, "subscription_url")),
        attempt,
        payload: remembered.bounded(body),
        status: courier.client === undefined ? undefined : status
      })
      weigh(courier, view.world, hookId, attempt, status, now)
      const wait = waits[attempt - 1]
      if (isGood(status) || wait === undefined) return
      yield* Effect.sleep(wait)
    }
  })

/** Sends what has just happened to all who want to hear of it; a banned webhook does not. */
export const announce = (courier: Courier, view: View, changes: ReadonlyArray<Change>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const hooks = Array.from(all(view.world, "webhook"))
    if (hooks.length === 0) return
    const now = new Date(view.now).getTime()
    for (const change of changes) {
      for (const hook of hooks) {
        const banned = now < (courier.troubles.get(hook.id)?.bannedUntil ?? 0)
        if (banned || hook.is_active !== true || !payloads.wants(hook, change)) continue
        yield* Effect.forkDaemon(deliver(courier, view, hook.id, change, uuid(view.world)))
      }
    }
  })
