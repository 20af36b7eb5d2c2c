/**
 * The state of a session.
 */
import type * as Deferred from "effect/Deferred"
import * as Redacted from "effect/Redacted"
import type { AuthError } from "../../PipedriveError.js"
import type * as TokenStore from "../../TokenStore.js"

type Token = TokenStore.Token

/** What a renewal must return: a fresh token, and after a 401 not the one that was refused. @internal */
export interface RenewalRequest {
  readonly refused: string | undefined
  readonly after401: boolean
}

/** A token that could not be saved yet, and what it may overwrite in the store. @internal */
export interface Unsaved {
  /** The stored token at that time; `anyToken` if the caller set the token, which always takes precedence. */
  readonly replaces: Token | undefined | typeof anyToken
  /** When the token was received. */
  readonly since: number
}

/** @internal */
export const anyToken: unique symbol = Symbol("effect-pipedrive/internal/oauth/state/anything")

/** @internal */
export interface State {
  /** The newest known token. */
  readonly token: Token | undefined
  /** Set while the token is not saved: it must not be used, and may be replaced only by a newer one. */
  readonly unsaved: Unsaved | undefined
  /** Whether `onTokenUpdate` must still run for the token. */
  readonly notifyPending: boolean
  /** The refresh token that the OAuth server has rejected, and its error. */
  readonly dead: { readonly refreshToken: string; readonly error: AuthError } | undefined
  readonly seed: Redacted.Redacted<string> | undefined
  /** The token from the last renewal after a 401, and its time. */
  readonly recovered: { readonly accessToken: string; readonly at: number } | undefined
  /** After a failed renewal this token, which is still valid, is used until then without another attempt. */
  readonly gracePeriod: { readonly token: Token; readonly until: number } | undefined
  readonly flight: Deferred.Deferred<Token, AuthError> | undefined
}

/** @internal */
export const same = (a: Redacted.Redacted<string>, b: string): boolean => Redacted.value(a) === b

/** @internal */
export const sameToken = (a: Token | undefined, b: Token | undefined): boolean =>
  a === undefined || b === undefined
    ? a === b
    : same(a.accessToken, Redacted.value(b.accessToken)) && same(a.refreshToken, Redacted.value(b.refreshToken))

/** Whether the store has something that an unsaved token must not overwrite: a newer token, or a removed one. @internal */
export const isSuperseded = (token: Token, { replaces, since }: Unsaved, stored: Token | undefined): boolean =>
  replaces === anyToken
    ? stored !== undefined && stored.issuedAt > since
    : !sameToken(stored, replaces) && !sameToken(stored, token)

/** How long before its expiry a token is renewed: a minute, or a tenth of a short lifetime. @internal */
export const renewalMargin = (token: Pick<Token, "issuedAt" | "expiresAt">): number =>
  Math.min(60_000, Math.max(0, token.expiresAt - token.issuedAt) / 10)

/** @internal */
export const isFresh = (token: Token, now: number): boolean => now < token.expiresAt - renewalMargin(token)

/** @internal */
export const isInGracePeriod = ({ gracePeriod, token }: State, now: number): boolean =>
  gracePeriod !== undefined && sameToken(gracePeriod.token, token) && now < gracePeriod.until
