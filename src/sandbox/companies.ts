/**
 * Several companies behind one address, as at Pipedrive: a request goes to the company that its credentials are of.
 */
import * as Effect from "effect/Effect"
import { type Names, nearest } from "../internal/options.js"
import { brief } from "../internal/text.js"
import { belongs } from "./http/credentials.js"
import type { Internals } from "./http/handler.js"
import type { Incoming } from "./http/messages.js"
import type { CompaniesService, Service, Snapshot } from "./index.js"
import * as snapshots from "./model/snapshot.js"
import * as oauthHandler from "./oauth/handler.js"
import * as tokens from "./oauth/tokens.js"
import {
  type CompaniesOptions,
  type CompanyOptions,
  defaultBaseUrl,
  defaultToken,
  names as optionNames
} from "./options.js"
import { refuseUnknown, SandboxError } from "./seeds/seed.js"
import * as service from "./service.js"

/** The names of {@link CompanyOptions}. */
export const companyNames: Names<CompanyOptions> = /*#__PURE__*/ (() => {
  const { baseUrl: _, oauth: _oauth, ...rest } = optionNames
  return rest
})()

/** The names of {@link CompaniesOptions}. */
export const names: Names<CompaniesOptions> = {
  companies: true,
  hosts: true,
  baseUrl: true,
  oauth: true,
  webhooks: true
}

/** Companies, and their internal states: for the pages of the server. */
export interface Open<Name extends string = string> {
  readonly service: CompaniesService<Name>
  readonly companies: ReadonlyMap<string, service.Open>
  /** What answers where no company is meant: it knows no credentials. */
  readonly front: service.Open
}

/** Such a name is the first label of a host name, and a part of a path. */
const isLabel = (text: string): boolean => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text)

/** An origin with a label before its host. An IP address has no names below it: `localhost` has. */
const originOf = (shared: string, label: string): string => {
  const url = new URL(shared)
  const host = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/.test(url.hostname) ? "localhost" : url.hostname
  return `${url.protocol}//${label}.${host}${url.port === "" ? "" : `:${url.port}`}`.toLowerCase()
}

const hostnameOf = ({ headers, url }: Incoming): string => {
  const given = `http://${headers.host ?? url.host}`
  return URL.canParse(given) ? new URL(given).hostname : ""
}

/** Whose names are known: of the options, and of those of each company. */
const ownNames = { names, companyNames }

/** What is wrong with the options, of which a server knows more names. */
export const findProblem = (
  options: CompaniesOptions | undefined,
  { companyNames, names }: typeof ownNames = ownNames
): SandboxError | undefined => {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  const misplaced = given.find(([key]) => !Object.hasOwn(names, key) && Object.hasOwn(companyNames, key))?.[0]
  if (misplaced !== undefined) {
    return new SandboxError({ path: misplaced, reason: `is an option of each company: companies.<name>.${misplaced}` })
  }
  const strange = refuseUnknown(options, names)
  if (strange !== undefined) return strange
  const entries = Object.entries(options?.companies ?? {})
  if (entries.length === 0) return new SandboxError({ path: "companies", reason: "must have at least one" })
  const wrong = entries.find(([name]) => !isLabel(name))?.[0]
  if (wrong !== undefined) {
    return new SandboxError({ path: `companies.${wrong}`, reason: "must be a name of letters, digits and hyphens" })
  }
  if (options?.hosts !== undefined && options.hosts !== "shared" && options.hosts !== "own") {
    return new SandboxError({ path: "hosts", reason: `must be "shared" or "own", is ${String(options.hosts)}` })
  }
  if (!URL.canParse(options?.baseUrl ?? defaultBaseUrl)) {
    return new SandboxError({ path: "baseUrl", reason: "is not a URL" })
  }
  for (const [name, company] of entries) {
    if (typeof company !== "object" || company === null) {
      return new SandboxError({ path: `companies.${name}`, reason: "must be an object of options" })
    }
    const odd = refuseUnknown(company, companyNames, `companies.${name}.`)
    if (odd !== undefined) return odd
  }
  return undefined
}

/** What two companies must not share, and the place of it. */
const findShared = (all: ReadonlyArray<readonly [name: string, open: service.Open]>): SandboxError | undefined => {
  const identities = {
    token: ({ service }: service.Open) => service.token,
    "seed.company.id": ({ internals }: service.Open) => internals.world.company.id,
    "seed.company.domain": ({ internals }: service.Open) => internals.world.company.domain.toLowerCase()
  }
  for (const [path, identify] of Object.entries(identities)) {
    const seen = new Map<unknown, string>()
    for (const [name, open] of all) {
      const other = seen.get(identify(open))
      if (other !== undefined) {
        return new SandboxError({ path: `companies.${name}.${path}`, reason: `is that of ${other} too` })
      }
      seen.set(identify(open), name)
    }
  }
  const odd = all.find(([, { internals }]) => !isLabel(internals.world.company.domain))?.[0]
  return odd === undefined
    ? undefined
    : new SandboxError({
        path: `companies.${odd}.seed.company.domain`,
        reason: "must be a name of letters, digits and hyphens"
      })
}

/** Which company a request is for; the front, if none. */
const router = (front: Internals, hosts: ReadonlyMap<string, Internals>, byName: ReadonlyMap<string, Internals>) => {
  const all = Array.from(byName.values())
  return (incoming: Incoming): Internals => {
    const own = hosts.get(hostnameOf(incoming))
    if (own !== undefined) return own
    const endpoint = oauthHandler.endpointOf(incoming.url.pathname)
    const found =
      endpoint === undefined
        ? all.find(({ world }) => belongs(world, incoming))
        : endpoint === "authorize"
          ? byName.get(incoming.url.searchParams.get("company") ?? "")
          : all.find(({ world }) => tokens.issued(world, endpoint, incoming))
    return found ?? front
  }
}

/**
 * A snapshot of another company would bring that company's credentials along, and its random state: the next token would be one that
 * the other company issues too.
 */
const withoutForeign = ({ internals, service }: service.Open): service.Open => {
  const { world } = internals
  const restore = (snapshot: Snapshot) => {
    if (snapshot.world.company === world.company.id) return service.restore(snapshot)
    const tables = new Map(
      Array.from(snapshot.world.tables).filter(([name]) => !tokens.tables.some((one) => one === name))
    )
    return service.restore({ ...snapshot, world: { ...snapshot.world, tables, entropy: world.entropy } })
  }
  const read = (text: string) => Effect.flatMap(snapshots.decode(text), restore)
  return { internals, service: { ...service, restore, read } }
}

/** The first company has the id that a sandbox has by default, the next ones those after it. */
const firstId = 15_000_042

/** Makes companies behind one address, each with its own data. */
export const makeOpen = <Name extends string>(
  options: CompaniesOptions<Name>
): Effect.Effect<Open<Name>, SandboxError> =>
  Effect.gen(function* () {
    const problem = findProblem(options)
    if (problem !== undefined) return yield* problem
    const baseUrl = (options.baseUrl ?? defaultBaseUrl).replace(/\/+$/, "")
    const entries = Object.entries<CompanyOptions>(options.companies)
    const tokenOf = (name: string, { token }: CompanyOptions) =>
      token ?? defaultToken.replace("sandbox", name.toLowerCase())
    const opened: Array<readonly [string, service.Open]> = []
    for (const [at, [name, company]] of entries.entries()) {
      const seed = typeof company.seed === "object" ? company.seed.company : undefined
      const origin = options.hosts === "own" ? originOf(baseUrl, seed?.domain ?? name) : baseUrl
      const open = yield* service
        .makeOpen(
          {
            webhooks: options.webhooks,
            ...company,
            token: tokenOf(name, company),
            baseUrl: origin,
            oauth: options.oauth
          },
          {
            company: { id: firstId + at, name, domain: name },
            otherTokens: entries.filter(([other]) => other !== name).map(([other, one]) => tokenOf(other, one))
          }
        )
        .pipe(
          Effect.mapError(({ path, reason }) =>
            path.startsWith("oauth")
              ? new SandboxError({ path, reason })
              : new SandboxError({ path: `companies.${name}.${path}`, reason })
          )
        )
      opened.push([name, withoutForeign(open)])
    }
    const shared = findShared(opened)
    if (shared !== undefined) return yield* shared
    const companies = new Map(opened)
    const front = yield* service.makeOpen(
      { seed: "empty", baseUrl, oauth: options.oauth },
      {
        company: { id: 0, name: `${opened.length} companies`, domain: "" },
        otherTokens: opened.map(([, one]) => one.service.token),
        choices: opened.map(([name, { internals }]) => {
          const { company } = internals.world
          const isNamedAlike = company.name === company.domain
          return { company: name, title: isNamedAlike ? company.name : `${company.name} (${company.domain})` }
        })
      }
    )
    const byName = new Map(opened.map(([name, { internals }]) => [name, internals] as const))
    const hosts = new Map(
      opened.map(([, { internals }]) => [
        new URL(originOf(baseUrl, internals.world.company.domain)).hostname,
        internals
      ])
    )
    const { clearRequests, requests } = front.service
    const services = Object.fromEntries(opened.map(([name, one]) => [name, one.service]))
    return {
      front,
      companies,
      service: {
        baseUrl,
        // one for each of the names that were given
        companies: services as { readonly [K in Name]: Service },
        ...service.entrances(router(front.internals, hosts, byName)),
        requests,
        clearRequests
      }
    }
  })

/** The company of that name. */
export const find = ({ companies }: CompaniesService, name: string): Effect.Effect<Service, SandboxError> => {
  const found = Object.hasOwn(companies, name) ? companies[name] : undefined
  if (found !== undefined) return Effect.succeed(found)
  const known = Object.keys(companies)
  const near = nearest(name, known)
  const hint = near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`
  return Effect.fail(new SandboxError({ path: "companies", reason: `has no ${brief(name)}: ${hint}` }))
}
