import * as KeyValueStore from "@effect/platform/KeyValueStore"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as KeyValue from "./internal/keyValue.js"
import * as Lock from "./internal/oauth/lock.js"
import * as Seal from "./internal/oauth/seal.js"
import { fromStored } from "./internal/oauth/token.js"
import * as Known from "./internal/options.js"
import { AuthError } from "./PipedriveError.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * The OAuth server's token response for one user of one company.
 *
 * @since 0.1.0
 * @category models
 */
export interface Token {
  readonly accessToken: Redacted.Redacted<string>
  readonly refreshToken: Redacted.Redacted<string>
  /** When it was issued, in milliseconds since 1970. */
  readonly issuedAt: number
  /** When the access token expires, in milliseconds since 1970. */
  readonly expiresAt: number
  /** The company's own host, such as `https://acme.pipedrive.com`. */
  readonly apiDomain: string | undefined
  readonly scope: ReadonlyArray<string>
}

/**
 * A {@link Token} as it is stored: plain JSON with unencrypted secrets.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoredToken {
  readonly access_token: string
  readonly refresh_token: string
  readonly issued_at: number
  readonly expires_at: number
  readonly api_domain: string | null
  readonly scope: ReadonlyArray<string>
}

const Secret = /*#__PURE__*/ (() => Schema.Redacted(Schema.NonEmptyString))()

/**
 * Encodes a {@link Token} for your own storage, and decodes it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Token: Schema.Schema<Token, StoredToken> = /*#__PURE__*/ (() => {
  const stored = Schema.Struct({
    access_token: Secret,
    refresh_token: Secret,
    issued_at: Schema.Finite,
    expires_at: Schema.Finite,
    api_domain: Schema.NullOr(Schema.String),
    scope: Schema.Array(Schema.String)
  })
  const token: Schema.Schema<Token> = Schema.Struct({
    accessToken: Schema.RedactedFromSelf(Schema.String),
    refreshToken: Schema.RedactedFromSelf(Schema.String),
    issuedAt: Schema.Number,
    expiresAt: Schema.Number,
    apiDomain: Schema.UndefinedOr(Schema.String),
    scope: Schema.Array(Schema.String)
  })
  return Schema.transform(stored, token, {
    strict: true,
    decode: (from) => ({
      accessToken: from.access_token,
      refreshToken: from.refresh_token,
      issuedAt: from.issued_at,
      expiresAt: from.expires_at,
      apiDomain: from.api_domain ?? undefined,
      scope: from.scope
    }),
    encode: (to) => ({
      access_token: to.accessToken,
      refresh_token: to.refreshToken,
      issued_at: to.issuedAt,
      expires_at: to.expiresAt,
      api_domain: to.apiDomain ?? null,
      scope: to.scope
    })
  })
})()

/**
 * The operations of a {@link TokenStore}. An account is any name for one set of tokens, usually the company's id.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly load: (account: string) => Effect.Effect<Option.Option<Token>, AuthError>
  readonly save: (account: string, token: Token) => Effect.Effect<void, AuthError>
  readonly clear: (account: string) => Effect.Effect<void, AuthError>
  /** The accounts that have tokens, dead ones included, in order. */
  readonly list: Effect.Effect<ReadonlyArray<string>, AuthError>
  /**
   * Runs an effect while holding the account's lock. Waiting longer than the lock's timeout fails with the reason
   * `TokenStore`.
   */
  readonly withLock: (
    account: string
  ) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | AuthError, R>
  /** How long one holder may keep the lock. A refresh gives up early enough to stay below it. */
  readonly lockTimeout: Duration.Duration
}

/**
 * Where OAuth2 tokens live.
 *
 * @since 0.1.0
 * @category tags
 */
export class TokenStore extends /*#__PURE__*/ (() =>
  Context.Tag("effect-pipedrive/TokenStore")<TokenStore, Service>())() {}

/**
 * Text storage for {@link make}. A lock is needed only if several processes share the storage; without one, accounts are locked
 * within this process.
 *
 * @since 0.1.0
 * @category models
 */
export interface Backing<E = unknown> {
  readonly load: (account: string) => Effect.Effect<Option.Option<string>, E>
  readonly save: (account: string, text: string) => Effect.Effect<void, E>
  readonly clear: (account: string) => Effect.Effect<void, E>
  /** The accounts that have an entry. Without it, the store's own `list` fails. */
  readonly list?: Effect.Effect<ReadonlyArray<string>, E> | undefined
  readonly withLock?: Service["withLock"] | undefined
}

/**
 * A key to seal with: 32 bytes, as bytes, in base64 or in hex (`openssl rand -base64 32`).
 *
 * @since 0.1.0
 * @category models
 */
export type SealKey = Redacted.Redacted<string> | Redacted.Redacted<Uint8Array>

/**
 * Encrypts stored tokens with AES-GCM. An entry is bound to its account and cannot be moved to another one.
 *
 * @since 0.1.0
 * @category models
 */
export interface SealOptions {
  /** Seals what is saved from now on. */
  readonly key: SealKey
  /** Former keys: they still open what they sealed, which is sealed with `key` at its next save. */
  readonly previous?: ReadonlyArray<SealKey> | undefined
  /** Also reads entries from before sealing was switched on. @default false */
  readonly acceptUnsealed?: boolean | undefined
}

/**
 * Options of every store.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly seal?: SealOptions | undefined
  /** How long a refresh may hold an account's lock, and how long others wait for it. @default "30 seconds" */
  readonly lockTimeout?: Duration.DurationInput | undefined
}

/**
 * Options of {@link layerKeyValueStore}.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyValueOptions extends Options {
  /** What every key begins with. @default "pipedrive-token-" */
  readonly prefix?: string | undefined
}

/** The names of {@link Options}. @internal */
export const names: Known.Names<Options> = { seal: true, lockTimeout: true }

const sealNames: Known.Names<SealOptions> = { key: true, previous: true, acceptUnsealed: true }

const keyValueNames: Known.Names<KeyValueOptions> = /*#__PURE__*/ (() => ({ ...names, prefix: true }))()

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/**
 * A store over any text storage: a database column, a cache, a web session. Its failures become an `AuthError` with the reason
 * `TokenStore`; an entry that is not a token becomes one with the reason `InvalidToken`. Spans of the storage are not recorded,
 * because a database's span may hold the row that it rejected, token included.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (backing: Backing, options: Options = {}): Effect.Effect<Service, ConfigError.ConfigError> =>
  Effect.gen(function* () {
    yield* Known.refuseUnknown(options, names)
    yield* Known.refuseUnknown(options.seal, sealNames, "seal.")
    const lockTimeout = yield* Lock.timeout(options.lockTimeout)
    const seal = options.seal === undefined ? undefined : yield* Seal.make(options.seal)
    const encode = Schema.encodeSync(Schema.parseJson(Token))
    const lock = Lock.make(lockTimeout)
    const runBacking = <A>(effect: () => Effect.Effect<A, unknown>, what: string, secrets: ReadonlyArray<string>) =>
      Effect.suspend(effect).pipe(
        Effect.mapError((cause) => storeError(`could not ${what}: ${Lock.describeCause(cause, secrets)}`)),
        Effect.catchAllDefect((defect) =>
          Effect.fail(storeError(`could not ${what}: ${defect instanceof Error ? defect.name : "defect"}`))
        ),
        Effect.withTracerEnabled(false)
      )
    const tokensOf = (account: string) => `the tokens of account ${JSON.stringify(account)}`
    const { list } = backing
    return {
      lockTimeout,
      withLock: backing.withLock ?? lock,
      load: (account) =>
        Effect.flatMap(
          runBacking(() => backing.load(account), `load ${tokensOf(account)}`, []),
          (found) => {
            if (Option.isNone(found)) return Effect.succeedNone
            const opened = seal === undefined ? Effect.succeed(found.value) : seal.open(account, found.value)
            return Effect.flatMap(opened, (text) => Effect.map(decode(account, text), Option.some))
          }
        ),
      save: (account, token) => {
        const text = encode(token)
        const secrets = [Redacted.value(token.accessToken), Redacted.value(token.refreshToken), text]
        return Effect.flatMap(seal === undefined ? Effect.succeed(text) : seal.close(account, text), (closed) =>
          runBacking(() => backing.save(account, closed), `save ${tokensOf(account)}`, [...secrets, closed])
        )
      },
      clear: (account) => runBacking(() => backing.clear(account), `clear ${tokensOf(account)}`, []),
      list:
        list === undefined
          ? Effect.fail(new AuthError({ reason: "TokenStore", description: "this store's place has no `list`" }))
          : Effect.map(
              runBacking(() => list, "list the accounts", []),
              (accounts) => [...accounts].sort()
            )
    }
  })

const storeError = (description: string) => new AuthError({ reason: "TokenStore", description, transient: true })

const decode = (account: string, text: string): Effect.Effect<Token, AuthError> =>
  Either.match(fromStored(text, Token), {
    onLeft: (fault) =>
      Effect.fail(
        new AuthError({
          reason: "InvalidToken",
          description: `what is stored for account ${JSON.stringify(account)} is no token: ${
            fault._tag === "Field" ? `${fault.field} ${fault.what}` : fault.domain
          }. Clear it, or authorize again`
        })
      ),
    onRight: Effect.succeed
  })

// -----------------------------------------------------------------------------
// layers
// -----------------------------------------------------------------------------

/**
 * Keeps tokens in memory, as long as the layer lives.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<TokenStore> = /*#__PURE__*/ Layer.sync(TokenStore, () => memory())

const memory = (): Service => {
  const tokens = new Map<string, Token>()
  return {
    lockTimeout: Lock.defaultTimeout,
    withLock: Lock.make(Lock.defaultTimeout),
    load: (account) => Effect.sync(() => Option.fromNullable(tokens.get(account))),
    save: (account, token) => Effect.sync(() => void tokens.set(account, token)),
    clear: (account) => Effect.sync(() => void tokens.delete(account)),
    list: Effect.sync(() => [...tokens.keys()].sort())
  }
}

/**
 * Keeps tokens in the `KeyValueStore` of the context: files, the browser's storage. For one process at a time, because a
 * `KeyValueStore` has no lock between processes. For several processes use `TokenStoreSql`.
 *
 * @example
 * ```ts
 * import { NodeKeyValueStore } from "@effect/platform-node"
 * import { TokenStore } from "effect-pipedrive"
 * import { Layer, Redacted } from "effect"
 *
 * const store = TokenStore.layerKeyValueStore({
 *   seal: { key: Redacted.make("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=") }
 * }).pipe(Layer.provide(NodeKeyValueStore.layerFileSystem(".tokens")))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerKeyValueStore = (
  options: KeyValueOptions = {}
): Layer.Layer<TokenStore, ConfigError.ConfigError, KeyValueStore.KeyValueStore> =>
  Layer.effect(
    TokenStore,
    Effect.gen(function* () {
      const store = yield* KeyValueStore.KeyValueStore
      yield* Known.refuseUnknown(options, keyValueNames)
      const { prefix = "pipedrive-token-", ...rest } = options
      const key = (account: string) => `${prefix}${account}`
      // such a store does not tell its keys: the accounts stand in an entry of their own, written by one at a time
      const indexKey = `accounts-of-${prefix}`
      const semaphore = yield* Effect.makeSemaphore(1)
      // one that is broken must not keep tokens from being saved
      const readIndex = Schema.decodeUnknownOption(Schema.parseJson(Schema.Array(Schema.String)))
      const listed = Effect.map(KeyValue.get(store, indexKey), (text) =>
        Option.getOrElse(Option.flatMap(text, readIndex), (): ReadonlyArray<string> => [])
      )
      const change = (change: (accounts: ReadonlyArray<string>) => ReadonlyArray<string>) =>
        semaphore.withPermits(1)(
          Effect.flatMap(listed, (accounts) => {
            const changed = change(accounts)
            return changed.length === accounts.length ? Effect.void : store.set(indexKey, JSON.stringify(changed))
          })
        )
      return yield* make(
        {
          load: (account) => KeyValue.get(store, key(account)),
          save: (account, text) =>
            Effect.zipRight(
              store.set(key(account), text),
              change((accounts) => (accounts.includes(account) ? accounts : [...accounts, account]))
            ),
          clear: (account) =>
            Effect.zipRight(
              KeyValue.remove(store, key(account)),
              change((accounts) => accounts.filter((other) => other !== account))
            ),
          list: listed
        },
        rest
      )
    })
  )

/**
 * A {@link make} as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (backing: Backing, options?: Options): Layer.Layer<TokenStore, ConfigError.ConfigError> =>
  Layer.effect(TokenStore, make(backing, options))
