/** One call each, over real HTTP: what the official client sends, and what ours does. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { type Endpoint, Pipedrive, type PipedriveError } from "effect-pipedrive"
import { extract, type Operation } from "../../codegen/extract.js"
import type { Models } from "../../codegen/types.js"
import { byKey, type Entry } from "../support/surface.js"
import * as Official from "./official.js"
import * as Server from "./server.js"
import * as Wire from "./wire.js"

export const token = "0123456789abcdef0123456789abcdef01234567"

export interface Case {
  readonly operation: Operation
  readonly models: Models
  readonly entry: Entry
}

const official = extract()

export const cases: ReadonlyArray<Case> = [official.v2, official.v1, official.legacy].flatMap((surface) =>
  surface.operations.flatMap((operation): ReadonlyArray<Case> => {
    const entry = byKey.get(operation.key)
    return entry === undefined ? [] : [{ operation, models: surface.models, entry }]
  })
)

export const operations: ReadonlyArray<Operation> = official.operations

export const caseOf = (key: string): Case => {
  const found = cases.find(({ operation }) => operation.key === key)
  if (found === undefined) throw new Error(`no operation ${key}`)
  return found
}

export interface Exchange {
  /** The request of the official client, or what it throws instead. */
  readonly official: (operation: Operation, parameters: object, module?: string) => Promise<Wire.Wire | Error>
  /** The request of ours, or the error it fails with instead. */
  readonly ours: (entry: Entry, input: unknown) => Promise<Wire.Wire | PipedriveError.PipedriveError>
  readonly close: () => Promise<void>
}

export interface Options {
  readonly credentials?: Official.Credentials
}

export const open = async ({ credentials = { apiKey: token } }: Options = {}): Promise<Exchange> => {
  const server = await Server.start()
  const runtime = ManagedRuntime.make(
    Layer.orDie(
      Pipedrive.layer({
        apiToken: credentials.apiKey,
        accessToken: credentials.accessToken,
        baseUrl: server.url,
        responseValidation: "off"
      })
    )
  )

  const only = (): Promise<Wire.Wire> => {
    const [recorded, ...more] = server.take()
    if (recorded === undefined || more.length > 0) throw new Error(`${more.length + (recorded ? 1 : 0)} requests`)
    return Wire.read(recorded)
  }

  const askOfficial: Exchange["official"] = async (operation, parameters, module) => {
    server.take()
    try {
      await Official.call(operation, parameters, {
        url: server.url,
        credentials,
        ...(module === undefined ? {} : { module })
      })
    } catch (error) {
      return error instanceof Error ? error : new Error(JSON.stringify(error))
    }
    return only()
  }

  const askOurs: Exchange["ours"] = async (entry, input) => {
    server.take()
    const call = entry.endpoint as unknown as (
      input: unknown
    ) => Effect.Effect<unknown, PipedriveError.PipedriveError, Endpoint.Requirements>
    const answer = await runtime.runPromise(Effect.either(call(input)))
    if (Either.isRight(answer)) return only()
    const sent = server.take()
    if (sent.length > 0) throw new Error(`sent all the same: ${sent[0]?.method} ${sent[0]?.path}`)
    return answer.left
  }

  return {
    official: askOfficial,
    ours: askOurs,
    close: async () => {
      await runtime.dispose()
      await server.close()
    }
  }
}
