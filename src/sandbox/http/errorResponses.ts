/**
 * Pipedrive's error responses. Every service has its own format.
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

/** No credentials, or unknown ones. */
export const unauthorized: Answer = gateway(401, "unauthorized access", { "x-401-by-gw": "true" })

/** The format of v1. */
export const v1 = (status: number, error: string, more?: Readonly<Record<string, unknown>>): Answer =>
  json(status, {
    success: false,
    error,
    error_info: "Please check developers.pipedrive.com for more information about Pipedrive API.",
    data: null,
    additional_data: null,
    ...more
  })

/** A 404 of the services for leads and conversions. */
export const objectNotFound = (error: string): Answer =>
  json(404, { success: false, error, error_info: "Object was not found.", data: null, additional_data: null })

/** The format of v2. */
export const v2 = (status: number, error: string, code?: string): Answer =>
  json(status, { success: false, error, ...(code === undefined ? {} : { code }) })

/** One validation error of a v2 request. */
export interface ValidationError {
  readonly key: string
  readonly message: string
}

/** A parameter that the endpoint does not have. */
export const notAllowed = (key: string, name = key): ValidationError => ({
  key,
  message: `Parameter '${name}' is not allowed for this request`
})

/** The response of v2 to an invalid request. */
export const invalid = (errors: ReadonlyArray<ValidationError>): Answer =>
  v2(
    400,
    `Validation failed: ${errors.map((error) => `${error.key}: ${error.message}`).join("; ")}`,
    "ERR_SCHEMA_VALIDATION_FAILED"
  )

/** An error response in the format of a version. */
export const inVersion = (version: "v1" | "v2", status: number, error: string): Answer =>
  version === "v1" ? v1(status, error) : v2(status, error)

/** A 400 in the format of a version, as a failed outcome. */
export const badRequest = (
  { version }: { readonly version: "v1" | "v2" },
  error: string
): Either.Either<never, Answer> => Either.left(inVersion(version, 400, error))

/** The sandbox itself does not support something. An error is better than a wrong result. */
export const notSupported = (endpoint: { readonly version: string; readonly name: string }, what: string): Answer =>
  json(501, {
    success: false,
    error: `The sandbox does not know what ${what} of ${endpoint.version}.${endpoint.name} does yet`,
    error_info: 'With its option unknownParameters: "ignore" it passes over what it does not know.'
  })
