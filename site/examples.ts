/**
 * One call of each operation, made from its description: a small input about entities that the sandbox's demo company has.
 */
import { HttpClient } from "@effect/platform"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import { Auth, type Endpoint } from "effect-pipedrive"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as v1 from "effect-pipedrive/v1"
import * as v2 from "effect-pipedrive/v2"
import { endpoints } from "../src/sandbox/http/routes.js"
import { input } from "../test/sandbox/inputs.js"
import { known, prepare } from "../test/sandbox/prepared.js"

export interface Example {
  /** `v2.Deals.update` */
  readonly id: string
  readonly version: "v1" | "v2"
  readonly module: string
  readonly name: string
  /** `Deals.update({ id: 1, title: "400 seats" })` */
  readonly call: string
  readonly input: unknown
}

const texts: Readonly<Record<string, string>> = {
  title: "400 seats",
  subject: "Call about the offer",
  content: "They decide on Monday.",
  description: "Early order",
  field_name: "Material",
  label: "Oak",
  code: "OAK-160",
  color: "green",
  currency: "EUR",
  message: "Thanks, we have decided.",
  "Persons.name": "Ingrid Sand",
  "Organizations.name": "Northwind Timber",
  "Pipelines.name": "Renewals",
  "Stages.name": "Offer sent",
  "Products.name": "Oak desk",
  "Filters.name": "Large deals",
  "Users.name": "Ana Costa"
}

/** The sampler's stand-in for any text, replaced by a word of the field. */
const worded = (module: string, key: string, value: unknown): unknown => {
  if (value === "sample") return texts[`${module}.${key}`] ?? texts[key] ?? (key.endsWith("name") ? "Oak" : "sample")
  if (Array.isArray(value)) return value.map((item) => worded(module, key, item))
  if (typeof value !== "object" || value === null || value instanceof Blob) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, worded(module, name, inner)]))
}

const property = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

const firstText = (keys: ReadonlyArray<string>): string =>
  keys.find((key) => /^(subject|title|name|content)$/.test(key)) ?? keys[0] ?? ""

/** A value as TypeScript. */
const written = (value: unknown): string => {
  if (value instanceof File) return `new File(["hello"], ${JSON.stringify(value.name)}, { type: "text/plain" })`
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${property(name)}: ${written(inner)}`)
      .join(", ")} }`
  }
  return JSON.stringify(value)
}

/** A sandbox in which every example succeeds: the demo company, with what it lacks. */
export const prepared = Effect.tap(Sandbox.make(), prepare)

/** The examples of all operations. The same each time: the sandbox's ids depend on the seed only. */
export const examples: Effect.Effect<ReadonlyArray<Example>, Sandbox.SandboxError> = Effect.gen(function* () {
  const sandbox = yield* prepared
  const facts = known(yield* sandbox.state)
  return endpoints().map((endpoint): Example => {
    const [module = "", name = ""] = endpoint.name.split(".")
    const given = input(endpoint, facts)
    if (endpoint.pagination !== undefined) given.limit ??= 5
    // a write of nothing is refused
    const keys = endpoint.body?.keys ?? []
    if (keys.length > 0 && Object.keys(given).length === 0) given[firstText(keys)] = "sample"
    const wanted = worded(module, "", given)
    const argument = written(wanted)
    const { version } = endpoint
    const call = argument === "{  }" ? `${module}.${name}` : `${module}.${name}(${argument})`
    return { id: `${version}.${module}.${name}`, version, module, name, call, input: wanted }
  })
})

/** What an example needs around it to be a program. */
export const programOf = ({ call, module, version }: Example): string => `import { Console, Effect } from "effect"
import { PipedriveLive } from "effect-pipedrive"
import { ${module} } from "effect-pipedrive/${version}"

const program = ${call}.pipe(Effect.flatMap(Console.log))

Effect.runPromise(program.pipe(Effect.provide(PipedriveLive)))
`

type AnyCall = Endpoint.Call<unknown, unknown>

const calls: ReadonlyMap<string, AnyCall> = new Map(
  Object.entries({ v1, v2 }).flatMap(([version, modules]) =>
    Object.entries(modules).flatMap(([module, members]: readonly [string, object]) =>
      Object.entries(members).flatMap(([name, value]) =>
        typeof value === "function" && "endpoint" in value
          ? [[`${version}.${module}.${name}`, value as AnyCall] as const]
          : []
      )
    )
  )
)

/** Runs each example in a sandbox, as it was before the first, and tells the ids of those that succeed. */
export const succeeding = (
  all: ReadonlyArray<Example>,
  sandbox: Sandbox.Service
): Effect.Effect<ReadonlySet<string>, ConfigError.ConfigError> =>
  Effect.gen(function* () {
    const before = yield* sandbox.snapshot
    const ids = new Set<string>()
    for (const { id, input } of all) {
      yield* sandbox.restore(before)
      const call = calls.get(id)
      if (call !== undefined && (yield* Effect.isSuccess(call(input)))) ids.add(id)
    }
    return ids
  }).pipe(
    Effect.provide(Auth.apiKey(sandbox.token, { baseUrl: sandbox.baseUrl })),
    Effect.provideService(HttpClient.HttpClient, sandbox.client)
  )

/** The examples that the playground can run: those that succeed in the demo company as it is. */
export const runnable = (all: ReadonlyArray<Example>) =>
  Effect.flatMap(Sandbox.make(), (sandbox) => succeeding(all, sandbox))
