/** What can go wrong, in the error channel. */
import * as Effect from "effect/Effect"
import type { PipedriveError as Errors } from "effect-pipedrive"
import type { PipedriveError } from "effect-pipedrive/PipedriveError"
import { Deals } from "effect-pipedrive/v2"
import { same } from "./assert.js"

same<
  PipedriveError["_tag"],
  | "InvalidRequest"
  | "AuthError"
  | "BadRequest"
  | "Unauthorized"
  | "PaymentRequired"
  | "Forbidden"
  | "NotFound"
  | "Conflict"
  | "Gone"
  | "UnprocessableEntity"
  | "RateLimited"
  | "ServerError"
  | "UnexpectedStatus"
  | "InvalidResponse"
  | "TransportError"
  | "Timeout"
>()

// --- catchTag sees one and takes it away ---

const caught = Deals.get({ id: 1 }).pipe(
  Effect.catchTag("NotFound", (error) => {
    same<typeof error, Errors.NotFound>()
    return Effect.succeed(error.path)
  })
)
same<Effect.Effect.Error<typeof caught>, Exclude<PipedriveError, { readonly _tag: "NotFound" }>>()
same<Effect.Effect.Success<typeof caught>, Deals.GetOutput | string>()

const caughtMore = Deals.list.pipe(
  Effect.catchTags({
    RateLimited: ({ kind, retryAfter }) => Effect.succeed({ kind, retryAfter }),
    Forbidden: ({ code }) => Effect.succeed(code)
  })
)
same<Effect.Effect.Error<typeof caughtMore>, Exclude<PipedriveError, { readonly _tag: "RateLimited" | "Forbidden" }>>()

// @ts-expect-error: no such error
Deals.list.pipe(Effect.catchTag("NotAnError", () => Effect.void))

// --- all of them tell where, and those of the server what it said ---

declare const error: PipedriveError
same<typeof error.message, string>()
same<ReturnType<typeof Errors.isRetryable>, boolean>()

declare const answered: Errors.NotFound | Errors.BadRequest | Errors.Forbidden | Errors.RateLimited | Errors.ServerError
same<typeof answered.endpoint, string>()
same<typeof answered.method, string>()
same<typeof answered.path, string>()
same<typeof answered.attempts, number>()
same<typeof answered.status, number>()
same<typeof answered.error, string | undefined>()
same<typeof answered.error_info, string | undefined>()
same<typeof answered.code, string | undefined>()
declare const limited: Errors.RateLimited
same<typeof limited.kind, "burst" | "daily">()

// --- every error has a message that is no surprise to Error's own type ---
const standard: Error = error
void standard
