/**
 * Where a call stands in the caller's code, so that an error can name the line. A stack is taken when an endpoint is called (two
 * frames: about a microsecond), and only turned into text when the call fails.
 */
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/** A stack that was taken where an endpoint was called; `undefined` where nobody's code stands. @internal */
export type CallSite = { readonly stack?: string | undefined } | undefined

/** To be called by the function that the caller calls, and by nothing in between. @internal */
export const capture = (): CallSite => {
  const limit = Error.stackTraceLimit
  try {
    // this function, the one that called it, and the caller's
    Error.stackTraceLimit = 3
    return new Error()
  } catch {
    // where the globals are frozen, errors name no line
    return undefined
  } finally {
    if (Error.stackTraceLimit !== limit) Error.stackTraceLimit = limit
  }
}

/** Frames that say nothing to the caller: an endpoint that Effect, or this package, calls on somebody's behalf. */
const isInside = /[\\/]node_modules[\\/](effect|effect-pipedrive|@effect[\\/][\w-]+)[\\/]/

/** The folder of this package, by the frame of `capture`: a clone is in no `node_modules`. */
const folder = /[\s(]([^\s(]*[\\/](?:src|dist)[\\/])internal[\\/]callSite\./

/** The caller's frame: `at program (file:///app/deals.ts:7:30)`. @internal */
export const frameOf = (site: CallSite): string | undefined => {
  const [own = "", , frame] = site?.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? []
  if (frame === undefined || isInside.test(frame)) return undefined
  const [, here] = folder.exec(own) ?? []
  return here !== undefined && frame.includes(here) ? undefined : frame.trim()
}

const stackOf = (error: Error, frame: string | undefined): string =>
  `${error.name}: ${error.message}${frame === undefined ? "" : `\n    ${frame}`}`

/** Fails under this span, with the caller's line for the error's stack. @internal */
export const fail = <E extends Error>(error: E, site: CallSite, span: Tracer.Span): Effect.Effect<never, E> => {
  const frame = frameOf(site)
  // frames of Effect and of this package say nothing to the caller: the names of spans follow
  error.stack = stackOf(error, frame)
  if (frame !== undefined) span.attribute("code.stacktrace", frame)
  return Effect.provideService(Effect.fail(error), Tracer.ParentSpan, span)
}

/** An error that was made here, and so has no line of the caller's yet. @internal */
export const made = <E extends Error>(error: E): E => {
  error.stack = stackOf(error, undefined)
  return error
}

/** Gives an error without a line that of a function which called endpoints on the caller's behalf. @internal */
export const named =
  (site: CallSite) =>
  <E>(error: E): E => {
    const frame = error instanceof Error && !/\n\s+at /.test(error.stack ?? "") ? frameOf(site) : undefined
    if (error instanceof Error && frame !== undefined) error.stack = stackOf(error, frame)
    return error
  }
