/**
 * How Pipedrive says no. Every service has its own form.
 */
import * as Either from "effect/Either"
import { type Answer, json } from "./messages.js"

/** The gateway in front of everything: credentials, scopes, plans. */
export const gateway = (status: number, error: string, headers?: Readonly<Record<string, string>>): Answer =>
  json(
    status,
    { success: false, error, errorCode: status, error_info: "Please check developers.pipedrive.com" },
    headers
  )

/** No credentials, or none that anybody has. */
export const unauthorized: Answer = gateway(401, "unauthorized access", { "x-401-by-gw": "true" })

/** The services that answer v1. */
export const v1 = (status: number, error: string, more?: Readonly<Record<string, unknown>>): Answer =>
  json(status, {
    success: false,
    error,
    error_info: "Please check developers.pipedrive.com for more information about Pipedrive API.",
    data: null,
    additional_data: null,
    ...more
  })

/** The services of leads and of conversions, where there is no such thing. */
export const noObject = (error: string): Answer =>
  json(404, { success: false, error, error_info: "Object was not found.", data: null, additional_data: null })

/** The services that answer v2. */
export const v2 = (status: number, error: string, code?: string): Answer =>
  json(status, { success: false, error, ...(code === undefined ? {} : { code }) })

/** One thing that is wrong with a request to v2. */
export interface Fault {
  readonly key: string
  readonly message: string
}

/** A parameter that there is no place for. */
export const notAllowed = (key: string, name = key): Fault => ({
  key,
  message: `Parameter '${name}' is not allowed for this request`
})

/** What v2 does not let through. */
export const invalid = (faults: ReadonlyArray<Fault>): Answer =>
  v2(
    400,
    `Validation failed: ${faults.map((fault) => `${fault.key}: ${fault.message}`).join("; ")}`,
    "ERR_SCHEMA_VALIDATION_FAILED"
  )

/** A refusal in the words of the version that is asked. */
export const inVersion = (version: "v1" | "v2", status: number, error: string): Answer =>
  version === "v1" ? v1(status, error) : v2(status, error)

/** What a change cannot be, in the words of the version that is asked. */
export const because = ({ version }: { readonly version: "v1" | "v2" }, error: string): Either.Either<never, Answer> =>
  Either.left(inVersion(version, 400, error))

/** The sandbox itself, not Pipedrive, does not know what is asked for: better no answer than a wrong one. */
export const unknown = (endpoint: { readonly version: string; readonly name: string }, what: string): Answer =>
  json(501, {
    success: false,
    error: `The sandbox does not know what ${what} of ${endpoint.version}.${endpoint.name} does yet`,
    error_info: 'With its option unknownParameters: "ignore" it passes over what it does not know.'
  })
