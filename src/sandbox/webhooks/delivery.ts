/**
 * Delivery of webhooks: with retries, pauses and removal, on the sandbox's clock.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as boundedLog from "../http/boundedLog.js"
import { redactText } from "../http/secrets.js"
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
  /** The receiver's status; `undefined` without a response within ten seconds. */
  readonly status: number | undefined
}

/** Sends webhooks and records the attempts. */
export interface WebhookSender {
  readonly client: HttpClient.HttpClient | undefined
  readonly deliveries: boundedLog.Log<Delivery>
  /** The recorded attempts whose payload is the one that was sent, not a shortened one. */
  readonly whole: WeakSet<Delivery>
  /** For each webhook: failed first attempts, until when it is paused, and since when every attempt has failed. */
  readonly failures: Map<Row["id"], { failed: number; bannedUntil: number; failingSince: number | undefined }>
}

/** Makes a sender. Without a client deliveries are only recorded. */
export const make = (client: HttpClient.HttpClient | undefined): WebhookSender => ({
  client,
  deliveries: boundedLog.make((delivery) =>
    boundedLog.isLarge(delivery.payload) ? { ...delivery, payload: boundedLog.dropped } : delivery
  ),
  whole: new WeakSet(),
  failures: new Map()
})

const retryDelays = [3000, 30_000, 150_000]
const responseTimeout = "10 seconds"
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
    // also where the sender is uninterruptible, as in a server
    Effect.interruptible,
    Effect.timeout(responseTimeout),
    Effect.orElseSucceed(() => undefined)
  )
}

const isSuccess = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300

/** Records the result of an attempt. A webhook without a success for three days is removed. */
const recordAttempt = (
  sender: WebhookSender,
  world: World,
  hookId: Row["id"],
  attempt: number,
  status: number | undefined,
  now: number
): void => {
  const failure = sender.failures.get(hookId) ?? { failed: 0, bannedUntil: 0, failingSince: undefined }
  sender.failures.set(hookId, failure)
  const row = get(world, "webhook", hookId)
  if (row !== undefined) {
    put(world, "webhook", {
      ...row,
      last_delivery_time: new Date(now).toISOString(),
      last_http_status: status ?? null
    })
  }
  if (isSuccess(status)) {
    failure.failingSince = undefined
    return
  }
  failure.failingSince ??= now
  if (attempt === 1 && ++failure.failed >= banAfter) {
    failure.failed = 0
    failure.bannedUntil = now + banMillis
  }
  if (now - failure.failingSince >= giveUpMillis) remove(world, "webhook", hookId)
}

/** Sends one payload and records it. */
const attemptDelivery = (
  sender: WebhookSender,
  hook: Row,
  body: unknown,
  attempt: number
): Effect.Effect<{ readonly delivery: Delivery; readonly millis: number }> =>
  Effect.gen(function* () {
    const millis = yield* Clock.currentTimeMillis
    const status = sender.client === undefined ? undefined : yield* send(sender.client, hook, body)
    const payload = boundedLog.truncate(body)
    const delivery: Delivery = {
      time: new Date(millis).toISOString(),
      webhookId: hook.id,
      url: redactText(text(hook, "subscription_url")),
      attempt,
      payload,
      status
    }
    if (payload === body) sender.whole.add(delivery)
    boundedLog.append(sender.deliveries, delivery)
    return { delivery, millis }
  })

/**
 * Sends the payload of a recorded attempt once more. It counts for nothing: neither retries nor pauses follow. The result says
 * why it cannot be sent.
 */
export const deliverAgain = (
  sender: WebhookSender,
  world: World,
  delivery: Delivery
): Effect.Effect<Delivery | "NoWebhook" | "NoPayload"> =>
  Effect.gen(function* () {
    const hook = get(world, "webhook", delivery.webhookId)
    if (hook === undefined) return "NoWebhook"
    if (!sender.whole.has(delivery)) return "NoPayload"
    return (yield* attemptDelivery(sender, hook, delivery.payload, delivery.attempt)).delivery
  })

const deliver = (sender: WebhookSender, view: View, hookId: Row["id"], first: unknown): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let attempt = 1; attempt <= 4; attempt++) {
      const hook = get(view.world, "webhook", hookId)
      if (hook === undefined) return
      const { delivery, millis } = yield* attemptDelivery(sender, hook, payloads.again(first, attempt), attempt)
      const status = sender.client === undefined ? 200 : delivery.status
      recordAttempt(sender, view.world, hookId, attempt, status, millis)
      const delay = retryDelays[attempt - 1]
      if (isSuccess(status) || delay === undefined) return
      yield* Effect.sleep(delay)
    }
  })

/** Delivers changes to all subscribed webhooks that are not paused. */
export const deliverChanges = (
  sender: WebhookSender,
  view: View,
  changes: ReadonlyArray<Change>
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const hooks = Array.from(all(view.world, "webhook"))
    if (hooks.length === 0) return
    const now = new Date(view.now).getTime()
    const correlation = uuid(view.world)
    const before = view.world.log.length - changes.length
    for (const [at, change] of changes.entries()) {
      // the event's, whoever is told of it
      const id = uuid(view.world)
      for (const hook of hooks) {
        const banned = now < (sender.failures.get(hook.id)?.bannedUntil ?? 0)
        if (banned || hook.is_active !== true || !payloads.isSubscribedTo(hook, change)) continue
        const body = payloads.payload({ hook, change, id, correlation, attempt: 1, order: before + at }, view)
        yield* Effect.forkDaemon(deliver(sender, view, hook.id, body))
      }
    }
  })
