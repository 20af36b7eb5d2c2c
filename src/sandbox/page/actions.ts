/**
 * What the forms of the pages do.
 */
import * as Effect from "effect/Effect"
import * as boundedLog from "../http/boundedLog.js"
import * as faults from "../http/faults.js"
import * as limits from "../http/limits.js"
import type { Incoming } from "../http/messages.js"
import { endpoints } from "../http/routes.js"
import * as Time from "../model/time.js"
import { SandboxError } from "../seeds/seed.js"
import * as webhooks from "../webhooks/delivery.js"
import type { Page, Paths } from "./context.js"
import type { Given } from "./controls.js"

/** What came of an action: where to go on, and what to say there. */
export interface Result {
  readonly to: string
  readonly message: string
  readonly bad?: boolean
  /** The form to be filled in again. */
  readonly given?: Given
}

/** An action; it takes the fields of its form. */
type Action = (page: Page, form: Given, incoming: Incoming) => Effect.Effect<Result>

/** The text fields of a form. */
export const fieldsOf = (incoming: Incoming): Given => {
  const { body } = incoming
  if (body._tag === "Form") return body.fields
  if (body._tag !== "Multipart") return {}
  return Object.fromEntries(
    Object.entries(body.fields).filter((pair): pair is [string, string] => typeof pair[1] === "string")
  )
}

const orRefused =
  (to: string, given?: Given) =>
  (work: Effect.Effect<Result, SandboxError>): Effect.Effect<Result> =>
    Effect.catchAll(work, ({ path, reason }) =>
      Effect.succeed({
        to,
        message: `${path.replace(/^faults\[\d+\]\./, "")} ${reason}`,
        bad: true,
        ...(given === undefined ? {} : { given })
      })
    )

const filled = (value: string | undefined): string | undefined => (value?.trim() === "" ? undefined : value?.trim())

const numeric = (value: string | undefined): number | undefined => {
  const text = filled(value)
  return text === undefined ? undefined : Number(text)
}

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const outcomeOf = (form: Given): faults.FaultOutcome | undefined => {
  const bytes = numeric(form.bytes) ?? Number.NaN
  const body = filled(form.body)
  switch (form.outcome) {
    case "Respond":
      return { _tag: "Respond", status: Number(form.status), ...(body === undefined ? {} : { body: jsonOrText(body) }) }
    case "Truncate":
      return { _tag: "Truncate", bytes }
    case "Drip":
      return { _tag: "Drip", bytes, every: numeric(form.every) ?? Number.NaN }
    case "Pass":
    case "Refuse":
    case "Reset":
    case "Hang":
      return { _tag: form.outcome }
    default:
      return undefined
  }
}

/** What is wrong with the numbers of milliseconds: a negative one would be no wait. */
const findWrongWait = (form: Given): SandboxError | undefined => {
  const wrong = ["delay", "every"].find((name) => {
    const millis = numeric(form[name])
    if (millis === undefined) return name === "every" && form.outcome === "Drip"
    return !(millis >= 0 && Number.isFinite(millis))
  })
  return wrong === undefined ? undefined : new SandboxError({ path: wrong, reason: "must be a number of milliseconds" })
}

const activeFault = (form: Given): ReadonlyArray<faults.ActiveFault> | SandboxError => {
  const outcome = outcomeOf(form)
  if (outcome === undefined) return new SandboxError({ path: "outcome", reason: "is of no known kind" })
  const fault = {
    outcome,
    endpoint: filled(form.endpoint),
    delay: numeric(form.delay),
    nth: filled(form.nth)?.split(",").map(Number),
    times: numeric(form.times),
    probability: numeric(form.probability),
    acts: form.acts === "yes"
  }
  return findWrongWait(form) ?? faults.activate([fault], endpoints())
}

const addFault: Action = (page, form) =>
  Effect.suspend(() => {
    const { internals } = page
    const active = activeFault(form)
    if (active instanceof SandboxError) return Effect.fail(active)
    internals.faults = [...internals.faults, ...active]
    return Effect.succeed({ to: page.paths.controls, message: "The fault is added." })
  }).pipe(orRefused(page.paths.controls, form))

const removeFault: Action = (page, form) =>
  Effect.sync(() => {
    const { internals } = page
    internals.faults = internals.faults.filter((_, at) => String(at) !== form.at)
    return { to: page.paths.controls, message: "The fault is removed." }
  })

const units: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000
}

const advance: Action = (page, form) => {
  const millis = Number(form.amount) * (units[form.unit ?? ""] ?? Number.NaN)
  const moved = Number.isFinite(millis)
    ? page.service.advance(millis)
    : Effect.fail(new SandboxError({ path: "amount", reason: "must be a number, of a unit from the list" }))
  return Effect.as(moved, { to: page.paths.controls, message: "The clock is moved ahead." }).pipe(
    orRefused(page.paths.controls)
  )
}

const restore: Action = (page, _, { body }) => {
  const file = body._tag === "Multipart" ? body.fields.file : undefined
  if (!(file instanceof File))
    return Effect.succeed({ to: page.paths.controls, message: "No file was sent.", bad: true })
  return Effect.promise(() => file.text()).pipe(
    Effect.flatMap(page.service.read),
    Effect.as({ to: page.paths.controls, message: "The snapshot is restored." }),
    orRefused(page.paths.controls)
  )
}

const reset: Action = (page) =>
  Effect.suspend(() => {
    const { initial, initialFaults, internals, service } = page
    const active = faults.activate(initialFaults, endpoints())
    internals.faults = active instanceof SandboxError ? [] : active
    internals.random.entropy = 1
    limits.reset(internals.limits)
    internals.webhookSender.failures.clear()
    boundedLog.clear(internals.log)
    boundedLog.clear(internals.webhookSender.deliveries)
    return Effect.as(service.restore(initial), { to: page.paths.controls, message: "The sandbox is as at its start." })
  })

const clearRequests: Action = (page) =>
  Effect.as(page.service.clearRequests, { to: page.paths.requests, message: "The list is cleared." })

const send: Action = (page, form) =>
  Effect.gen(function* () {
    const { internals } = page
    const { webhookSender } = internals
    const delivery = boundedLog.numbered(webhookSender.deliveries, Number(form.id))
    const made =
      delivery === undefined
        ? "NoPayload"
        : yield* Time.withWorldClock(internals.time, webhooks.deliverAgain(webhookSender, internals.world, delivery))
    const to = page.paths.webhooks
    if (made === "NoWebhook") return { to, message: "It cannot be sent again: its webhook is gone.", bad: true }
    if (made === "NoPayload") return { to, message: "It cannot be sent again: its payload is not kept.", bad: true }
    if (webhookSender.client === undefined) return { to, message: "It is recorded: this sandbox sends no webhooks." }
    return made.status === undefined
      ? { to, message: "It was sent again, and there was no response.", bad: true }
      : { to, message: `It was sent again, and the response is ${made.status}.` }
  })

/** The actions by path. */
export const actionsAt = (paths: Paths): Readonly<Record<string, Action>> => ({
  [paths.addFault]: addFault,
  [paths.removeFault]: removeFault,
  [paths.advance]: advance,
  [paths.restore]: restore,
  [paths.reset]: reset,
  [paths.clearRequests]: clearRequests,
  [paths.send]: send
})
