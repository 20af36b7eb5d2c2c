/**
 * What one call adds to a bundle.
 */
import { gzipSync } from "node:zlib"
import { build } from "esbuild"

const bare = `
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
HttpClient.get("https://api.pipedrive.com/api/v2/deals/1", { headers: { "x-api-token": "token" } }).pipe(
  Effect.flatMap((response) => response.json),
  Effect.provide(FetchHttpClient.layer),
  Effect.runPromise
).then(globalThis.show)
`

const ours = `
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Auth from "effect-pipedrive/Auth"
import * as HttpLayer from "effect-pipedrive/HttpLayer"
import * as Deals from "effect-pipedrive/v2/Deals"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
Deals.get({ id: 1 }).pipe(
  Effect.provide(Layer.merge(Auth.apiKey("token"), Layer.provide(HttpLayer.layer(), FetchHttpClient.layer))),
  Effect.runPromise
).then(globalThis.show)
`

/** Without our middleware: whatever the runtime itself needs. */
const key = `
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Auth from "effect-pipedrive/Auth"
import * as Deals from "effect-pipedrive/v2/Deals"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
Deals.get({ id: 1 }).pipe(
  Effect.provide(Layer.merge(Auth.apiKey("token"), FetchHttpClient.layer)),
  Effect.runPromise
).then(globalThis.show)
`

const live = `
import { PipedriveLive } from "effect-pipedrive"
import { Deals } from "effect-pipedrive/v2"
import * as Effect from "effect/Effect"
Deals.get({ id: 1 }).pipe(Effect.provide(PipedriveLive), Effect.runPromise).then(globalThis.show)
`

const liveModule = live.replace(
  `import { Deals } from "effect-pipedrive/v2"`,
  `import * as Deals from "effect-pipedrive/v2/Deals"`
)

const all = `
import { PipedriveLive } from "effect-pipedrive"
import * as v2 from "effect-pipedrive/v2"
import * as Effect from "effect/Effect"
globalThis.v2 = v2
v2.Deals.get({ id: 1 }).pipe(Effect.provide(PipedriveLive), Effect.runPromise).then(globalThis.show)
`

const official = `
import { Configuration, DealsApi } from "pipedrive/v2"
new DealsApi(new Configuration({ apiKey: "token" })).getDeal({ id: 1 }).then(globalThis.show)
`

export interface Bundle {
  readonly minified: number
  readonly gzipped: number
}

/** An edition of the package: where it is, and what a program is written like for it. */
export interface Edition {
  readonly root: string
  readonly adapt: (program: string) => string
}

const bundle = async (contents: string, { adapt, root }: Edition): Promise<Bundle> => {
  const { outputFiles } = await build({
    stdin: { contents: adapt(contents), resolveDir: root, loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    // the source's own path aliases are for development: bundle what is published
    tsconfigRaw: {},
    logLevel: "error"
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length }
}

export type Bundles = Readonly<Record<"bare" | "ours" | "key" | "live" | "liveModule" | "all" | "official", Bundle>>

export const measureBundles = async (edition: Edition): Promise<Bundles> => ({
  bare: await bundle(bare, edition),
  ours: await bundle(ours, edition),
  key: await bundle(key, edition),
  live: await bundle(live, edition),
  liveModule: await bundle(liveModule, edition),
  all: await bundle(all, edition),
  official: await bundle(official, edition)
})
