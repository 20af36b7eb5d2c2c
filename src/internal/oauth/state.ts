/**
 * What a session knows of its account's tokens.
 */
import type * as Deferred from "effect/Deferred"
import * as Redacted from "effect/Redacted"
import type { AuthError } from "../../PipedriveError.js"
import type * as TokenStore from "../../TokenStore.js"

type Token = TokenStore.Token

/** What a renewal is to bring: a fresh token, and, after a 401, another one than was refused. @internal */
export interface Ask {
  readonly refused: string | undefined
  readonly after401: boolean
}

/** What may lie in the store when a token is saved that was not saved at once. @internal */
export interface Unsaved {
  /** What was there when it was got; `anything` when a person gave it, who is right in any case. */
  readonly replaces: Token | undefined | typeof anything
  /** When it was got. */
  readonly since: number
}

/** @internal */
export const anything: unique symbol = Symbol("effect-pipedrive/internal/oauth/state/anything")

/** @internal */
export interface State {
  /** The newest token known. */
  readonly token: Token | undefined
  /** It is in no store yet: it must not be used, nor be given up but for a newer one. */
  readonly unsaved: Unsaved | undefined
  /** onTokenUpdate has not run for it. */
  readonly untold: boolean
  /** The OAuth server's no to this refresh token. */
  readonly dead: { readonly refreshToken: string; readonly error: AuthError } | undefined
  readonly seed: Redacted.Redacted<string> | undefined
  /** The token that the last 401 led to, and when. */
  readonly recovered: { readonly accessToken: string; readonly at: number } | undefined
  /** The renewal of this token, which still lives, has failed: until then it is used without another attempt. */
  readonly rest: { readonly token: Token; readonly until: number } | undefined
  readonly flight: Deferred.Deferred<Token, AuthError> | undefined
}

/** @internal */
export const same = (a: Redacted.Redacted<string>, b: string): boolean => Redacted.value(a) === b

/** @internal */
export const sameToken = (a: Token | undefined, b: Token | undefined): boolean =>
  a === undefined || b === undefined
    ? a === b
    : same(a.accessToken, Redacted.value(b.accessToken)) && same(a.refreshToken, Redacted.value(b.refreshToken))

/** Whether the store has what an unsaved token must not be written over: a newer one, or nothing any more. @internal */
export const isSuperseded = (token: Token, { replaces, since }: Unsaved, stored: Token | undefined): boolean =>
  replaces === anything
    ? stored !== undefined && stored.issuedAt > since
    : !sameToken(stored, replaces) && !sameToken(stored, token)

/** How much before its expiry a token is renewed: a minute, or a tenth of a short life. @internal */
export const margin = (token: Pick<Token, "issuedAt" | "expiresAt">): number =>
  Math.min(60_000, Math.max(0, token.expiresAt - token.issuedAt) / 10)

/** @internal */
export const isFresh = (token: Token, now: number): boolean => now < token.expiresAt - margin(token)

/** @internal */
export const isResting = ({ rest, token }: State, now: number): boolean =>
  rest !== undefined && sameToken(rest.token, token) && now < rest.until
