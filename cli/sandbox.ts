/**
 * `sandbox --port 8080 --plan growth --seed demo`: a Pipedrive on a port, to point any client at.
 */
import type { ServeError } from "@effect/platform/HttpServerError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Sandbox from "effect-pipedrive/sandbox"
import * as Server from "effect-pipedrive/sandbox/server"
import { type Failed, failed } from "./failed.js"

export interface Options {
  readonly company: ReadonlyArray<string>
  readonly file: Option.Option<string>
  readonly host: string
  readonly plan: "off" | "lite" | "growth" | "premium" | "ultimate"
  readonly port: number
  readonly seed: "demo" | "empty"
  readonly token: Option.Option<string>
  readonly unknownParameters: "refuse" | "ignore"
}

const listens = (baseUrl: string, environments: ReadonlyArray<string>) =>
  Effect.zipRight(
    Console.log(
      `A Pipedrive sandbox listens. Point a client at it:\n\n${environments.join("\n\n")}\n\nLook at it: ${baseUrl}/\n\nCtrl-C ends it.`
    ),
    Effect.never
  )

/** `world.json` of the company `pine` is `world.pine.json`. */
const fileOf = (file: string, company: string): string => file.replace(/(\.[^./\\]+)?$/, `.${company}$1`)

const serve = ({
  company,
  file,
  host,
  plan,
  port,
  seed,
  token,
  unknownParameters
}: Options): Effect.Effect<void, Failed | ServeError | Sandbox.SandboxError> => {
  const common = { plan, seed, unknownParameters }
  const path = Option.getOrUndefined(file)
  if (company.length === 0) {
    return Effect.flatMap(Sandbox.Sandbox, (sandbox) => listens(sandbox.baseUrl, [Server.environment(sandbox)])).pipe(
      Effect.provide(Server.layer({ ...common, file: path, host, port, token: Option.getOrUndefined(token) }))
    )
  }
  if (Option.isSome(token)) return failed("--token is for one company: with --company, each has its own")
  const twice = company.find((name, at) => company.indexOf(name) < at)
  if (twice !== undefined) return failed(`--company ${twice} is given twice`)
  const companies = Object.fromEntries(
    company.map((name) => [name, { ...common, file: path === undefined ? undefined : fileOf(path, name) }])
  )
  return Effect.flatMap(Sandbox.Companies, ({ baseUrl, companies }) =>
    listens(
      baseUrl,
      Object.entries(companies).map(([name, sandbox]) => `# ${name}\n${Server.environment(sandbox)}`)
    )
  ).pipe(Effect.provide(Server.layerCompanies({ companies, host, port })))
}

export const run = (options: Options): Effect.Effect<void, Failed> =>
  serve(options).pipe(
    Effect.catchTags({
      ServeError: (error) => failed(`Cannot listen on ${options.host}:${options.port}: ${String(error.cause)}`),
      SandboxError: (error) => failed(error.message)
    })
  )
