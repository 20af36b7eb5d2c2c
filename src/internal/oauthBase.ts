/**
 * What Auth and OAuth2 share. Auth reads OAuth2's configuration, so OAuth2 cannot import Auth.
 */
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Auth, Service } from "../Auth.js"

/** @internal */
export const authKey = "effect-pipedrive/Auth"

/** The tag of Auth: tags are the same by their key. @internal */
export const authTag: Context.Tag<Auth, Service> = /*#__PURE__*/ Context.GenericTag<Auth, Service>(authKey)

/** @internal */
export const defaultBaseUrl = "https://api.pipedrive.com"

/** @internal */
export const parseBaseUrl = (url: string | URL): Effect.Effect<string, ConfigError.ConfigError> =>
  Effect.suspend(() => {
    const refuse = (why: string) =>
      Effect.fail(ConfigError.InvalidData(["baseUrl"], `${why}: ${JSON.stringify(String(url))}`))
    if (!URL.canParse(String(url)))
      return Effect.fail(ConfigError.InvalidData(["baseUrl"], "is not a URL, which begins with https://"))
    const parsed = new URL(String(url))
    if (parsed.username !== "" || parsed.password !== "") {
      return Effect.fail(ConfigError.InvalidData(["baseUrl"], "must not hold a user or password"))
    }
    if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return refuse("must be an http or https URL")
    if (parsed.search !== "" || parsed.hash !== "") return refuse("must not have a query or fragment")
    return Effect.succeed(parsed.origin + parsed.pathname.replace(/\/+$/, "").replace(/\/(api\/v[12]|v1)$/, ""))
  })
