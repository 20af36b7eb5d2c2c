/** The official clients, as they are installed. */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { Operation, Version } from "../../codegen/extract.js"

const require = createRequire(import.meta.url)

export interface Credentials {
  readonly apiKey?: string
  readonly accessToken?: string
}

/** An answer as it came, before the official client makes of it what its users see. */
export interface Raw {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: unknown
}

type Transform = (body: unknown, headers: Readonly<Record<string, string>>, status: number) => unknown
type Method = (requestParameters: object) => Promise<unknown>
type Api = new (
  configuration: unknown
) => Record<string, Method> & {
  readonly axios: { readonly defaults: { transformResponse: ReadonlyArray<Transform> } }
}
type Client = Readonly<Record<string, Api>> & {
  readonly Configuration: new (options: object) => unknown
}

const load = (name: string): Client => require(name) as Client

// a class that 31.2.1 publishes, but forgot in its index
const subscriptions = load(join(dirname(require.resolve("pipedrive-31/v1")), "api", "subscriptions-api.js"))

export const clients = {
  v2: load("pipedrive/v2"),
  v1: load("pipedrive/v1"),
  older: { ...load("pipedrive-31/v1"), ...subscriptions } as Client
}

/** `Deals.getDeals`, for every method of every class: what there is to compare. */
export const methods = (client: Client): ReadonlyArray<string> =>
  Object.entries(client)
    .filter(([name, value]) => /Api$/.test(name) && typeof value === "function")
    .flatMap(([name, value]) =>
      Object.getOwnPropertyNames(value.prototype)
        .filter((method) => method !== "constructor")
        .map((method) => `${name.replace(/Api$/, "")}.${method}`)
    )

const clientOf = (operation: { readonly version: Version; readonly legacy?: true }): Client =>
  operation.legacy === true ? clients.older : clients[operation.version]

/** Calls an operation as its own documentation says: one object of path and query parameters and the wrapped body. */
export const call = (
  operation: Operation,
  requestParameters: object,
  options: {
    readonly url: string
    readonly credentials: Credentials
    readonly module?: string
    readonly onAnswer?: (raw: Raw) => void
  }
): Promise<unknown> => {
  const client = clientOf(operation)
  const Class = client[`${options.module ?? operation.module}Api`]
  if (Class === undefined) throw new Error(`no class ${operation.module}Api`)
  const configuration = new client.Configuration({
    ...options.credentials,
    basePath: `${options.url}/api/${operation.version}`
  })
  const api = new Class(configuration)
  const method = api[operation.name]
  if (method === undefined) throw new Error(`no method ${operation.key}`)
  const { onAnswer } = options
  if (onAnswer !== undefined) {
    const note: Transform = (body, headers, status) => {
      onAnswer({ status, contentType: headers["content-type"], body })
      return body
    }
    api.axios.defaults.transformResponse = [note, ...api.axios.defaults.transformResponse]
  }
  return method.call(api, requestParameters)
}
