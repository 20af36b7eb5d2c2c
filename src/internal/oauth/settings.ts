/**
 * An app's settings from the `ConfigProvider`.
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Options } from "../../OAuth2.js"
import { invalid, missing } from "../configError.js"
import { parseBaseUrl, urlPolicyConfig } from "./baseUrl.js"

/** The options that are read. */
export type Name = "clientId" | "clientSecret" | "redirectUri" | "oauthUrl" | "baseUrl" | "allowInsecureHttp"

/** A variable that is not blank, secret or not. */
export const text = (name: string): Config.Config<Option.Option<Redacted.Redacted<string>>> =>
  Config.option(Config.redacted(name)).pipe(
    Config.map(Option.map((value) => Redacted.make(Redacted.value(value).trim()))),
    Config.map(Option.filter((value) => Redacted.value(value) !== ""))
  )

/** Reads the settings; `alsoMissing` are other missing variables, to be named in the same error. */
export const read = (
  alsoMissing: ReadonlyArray<{ readonly name: string; readonly hint: string }>
): Effect.Effect<Pick<Options, Name>, ConfigError.ConfigError> =>
  Effect.gen(function* () {
    const { baseUrl, clientId, clientSecret, judging, oauthUrl, redirectUri } = yield* Config.all({
      clientId: text("PIPEDRIVE_CLIENT_ID"),
      clientSecret: text("PIPEDRIVE_CLIENT_SECRET"),
      redirectUri: text("PIPEDRIVE_REDIRECT_URI"),
      oauthUrl: text("PIPEDRIVE_OAUTH_URL"),
      baseUrl: text("PIPEDRIVE_BASE_URL"),
      judging: urlPolicyConfig
    })
    if (
      Option.isSome(clientId) &&
      Option.isSome(clientSecret) &&
      Option.isSome(redirectUri) &&
      alsoMissing.length === 0
    ) {
      // checked here, where it is known what they are called
      const url = (name: string, setting: Option.Option<Redacted.Redacted<string>>) =>
        Option.isNone(setting) ? Effect.succeed(undefined) : parseBaseUrl(Redacted.value(setting.value), judging, name)
      const uri = Redacted.value(redirectUri.value)
      if (!URL.canParse(uri)) return yield* invalid("PIPEDRIVE_REDIRECT_URI", "is not a URL")
      return {
        clientId: Redacted.value(clientId.value),
        clientSecret: clientSecret.value,
        redirectUri: uri,
        oauthUrl: yield* url("PIPEDRIVE_OAUTH_URL", oauthUrl),
        baseUrl: yield* url("PIPEDRIVE_BASE_URL", baseUrl),
        ...judging
      }
    }
    const absent = [
      ...(Option.isNone(clientId) ? ["PIPEDRIVE_CLIENT_ID"] : []),
      ...(Option.isNone(clientSecret) ? ["PIPEDRIVE_CLIENT_SECRET"] : []),
      ...(Option.isNone(redirectUri) ? ["PIPEDRIVE_REDIRECT_URI"] : []),
      ...alsoMissing.map(({ name }) => name)
    ]
    const hints = alsoMissing.map(({ hint }) => ` (${hint})`).join("")
    return yield* missing(absent, `OAuth2 needs ${absent.join(", ")}${hints}; missing or blank`)
  })
